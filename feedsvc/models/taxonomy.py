"""What items are about and who speaks: organisations, categories, tags."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from feedsvc.characters import FOLDED_MAX, folded
from feedsvc.db import Base


class Named:
    """What is looked up by a name. Its folded form is kept beside it, since no two databases fold letters alike."""

    name: Mapped[str] = mapped_column(String(200))
    folded: Mapped[str] = mapped_column(String(FOLDED_MAX), index=True, server_default="")

    @validates("name")
    def _fold(self, _: str, name: str) -> str:
        self.folded = folded(name)
        return name


class Organisation(Named, Base):
    """A company that the newsroom writes for."""

    __tablename__ = "organisation"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(120), unique=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    created_at: Mapped[datetime]

    parent: Mapped["Organisation | None"] = relationship(remote_side="Organisation.id")


class Category(Named, Base):
    """A section of the newsroom, such as Innovation."""

    __tablename__ = "category"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(120), unique=True)
    topic: Mapped[str] = mapped_column(String(8), default="", server_default="")
    """Its code in IPTC's Media Topics; empty: none."""
    created_at: Mapped[datetime]


class Tag(Named, Base):
    """A theme, person or place that items name."""

    __tablename__ = "tag"
    __table_args__ = (
        CheckConstraint("kind IN ('theme', 'person', 'place')", name="kind"),
        UniqueConstraint("kind", "name"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(10))
    slug: Mapped[str] = mapped_column(String(120), unique=True)
    topic: Mapped[str] = mapped_column(String(8), default="", server_default="")
    """As a category's."""
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    """Where a place lies, in degrees (WGS 84); both or none."""
    created_at: Mapped[datetime]


class FormerName(Base):
    """A name that a subject had before it was renamed or became part of another one."""

    __tablename__ = "former_name"

    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    """category, tag or organisation."""
    folded: Mapped[str] = mapped_column(String(FOLDED_MAX), primary_key=True)
    sort: Mapped[str] = mapped_column(String(10), primary_key=True)
    """A tag's kind at that time; else empty."""
    target: Mapped[int] = mapped_column(index=True)
    """Id of the subject, in the table of its kind."""
