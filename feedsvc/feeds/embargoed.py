"""Private feeds as documents: of what is public for a partner, of what is under embargo for a journalist who accepted the terms.

What is under embargo is what was approved and planned and is not due: the one clause of newsroom/public.py, denied. No
public feed asks here, and nothing that is made here is kept: neither as a rendered entry nor on the shelf.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from html import escape

from babel.dates import format_datetime
from sqlalchemy import not_, select
from sqlalchemy.orm import Session, selectinload

from feedsvc import settings
from feedsvc.characters import one_line
from feedsvc.clock import whole_second
from feedsvc.feeds import addresses, assemble, filtered
from feedsvc.feeds.pieces import Piece
from feedsvc.formats.document import Entry, FeedDoc, Term
from feedsvc.formats.fragment import render
from feedsvc.formats.registry import FORMATS
from feedsvc.models import Item, PrivateFeed, Publication, Revision, Translation
from feedsvc.newsroom import composing, filters, public
from feedsvc.newsroom.filters import Choice
from feedsvc.newsroom.public import Shown
from feedsvc.words import N_, say

MOST = 500
"""Planned items that are looked at."""
_SUBJECTS = (
    Revision.categories, Revision.tags, Revision.authors, Revision.organisation, Revision.pictures, Revision.contacts,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Planned:
    """An item under embargo, and its moment."""

    shown: Shown
    at: datetime
    held: bool
    """Whether the moment has passed and a hold keeps it back."""


def home(secret: str) -> str:
    """The page of a private feed."""
    return f"{settings.current().public_url}/private/{secret}"


def document(
    session: Session, row: PrivateFeed, secret: str, suffix: str, *, now: datetime
) -> tuple[FeedDoc, Sequence[Piece], list[str]]:
    """A private feed in a format: its frame, its entries, and the keys of the items under embargo that it shows."""
    choice = choice_of(row)
    if row.kind == "embargo":
        found = planned(session, row, now=now)
        entries: Sequence[Piece] = [_piece(_marked(one, secret), suffix) for one in found]
        keys = [one.shown.item_key for one in found]
    else:
        entries, keys = filtered.carried(session, choice, row.language, suffix, now=now), []
    updated = max((one.updated for one in entries), default=whole_second(row.created_at))
    doc = filtered.frame(row.guid, "", choice, row.language, updated)
    subtitle = say(row.language, _SUBTITLES[row.kind], name=one_line(row.name))
    return (
        replace(doc, id=row.guid, home_url=home(secret), base_url=f"{home(secret)}/feed", subtitle=subtitle),
        entries,
        keys,
    )


_SUBTITLES = {
    "partner": N_("For {name} alone. Please keep the address to yourself."),
    "embargo": N_(
        "Under embargo, for {name} alone. Nothing of this may be published before the moment that each item names."
    ),
}


def choice_of(row: PrivateFeed) -> Choice:
    """What a private feed is limited to; of a filter that ended the same as before: its reader was promised it."""
    if row.filter is not None:
        return filters.choice_of(row.filter)
    return Choice(name=say(row.language, N_("Private feed") if row.kind == "partner" else N_("Under embargo")))


def planned(session: Session, row: PrivateFeed, *, now: datetime) -> list[Planned]:
    """What is under embargo and the feed is about, what goes live next first."""
    p, choice = Publication, choice_of(row)
    spoken = filtered.languages(choice, row.language)
    query = (
        select(p, Revision, Item.key, Item.guid)
        .join(Revision, Revision.id == p.revision_id)
        .join(Translation, Translation.id == p.translation_id)
        .join(Item, Item.id == Translation.item_id)
        .where(p.opening, p.kind == "publish", p.cancelled_at.is_(None), p.language.in_(spoken), not_(public.due(p)))
        .order_by(p.at, p.id)
        .limit(MOST)
        .options(*(selectinload(one) for one in _SUBJECTS))
    )
    rows, kinds = session.execute(query, {"now": now}).all(), composing.followed(session, choice.scopes)
    # An id stands once in a document: of an item in several languages the first that the feed names.
    found: dict[str, Planned] = {}
    for one, revision, key, guid in sorted(rows, key=lambda row: spoken.index(row[0].language)):
        if key not in found and filtered.is_about(choice, kinds, revision, one.language):
            found[key] = Planned(_shown(one, revision, key, guid), one.at, held=one.at <= now)
    return sorted(found.values(), key=lambda one: one.at)[: choice.most]


def _shown(planned_row: Publication, revision: Revision, key: str, guid: str) -> Shown:
    """The text dated with the moment at which it was planned: no date of what a reader gets lies ahead of the clock."""
    made = planned_row.created_at
    return Shown(
        key, guid, planned_row.language, revision, made, made, (), (planned_row.at, 0), planned_row.id, 1, made
    )


def _marked(one: Planned, secret: str) -> Entry:
    """The entry, marked in its title, its text and its subjects; its pictures lie behind the same secret."""
    entry = assemble.survived(one.shown)
    language = entry.language
    moment = format_datetime(one.at, "d MMMM y, HH:mm 'UTC'", locale=language)
    until = say(language, N_("Under embargo until {moment}"), moment=moment)
    if one.held:
        until = say(language, N_("Under embargo: held back by the newsroom, until it says otherwise"))
    stamp = one.at.strftime("%Y-%m-%dT%H:%M:%SZ")
    mark = f'<p><strong><time datetime="{stamp}">{escape(until, quote=False)}</time></strong></p>'
    public_media, ours = addresses.media_url("", "").rstrip("/") + "/", f"{home(secret)}/media/"
    pictures = tuple(
        replace(p, renditions=tuple(replace(r, url=r.url.replace(public_media, ours, 1)) for r in p.renditions))
        for p in entry.pictures
    )
    scheme = f"{settings.current().public_url}/embargo/"
    return replace(
        entry,
        url=home(secret),
        title=f"[{until}] {entry.title}",
        content_html=f"{mark}\n{entry.content_html.replace(public_media, ours)}",
        terms=(Term("embargo", stamp, until, scheme), *entry.terms),
        pictures=pictures,
    )


def _piece(entry: Entry, suffix: str) -> Piece:
    """Rendered for this answer, and kept nowhere."""
    content, _ = render(FORMATS[suffix], entry)
    hashed = hashlib.blake2b(content, digest_size=16).digest()
    return Piece(hashed.hex(), {suffix: hashed}, {suffix: content}, entry.updated, len(content))


def pictures(session: Session, row: PrivateFeed, *, now: datetime) -> set[str]:
    """The keys of the pictures that a feed under embargo shows."""
    return {use.picture.key for one in planned(session, row, now=now) for use in one.shown.revision.pictures}
