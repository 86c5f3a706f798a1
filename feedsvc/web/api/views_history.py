"""The API's views of what became of an item: its texts, its publications, its links for journalists."""

from datetime import UTC, datetime, timedelta

from flask import Response, url_for
from sqlalchemy.orm import Session

from feedsvc import clock, db, settings
from feedsvc.feeds import coverage
from feedsvc.models import PreviewLink, Publication, Revision
from feedsvc.newsroom import (
    agenda,
    checklist,
    differences,
    guarded,
    history,
    paragraphs,
    previews,
    releasing,
    reusing,
    standing,
)
from feedsvc.newsroom.standing import Standing
from feedsvc.newsroom.workflow import Actor
from feedsvc.web.api import answers, asked, pages, shapes, shapes_history
from feedsvc.web.api.frame import deed, operation
from feedsvc.web.i18n import gettext as _

USUAL_DAYS = 31
"""Of the calendar, when nothing is said."""
_LAST = datetime(9999, 1, 1, tzinfo=UTC)


def _here(session: Session, name: str) -> Standing:
    """The item that the address names, in the language that is asked for."""
    return standing.standing(session, standing.find(session, asked.key(name), asked.language()), now=clock.now())


def _copied(session: Session, key: str, *, language: str, actor: Actor, now: datetime) -> Standing:
    made = reusing.copy(session, key, actor=actor, now=now, language=language)
    return guarded.read(session, made.item.key, now=now, language=made.language)


@operation("copyItem")
def copy_item(name: str) -> Response:
    """A new draft with the same words."""
    asked.body(shapes.Nothing)
    return deed(_made, _copied, asked.key(name), language=asked.language())


def _made(found: Standing) -> Response:
    return answers.item(found, 201, Location=url_for("api.readItem", name=found.translation.item.key))


@operation("listRevisions")
def list_revisions(name: str) -> Response:
    """A page of saved texts."""
    limit, before = pages.page_of_numbers()
    with db.reading() as session:
        here = _here(session, name)
        found = history.revisions(session, here.translation, limit=limit + 1, before=before or None)
        rows = [shapes_history.Outline(**_outline(row)) for row in found[:limit]]
    further = pages.cursor_of_number(rows[-1].number) if len(found) > limit else None
    return answers.told(shapes_history.Outlines(revisions=rows, next=further))


def _outline(row: Revision) -> dict[str, object]:
    by = row.created_by.email if row.created_by else None
    return {"number": row.number, "headline": row.headline, "by": by, "created_at": row.created_at}


@operation("readRevision")
def read_revision(name: str, number: str) -> Response:
    """A saved text, whole."""
    with db.reading() as session:
        row = reusing.revision(session, _here(session, name).translation, asked.number(number))
        same = ("subhead", "dateline", "summary", "body_html", "slug")
        told = _outline(row) | {name: getattr(row, name) for name in same}
        told |= {"organisation": row.organisation_name, "authors": [author.name for author in row.authors]}
        return answers.told(shapes_history.Saved.model_validate(told | answers.subjects_of(row)))


@operation("compareRevisions")
def compare_revisions(name: str, number: str) -> Response:
    """Two saved texts, the older one first."""
    one, other = asked.number(number), asked.parameter("with")
    with db.reading() as session:
        here = _here(session, name)
        pair = {one, asked.number(other) if other else max(one - 1, 1)}
        texts = [reusing.revision(session, here.translation, each) for each in (min(pair), max(pair))]
        return answers.told(_difference(*texts))


def _difference(old: Revision, new: Revision) -> shapes_history.Difference:
    """What differs. Takes a second at most, however long the texts are."""
    fields = {
        name: [_part(piece) for piece in differences.of_line(before, after)]
        for name, before, after in zip(_FIELDS, _lines(old), _lines(new), strict=True)
        if before != after
    }
    same = old.body_html == new.body_html
    rows = () if same else differences.between(paragraphs.of_html(old.body_html), paragraphs.of_html(new.body_html))
    body = [shapes_history.Passage(parts=[_part(p) for p in row.pieces], reformed=row.reformed) for row in rows]
    return shapes_history.Difference(old=old.number, new=new.number, fields=fields, body=body)


_FIELDS = ("headline", "subhead", "dateline", "summary", "slug", "organisation", "categories", "tags", "authors")


def _lines(row: Revision) -> tuple[str, ...]:
    """What a text says in each of these fields, on one line."""
    categories, tags = (sorted(one.name for one in kind) for kind in (row.categories, row.tags))
    lists = (categories, tags, [author.name for author in row.authors])
    words = (row.headline, row.subhead, row.dateline, row.summary, row.slug, row.organisation_name)
    return (*words, *(", ".join(names) for names in lists))


def _part(piece: differences.Piece) -> shapes_history.Part:
    return shapes_history.Part.model_validate({"kind": piece.kind, "text": piece.text})


