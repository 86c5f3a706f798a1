"""Rows into documents: which fields of a public revision go into an entry, and what stands around the entries."""

from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from html import escape

import structlog
from babel.dates import format_datetime

from feedsvc import settings
from feedsvc.characters import clean, one_line
from feedsvc.clock import whole_second
from feedsvc.feeds import addresses, contacts, illustrated, scopes
from feedsvc.formats.document import Entry, FeedDoc, Note, Term, Withdrawal
from feedsvc.models import Feed, Tag
from feedsvc.newsroom import datelines, html
from feedsvc.newsroom.public import Correction, Shown
from feedsvc.newsroom.withdrawals import Withdrawn
from feedsvc.words import N_, say

log = structlog.get_logger()

VERSION = 3
"""Raise it when another entry is made of the same rows."""
FRAME = 2
"""Raise it when something else stands around the entries."""
TERMS = frozenset(("category", "tag"))
"""Kinds of subjects whose names entries say; an organisation's is frozen in the text."""
LEAST_ITEMS = 10
AI_USE = {
    "allowed": N_("AI systems may be trained with it."),
    "refused": N_("AI systems may not be trained with it."),
}
"""What the setting says → the sentence for people."""


def entry(shown: Shown) -> Entry:
    """The entry of what the public sees of an item: cleaned, sanitised once more, addresses absolute."""
    revision = shown.revision
    home = addresses.home_url(shown.language)
    return Entry(
        id=shown.guid,
        url=addresses.item_url(shown.language, revision.slug),
        title=one_line(revision.headline),
        summary=one_line(revision.summary),
        content_html=_content(shown, home),
        language=shown.language,
        published=whole_second(shown.published),
        updated=whole_second(max(shown.updated, shown.published)),
        authors=tuple(one_line(author.name) for author in revision.authors) or (one_line(revision.organisation_name),),
        terms=_terms(shown),
        pictures=illustrated.pictures(revision),
        version=shown.version,
        revised=whole_second(max(shown.revised, shown.published)),
        notes=tuple(Note(whole_second(note.at), one_line(note.note)) for note in shown.corrections),
        organisation=one_line(revision.organisation_name),
        dateline=one_line(revision.dateline),
    )


def survived(shown: Shown) -> Entry:
    """The entry; where its HTML defeats the parser, the same one with its text alone. It never disappears."""
    try:
        return entry(shown)
    except Exception as error:  # noqa: BLE001  # a poisoned row may cost its own formatting, never the feed
        log.error("entry_made_plain", item=shown.item_key, error=str(error))
        body = f"<p>{escape(clean(shown.revision.body_html))}</p>"
        shown.revision.body_html, shown.revision.about_html = body, ""
        return entry(shown)


def _content(shown: Shown, home: str) -> str:
    """Correction notes, sub-head, the leading picture, text, further pictures, boilerplate, contacts: all that the item's page says."""
    revision = shown.revision
    before = [_note(note, shown.language) for note in shown.corrections]
    if revision.subhead:
        before.append(f"<p><strong>{escape(one_line(revision.subhead), quote=False)}</strong></p>")
    lead, further = illustrated.figures(revision)
    line = (revision.dateline, shown.language)
    about = (revision.about_heading, revision.about_html)
    people = contacts.markup(revision, shown.language)
    return _composed(
        "\n".join(part for part in (*before, lead) if part), revision.body_html, line, further, about, people, home
    )


@lru_cache(maxsize=512)
def _composed(  # a cache's key
    before: str,
    body_html: str,
    line: tuple[str, str],
    further: str,
    about: tuple[str, str],
    people: str,
    home: str,
) -> str:
    """The parts as one piece of HTML, sanitised, addresses absolute. Remembered: a build of fifty items changes one."""
    about_heading, about_html = about
    parts = [before, datelines.run_in(html.sanitise(body_html), *line), further]
    if about_html:
        parts.append(f"<h2>{escape(clean(about_heading))}</h2>\n{html.sanitise(about_html)}")
    parts.append(people)
    return html.absolute("\n".join(part for part in parts if part), home)


def without_pictures(content_html: str) -> str:
    """The HTML of an entry without its pictures; what is said below them stays."""
    return html.without(content_html, ("img",)) if "<img" in content_html else content_html


