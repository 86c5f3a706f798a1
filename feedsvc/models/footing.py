"""Who may work on these tables."""

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from feedsvc.db import Base


class Footing(Base):
    """One row, written by the newest program that was here, for older ones that come after it or run beside it."""

    __tablename__ = "footing"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    oldest: Mapped[str] = mapped_column(String(12))
    """The newest migration of the oldest program that may work on the tables as they are now."""