def _restored(session: Session, key: str, number: int, *, actor: Actor, now: datetime, language: str = "") -> Revision:
    """On top of whatever is the newest text: `guarded.act` has compared the version."""
    base = standing.find(session, key, language)
    here = standing.standing(session, base, now=now)
    made = reusing.restore(session, key, number, base=here.head.number, actor=actor, now=now, language=language)
    return made.head


@operation("restoreRevision")
def restore_revision(name: str, number: str) -> Response:
    """An earlier text as the newest one."""
    asked.body(shapes.Nothing)
    versions = asked.versions(required=False)
    wanted = asked.number(number)
    return deed(
        answers.item, guarded.act, _restored, asked.key(name), wanted, versions=versions, language=asked.language()
    )


@operation("listPublications")
def list_publications(name: str) -> Response:
    """What made it public, and what is to."""
    with db.reading() as session:
        found = history.publications(session, _here(session, name).translation, limit=200)
        return answers.told(shapes_history.Releases(publications=[_release(row) for row in found]))


def _release(row: Publication) -> shapes_history.Release:
    return shapes_history.Release.model_validate({
        "number": row.id,
        "kind": row.kind,
        "revision": row.revision.number,
        "at": row.at,
        "note": row.note,
        "by": row.actor.email if row.actor else None,
        "created_at": row.created_at,
        "cancelled_at": row.cancelled_at,
    })  # fmt: skip


@operation("readCalendar")
def read_calendar() -> Response:
    """A page of what went and goes out."""
    now = clock.now()
    limit, after = pages.page_of_moments()
    start = asked.moment("since") or now
    end = asked.moment("until") or min(start, _LAST) + timedelta(days=USUAL_DAYS)
    with db.reading() as session:
        found = agenda.page(session, start, end, now=now, limit=limit + 1, after=after)
    further = pages.cursor_of_moment(found[limit - 1].place) if len(found) > limit else None
    rows = [
        shapes_history.Event.model_validate({
            "at": one.at,
            "kind": one.kind,
            "item": one.key,
            "language": one.language,
            "headline": one.headline,
            "live": one.is_live,
            "held": one.is_held,
            "meets": one.meets,
        })
        for one in found[:limit]
    ]  # fmt: skip
    return answers.told(shapes_history.Calendar(events=rows, next=further))


@operation("checkItem")
def check_item(name: str) -> Response:
    """What the desk's dialogue before a publication says."""
    now = clock.now()
    with db.reading() as session:
        here = _here(session, name)
        found = [
            shapes_history.Finding(
                code=one.code, blocks=one.blocks, words=_(checklist.SENTENCES[one.code], **one.values), field=one.anchor
            )
            for one in releasing.findings(session, here, now=now)
        ]
        feeds = [
            shapes_history.Carrier(scope=one.scope, name=one.name, url=one.address)
            for one in coverage.of_text(session, here.head, here.translation.language, now=now)
        ]
        return answers.told(shapes_history.Checklist(revision=here.head.number, findings=found, feeds=feeds))


def _link(row: PreviewLink) -> dict[str, object]:
    same = ("name", "email", "created_at", "expires_at", "revoked_at", "read_at", "readings")
    told = {name: getattr(row, name) for name in same}
    return told | {"number": row.id, "revision": row.revision.number if row.revision else None}


@operation("listPreviewLinks")
def list_preview_links(name: str) -> Response:
    """Who was given a link, and whether it was read by."""
    with db.reading() as session:
        rows = previews.listed(session, _here(session, name).translation)
        links = [shapes_history.PreviewLink.model_validate(_link(row)) for row in rows]
    return answers.told(shapes_history.PreviewLinks(links=links))


def _given_out(session: Session, key: str, *, language: str, actor: Actor, now: datetime, **fields: object) -> Response:
    row, secret = previews.make(session, key, language=language, actor=actor, now=now, **fields)  # type: ignore[arg-type]
    told = {**_link(row), "url": f"{settings.current().public_url}/preview/{secret}"}
    return answers.told(shapes_history.PreviewLinkMade.model_validate(told), 201)


@operation("createPreviewLink")
def create_preview_link(name: str) -> Response:
    """A new link, told this once."""
    given = asked.body(shapes_history.PreviewGiven).model_dump()
    return deed(answers.as_made, _given_out, asked.key(name), language=asked.language(), **given)


def _called_back(session: Session, key: str, number: int, *, language: str, actor: Actor, now: datetime) -> Response:
    row = previews.revoke(session, key, number, actor=actor, now=now, language=language)
    return answers.told(shapes_history.PreviewLink.model_validate(_link(row)))


@operation("revokePreviewLink")
def revoke_preview_link(name: str, number: str) -> Response:
    """A link that leads to nothing from now on."""
    return deed(answers.as_made, _called_back, asked.key(name), asked.number(number), language=asked.language())
