"""A saved filter as a feed: joined when it is asked for, from entries that were rendered before. No row, no bytes on the shelf."""

import hashlib
import uuid
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from html import escape
from threading import Lock

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from feedsvc import settings
from feedsvc.characters import one_line
from feedsvc.clock import whole_second
from feedsvc.feeds import addresses, afterwards, assemble, pieces, scopes
from feedsvc.feeds.pieces import Piece
from feedsvc.formats.document import Entry, FeedDoc, digest
from feedsvc.formats.fragment import render
from feedsvc.formats.registry import FORMATS
from feedsvc.formats.tidy import shorten, text_of
from feedsvc.models import Change, Feed, Revision, SavedFilter
from feedsvc.models.record import BRINGS_MANY
from feedsvc.newsroom import chosen, filters, indexing, listing, public, searching
from feedsvc.newsroom.filters import Choice
from feedsvc.newsroom.listing import Outline
from feedsvc.newsroom.profiles import PROFILES
from feedsvc.shelf import Key
from feedsvc.words import N_, say

SUMMARY = 300
"""Characters that stand for an item without a summary, where a feed carries summaries alone."""
_BROUGHT = select(Change.at).where(text(BRINGS_MANY)).order_by(Change.id.desc()).limit(1)
"""The moment of the newest change that is no publication's."""
_MEMORY = 8_000_000
"""Bytes of entries in a shape that is not kept in the database: summaries, and texts without pictures."""
_SHAPED: "OrderedDict[tuple[str, int, str], bytes]" = OrderedDict()
_LOCK = Lock()


def scope(slug: str) -> str:
    """The scope of a saved filter's feed."""
    return f"{filters.KIND}/{slug}"


def languages(choice: Choice | SavedFilter, language: str) -> tuple[str, ...]:
    """The languages that a feed asked for below a language carries."""
    return tuple(choice.languages) or (language,)


def found(session: Session, key: Key) -> SavedFilter | None:
    """The filter whose feed lies at this address and answers there: neither ended nor private, nor another language's."""
    kind, _, slug = key.scope.partition("/")
    row = filters.at_slug(session, slug) if kind == filters.KIND else None
    if row is None or row.ended_at is not None or not row.listed:
        return None
    main = settings.current().main_language
    return row if filters.home(row, key.language, main) == key.language else None


def document(
    session: Session, row: SavedFilter, language: str, suffix: str, *, now: datetime
) -> tuple[FeedDoc, Sequence[Piece]]:
    """The feed of a filter in a language: its frame, and its entries in one format at least."""
    choice = filters.choice_of(row)
    entries = carried(session, choice, language, suffix, now=now)
    updated = max((one.updated for one in entries), default=whole_second(row.created_at))
    return frame(row.guid, scope(row.slug), choice, language, updated), entries


