"""What items are about and who speaks: organisations, categories, tags."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from feedsvc.db import Base


class Organisation(Base):
    """A company that the newsroom writes for. Its "about" text is copied into each revision."""

    __tablename__ = "organisation"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(120), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    about_heading: Mapped[str] = mapped_column(String(200), default="")
    about_html: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime]

    parent: Mapped["Organisation | None"] = relationship(remote_side="Organisation.id")


class Category(Base):
    """A section of the newsroom, such as Innovation."""

    __tablename__ = "category"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(120), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime]


class Tag(Base):
    """A theme, person or place that items name."""

    __tablename__ = "tag"
    __table_args__ = (
        CheckConstraint("kind IN ('theme', 'person', 'place')", name="kind"),
        UniqueConstraint("kind", "name"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(10))
    slug: Mapped[str] = mapped_column(String(120), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime]
