"""What a saved filter's profile asks for and its feed does not have: shown while it is composed, and told by `feeds lint`."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from feedsvc.feeds import assemble, filtered
from feedsvc.formats.document import Entry
from feedsvc.formats.fragment import render
from feedsvc.formats.gate import Finding
from feedsvc.formats.registry import FORMATS
from feedsvc.formats.tidy import text_of
from feedsvc.newsroom import chosen, listing
from feedsvc.newsroom.filters import Choice
from feedsvc.newsroom.profiles import PROFILES, Profile
from feedsvc.newsroom.public import Shown

KB = 1_000


def carried(session: Session, choice: Choice, language: str, *, now: datetime, limit: int) -> list[Shown]:
    """The newest public items that a choice carries, with their texts."""
    rows = chosen.outlines(session, choice, filtered.languages(choice, language), now=now, limit=limit)
    shown = listing.of_publications(session, [one.publication_id for one in rows], now=now)
    return sorted(shown, key=lambda one: one.place, reverse=True)


def of_items(choice: Choice, shown: Sequence[Shown], *, now: datetime) -> Iterator[tuple[Shown, Finding]]:
    """What each item lacks; nothing where no profile is chosen."""
    profile = PROFILES.get(choice.profile)
    for one in shown if profile else ():
        entry = filtered.shaped(assemble.survived(one), full=choice.full, pictures=choice.pictures)
        for finding in _lacks(profile, entry, now) if profile else ():
            yield one, finding


def _lacks(profile: Profile, entry: Entry, now: datetime) -> Iterator[Finding]:
    consumer, (least, most) = profile.consumer, profile.title
    length = len(entry.title)
    if most and length > most:
        yield Finding("long_title", {"length": length, "consumer": consumer, "most": most})
    if length < least:
        yield Finding("short_title", {"length": length, "consumer": consumer, "least": least})
    said = len(entry.summary) + len(text_of(entry.content_html)) if profile.text_least else 0
    if said < profile.text_least:
        yield Finding("short_text", {"length": said, "consumer": consumer, "least": profile.text_least})
    widest = max((one.best.width for one in entry.pictures), default=0)
    if widest < profile.picture_least:
        yield Finding("no_picture", {"consumer": consumer, "least": profile.picture_least})
    if profile.days and entry.published < now - timedelta(days=profile.days):
        yield Finding("old", {"consumer": consumer, "days": profile.days})
    if profile.item_bytes:
        size = max(len(render(fmt, entry)[0]) for fmt in FORMATS.values())
        if size > profile.item_bytes:
            yield Finding("large", {"size": size // KB, "consumer": consumer, "most": profile.item_bytes // KB})


def of_feed(choice: Choice, count: int, size: int) -> Iterator[Finding]:
    """What a feed of so many items lacks; `size`: of its largest document in bytes, 0 where nobody has made one."""
    profile = PROFILES.get(choice.profile)
    if profile is None:
        return
    if count < profile.least:
        yield Finding("few", {"count": count, "consumer": profile.consumer, "least": profile.least})
    if profile.document_bytes and size > profile.document_bytes:
        most = profile.document_bytes // KB
        yield Finding("large_feed", {"size": size // KB, "consumer": profile.consumer, "most": most})