def carried(session: Session, choice: Choice, language: str, suffix: str, *, now: datetime) -> Sequence[Piece]:
    """The entries that a choice carries, as many as it asks for and as fit."""
    rows = chosen.outlines(session, choice, languages(choice, language), now=now, limit=choice.most)
    entries = (
        _whole(session, rows, now) if choice.full and choice.pictures else _shaped(session, rows, choice, suffix, now)
    )
    profile = PROFILES.get(choice.profile)
    room = settings.current().feed_bytes
    if profile and profile.document_bytes:
        sizes = (len(one.bytes[suffix]) for one in entries)
        return entries[: assemble.fitting(sizes, min(room, profile.document_bytes * 9 // 10))]
    return entries[: assemble.fitting((one.weight for one in entries), room)]


def _whole(session: Session, rows: Sequence[Outline], now: datetime) -> Sequence[Piece]:
    entries, news = pieces.of(session, rows, made_with=pieces.made_with(session), now=now)
    if news:
        afterwards.do(pieces.remember, news)
    return entries


def _shaped(session: Session, rows: Sequence[Outline], choice: Choice, suffix: str, now: datetime) -> list[Piece]:
    """Entries without pictures, or with their summaries alone: made for one format, and remembered by the process."""
    shown = {
        one.publication_id: one for one in listing.of_publications(session, [r.publication_id for r in rows], now=now)
    }
    there = (shown[row.publication_id] for row in rows if row.publication_id in shown)
    return [_piece(shaped(assemble.survived(one), full=choice.full, pictures=choice.pictures), suffix) for one in there]


def shaped(entry: Entry, *, full: bool, pictures: bool) -> Entry:
    """The entry as a feed of summaries, or one without pictures, has it."""
    if not full:
        lead = entry.summary or shorten(text_of(entry.content_html, without=("figure",)), SUMMARY)
        entry = replace(entry, content_html=f"<p>{escape(lead, quote=False)}</p>")
    return (
        entry if pictures else replace(entry, pictures=(), content_html=assemble.without_pictures(entry.content_html))
    )


def _piece(entry: Entry, suffix: str) -> Piece:
    fmt = FORMATS[suffix]
    name = (suffix, fmt.version, digest(entry))
    with _LOCK:
        content = _SHAPED.get(name)
    if content is None:
        content, _ = render(fmt, entry)
        _remember(name, content)
    hashed = hashlib.blake2b(content, digest_size=16).digest()
    return Piece(name[2], {suffix: hashed}, {suffix: content}, entry.updated, len(content))


def _remember(name: tuple[str, int, str], content: bytes) -> None:
    """Holds an entry, and lets go of those that were made longest ago."""
    with _LOCK:
        _SHAPED[name] = content
        left = sum(map(len, _SHAPED.values())) - _MEMORY
        while left > 0 and len(_SHAPED) > 1:
            left -= len(_SHAPED.popitem(last=False)[1])


def frame(guid: str, feed_scope: str, choice: Choice, language: str, updated: datetime) -> FeedDoc:
    """What stands around the entries. Each language's feed has an id of its own, the same in every format."""
    newsroom, name = one_line(settings.current().newsroom_name), one_line(choice.name)
    address = addresses.feed_url(feed_scope, language)
    return FeedDoc(
        id=uuid.uuid5(uuid.NAMESPACE_URL, f"{guid} {language}").urn,
        title=f"{newsroom}: {name}",
        subtitle=carries(choice, language),
        language=language,
        home_url=address,
        base_url=address,
        updated=updated,
        author=newsroom,
        rights=assemble.rights(language),
        licence=assemble.licence(),
        ai_use=settings.current().ai_use,
    )


def carries(choice: Choice, language: str) -> str:
    """What such a feed carries, in a sentence. It names no subject: one of them may not be known to readers yet."""
    name = one_line(choice.name)
    if choice.full:
        return say(language, N_("What the newsroom put together as “{name}”, in full, newest first."), name=name)
    return say(language, N_("What the newsroom put together as “{name}”, as summaries, newest first."), name=name)


def modified(session: Session, row: SavedFilter, language: str, *, now: datetime) -> datetime:
    """The whole second of the newest change of the filter, or of any feed of its languages: what it can be asked about by
    date. So it moves a little more often than need be, and never too seldom; nor by a name that nobody may know of yet,
    since that moves no feed.
    """
    spoken = languages(row, language)
    fallen = [public.moments(session, code, now=now)[0] for code in spoken]
    named = session.scalar(select(func.max(Feed.last_modified)).where(Feed.language.in_(spoken)))
    return whole_second(max(one for one in (*fallen, named, session.scalar(_BROUGHT), row.changed_at) if one))


def listed(session: Session) -> list[dict[str, str]]:
    """The feeds of saved filters that readers can ask for, as `feedsvc feeds list` shows them."""
    current = settings.current()
    return [
        {"address": addresses.feed_url(scope(row.slug), code), "version": "", "shelf": ""}
        for code in current.languages
        for row in filters.offered(session, code, current.main_language)
    ]


def is_about(choice: Choice, kinds: list[tuple[str, ...]] | None, revision: Revision, language: str) -> bool:
    """Whether a choice is about a text, public or not: asked for the few that are under embargo. `kinds`: its subjects, followed."""
    if choice.languages and language not in choice.languages:
        return False
    stands = scopes.of(revision)
    if kinds is None or not all(stands & set(group) for group in kinds):
        return False
    asked = searching.words(searching.question(choice.words, (language,)), language)
    said = indexing.words_of(revision, language) if asked else frozenset()
    return all(stem in said for _, stem in asked)