def _note(correction: Correction, language: str) -> str:
    """A dated correction note as HTML; the date in UTC, since a feed has no place."""
    day = format_datetime(correction.at, "d MMMM y, HH:mm 'UTC'", locale=language)
    heading = say(language, N_("Correction, {day}:"), day=day)
    return f"<p><strong>{escape(heading)}</strong> {escape(clean(correction.note), quote=False)}</p>"


def _terms(shown: Shown) -> tuple[Term, ...]:
    """Categories first, then themes, people and places, each by name."""
    categories = [
        ("category", c.slug, c.name, c.topic, None)
        for c in sorted(shown.revision.categories, key=lambda c: (c.name, c.slug))
    ]
    tags = sorted((tag.kind, tag.slug, tag.name, tag.topic, _point(tag)) for tag in shown.revision.tags)
    order = ("theme", "person", "place")
    tags.sort(key=lambda tag: order.index(tag[0]) if tag[0] in order else len(order))
    return tuple(
        Term(kind, one_line(slug), one_line(name), addresses.term_scheme(kind), topic, point)
        for kind, slug, name, topic, point in (*categories, *tags)
    )


def _point(tag: Tag) -> tuple[float, float] | None:
    """Where a place lies. A tag that became something else lies nowhere."""
    is_there = tag.kind == "place" and tag.latitude is not None and tag.longitude is not None
    return (tag.latitude, tag.longitude) if is_there else None  # type: ignore[return-value]  # both are there


def withdrawal(gone: Withdrawn) -> Withdrawal:
    """What every format says of an item that was taken back: that it was, when, and the newsroom's reason."""
    day = format_datetime(gone.at, "d MMMM y, HH:mm 'UTC'", locale=gone.language)
    sorry = say(gone.language, N_("What stood here was withdrawn by the newsroom. Please do not rely on copies of it."))
    return Withdrawal(
        id=gone.guid,
        language=gone.language,
        published=whole_second(gone.published),
        at=whole_second(gone.at),
        version=gone.version,
        title=say(gone.language, N_("This item was taken back")),
        notice=one_line(f"{sorry} {day}: {gone.reason}"),
    )


def frame(feed: Feed, name: str, updated: datetime, older: int | None) -> FeedDoc:
    """What stands around a feed's entries. `name`: its scope's; `older`: the archive behind the entries."""
    newsroom = one_line(settings.current().newsroom_name)
    kind, _ = scopes.split(feed.scope)
    name = one_line(name)
    if kind in scopes.SCOPES:
        title, subtitle = f"{newsroom}: {name}", say(feed.language, scopes.SCOPES[kind].carries, name=name)
    else:
        title, subtitle = newsroom, say(feed.language, N_("All news of {name}, in full, newest first."), name=newsroom)
    return FeedDoc(
        id=feed.guid,
        title=title,
        subtitle=subtitle,
        language=feed.language,
        home_url=addresses.page_url(feed.scope, feed.language),
        base_url=addresses.feed_url(feed.scope, feed.language),
        updated=updated,
        author=newsroom,
        hub=addresses.hub_url(),
        prev_archive=older,
        rights=rights(feed.language),
        licence=licence(),
        ai_use=settings.current().ai_use,
    )


def licence() -> str:
    """The address of the page that says on what terms texts may be republished, where the newsroom has one."""
    said = settings.current().feed_licence
    return said if said.startswith(("https://", "http://")) else ""


def rights(language: str) -> str:
    """On what terms, in a sentence: as each feed's page says."""
    current = settings.current()
    if licence():
        terms = say(language, N_("The newsroom’s terms of use"))
    else:
        usual = N_("You may republish it free of charge, whole or in part. Name {name} as the source.")
        terms = one_line(current.feed_licence) or say(language, usual, name=one_line(current.newsroom_name))
    return f"{terms} {say(language, AI_USE[current.ai_use])}" if current.ai_use else terms


def weight(one: Entry) -> int:
    """What an entry counts for in the size of a feed, in bytes."""
    return (
        len((one.content_html + one.summary + one.title).encode("utf-8", "replace")) + 1_000 + 2_000 * len(one.pictures)
    )


def fitting(weights: Iterable[int], most_bytes: int) -> int:
    """How many entries, from the newest on, fit into the size; never fewer than ten where there are as many."""
    size = count = 0
    for one in weights:
        size += one
        if count >= LEAST_ITEMS and size > most_bytes:
            break
        count += 1
    return count
