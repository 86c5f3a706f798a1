"""What the demonstration's generator gives: plain values, ready to be stored."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Text:
    """A piece of news in one language. The HTML is such as `newsroom.html.sanitise` leaves it."""

    language: str
    headline: str
    summary: str
    body_html: str
    categories: tuple[str, ...]
    tags: tuple[tuple[str, str], ...]
    """Kind and name; a tag has one name for all languages."""
    authors: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Release:
    """One piece of news in all its languages."""

    published: datetime
    """Aware, UTC, whole seconds."""
    organisation: str
    texts: tuple[Text, ...]
    """The first is the original, the others are its translations."""
