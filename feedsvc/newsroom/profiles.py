"""What those who take our feeds ask of them, as data: presets of saved filters, and what `feeds lint` holds them to.

The figures are those that the consumers document themselves: Flipboard's RSS specification and help pages, the help of MSN's
Partner Hub. They contradict each other, so that no one feed can fit all.
"""

from dataclasses import dataclass

from feedsvc.words import N_


@dataclass(frozen=True, slots=True)
class Profile:
    """A consumer's rules. A figure of 0 means that there is no such rule."""

    name: str
    about: str
    """What it gives, for who chooses."""
    consumer: str
    """Who asks for it, in a finding."""
    full: bool = True
    pictures: bool = True
    most: int = 50
    """Entries."""
    least: int = 0
    """Entries that the consumer wants to see."""
    document_bytes: int = 0
    item_bytes: int = 0
    title: tuple[int, int] = (0, 0)
    """Characters, at least and at most."""
    text_least: int = 0
    """Characters of summary and text."""
    picture_least: int = 0
    """Pixels in width of an item's largest picture."""
    days: int = 0
    """Items that are older are not taken."""
    one_language: bool = False


PROFILES: dict[str, Profile] = {
    "readers": Profile(
        N_("Plain feed readers"), N_("Fifty items in full, with pictures: what Feedly, Miniflux, NetNewsWire and the like show best."),
        "Feed readers", item_bytes=1_000_000, document_bytes=2_000_000,
    ),
    "flipboard": Profile(
        N_("Flipboard"), N_("Fifty items in full, thirty at least; each with a picture of 400 pixels and 300 characters of text."),
        "Flipboard", least=30, text_least=300, picture_least=400,
    ),
    "msn": Profile(
        N_("MSN"), N_("Twenty items in full, in one language, of the last year; headlines of 21 to 150 characters."),
        "MSN", most=20, title=(21, 150), days=365, one_language=True,
    ),
    "wire": Profile(
        N_("Wire desk"), N_("A hundred items in full without pictures, so that a desk that polls now and then misses nothing."),
        "The wire desk", pictures=False, most=100, document_bytes=2_000_000,
    ),
    "low": Profile(
        N_("Low bandwidth"), N_("Twenty summaries without pictures, in at most 50 KB."),
        "Low bandwidth", full=False, pictures=False, most=20, document_bytes=50_000,
    ),
}  # fmt: skip
