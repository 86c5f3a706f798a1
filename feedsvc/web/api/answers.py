"""What the API answers with, built from where an item stands."""

import json
from typing import Any

from flask import Response

from feedsvc import settings
from feedsvc.feeds import addresses
from feedsvc.formats.registry import FORMATS
from feedsvc.models import Hold, Picture, Revision
from feedsvc.newsroom import excerpts, indexing, pictures, searching, walks
from feedsvc.newsroom.public import Shown
from feedsvc.newsroom.searching import Answer, Question
from feedsvc.newsroom.standing import Standing
from feedsvc.newsroom.subject_lists import Tagged
from feedsvc.newsroom.walks import Walk
from feedsvc.web.api import answered, pages


def _told(found: Standing) -> answered.Item:
    """An item as the API tells of it. Only its address is what the public sees; all else is the newest text."""
    head, item, live, language = found.head, found.translation.item, found.live, found.translation.language
    return answered.Item(
        id=item.key,
        guid=item.guid,
        headline=head.headline,
        subhead=head.subhead,
        dateline=head.dateline,
        summary=head.summary,
        body_html=head.body_html,
        language=language,
        slug=head.slug,
        authors=[author.name for author in head.authors],
        **subjects_of(head),
        organisation=item.organisation.slug,
        state=found.state,
        revision=head.number,
        assignee=found.translation.assignee.email if found.translation.assignee else None,
        publish_at=found.pending.at if found.pending else None,
        held=found.held,
        published_at=found.published_at,
        updated_at=found.updated_at,
        url=addresses.item_url(language, live.revision.slug) if live else None,
        changed=found.changed,
        created_at=item.created_at,
        changed_at=found.translation.changed_at,
    )


def _json(told: answered.Told, status: int, **headers: str) -> Response:
    return Response(told.model_dump_json(), status, headers, content_type="application/json")


def told(what: answered.Told, status: int = 200, **headers: str) -> Response:
    """Anything that has a shape."""
    return _json(what, status, **headers)


def as_made(answer: Response) -> Response:
    """For deeds that make their answer themselves, while the rows are at hand."""
    return answer


def subjects_of(row: Revision) -> dict[str, Any]:
    """What a saved text is about, its pictures, and what stands around it, as fields of an answer."""
    tags = sorted(row.tags, key=lambda tag: (tag.kind, tag.slug))
    return {
        "categories": sorted(category.slug for category in row.categories),
        "tags": [answered.Tag.model_validate({"kind": tag.kind, "name": tag.name, "slug": tag.slug}) for tag in tags],
        "pictures": [
            answered.Picture(
                id=one.key,
                alt=one.alt,
                decorative=one.decorative,
                caption=one.caption,
                credit=one.credit,
                rights=one.rights,
            )
            for one in pictures.captions_of(row)
        ],
        "contacts": [link.contact_id for link in row.contacts],
        "boilerplates": [link.boilerplate_id for link in row.boilerplates],
    }


def item(found: Standing, status: int = 200, **headers: str) -> Response:
    """An item and, as a strong ETag, the version that If-Match must name to change it."""
    return _json(_told(found), status, ETag=f'"v{found.translation.version}"', **headers)


def items(found: list[Standing], further: Walk | None) -> Response:
    """A page of items, and where to go on."""
    cursor = pages.cursor_of(further) if further else None
    return _json(answered.Items(items=[_told(row) for row in found], next=cursor), 200)


def changes(found: list[Standing], since: walks.Place, limit: int) -> Response:
    """At most `limit` items that changed, and from where to ask on, now or later."""
    rows = found[:limit]
    last = (rows[-1].translation.serial, rows[-1].translation.id) if rows else since
    told = [_told(row) for row in rows]
    return _json(answered.ChangedItems(items=told, next=pages.cursor_of_changes(last), more=len(found) > limit), 200)


def subjects(found: list[Tagged], carried: dict[str, dict[str, int]], limit: int) -> Response:
    """A page of subjects, as `items` is one of items. `carried`: scope → language → public items."""
    rows = found[:limit]
    cursor = pages.cursor_of_subject(rows[-1].place) if len(found) > limit else None
    return _json(
        answered.Subjects(subjects=[subject(row, carried.get(row.scope, {})) for row in rows], next=cursor), 200
    )


def subject(row: Tagged, carried: dict[str, int]) -> answered.Subject:
    """A subject, with its feeds in the languages in which readers know of it."""
    editions = [_edition(row.scope, code, carried[code]) for code in settings.current().languages if code in carried]
    told = {"id": row.place[1], "kind": row.sort, "name": row.name, "slug": row.slug, "editions": editions}
    return answered.Subject.model_validate(told)


def _edition(scope: str, language: str, items: int) -> answered.Edition:
    feed = addresses.feed_url(scope, language)
    return answered.Edition(
        language=language,
        url=addresses.page_url(scope, language),
        feeds={suffix: f"{feed}.{suffix}" for suffix in FORMATS},
        items=items,
    )


def matches(answer: Answer, asked_for: Question) -> Response:
    """A page of what was found, each with the first place in it."""
    cursor = pages.cursor_of_match(answer.older) if answer.older is not None else None
    found = [_match(one, asked_for, begins=answer.by_beginnings) for one in answer.found]
    begins = answer.by_beginnings and bool(found)
    return _json(answered.Matches(matches=found, by_beginnings=begins, next=cursor), 200)


def _match(shown: Shown, asked_for: Question, *, begins: bool) -> answered.Match:
    revision, language = shown.revision, shown.language
    sought = excerpts.sought(searching.words(asked_for, language), begins=begins)
    return answered.Match(
        id=shown.item_key,
        guid=shown.guid,
        language=language,
        headline=revision.headline,
        summary=revision.summary,
        excerpt="".join(part.text for part in excerpts.excerpt(indexing.texts(revision), language, sought)),
        url=addresses.item_url(language, revision.slug),
        published_at=shown.published,
        updated_at=shown.updated,
    )


def media_of(row: Picture) -> answered.Media:
    """A picture that was uploaded, with every file that it was made into."""
    files = [
        answered.File.model_validate(
            {
                "type": media_type,
                "width": one["width"],
                "height": one["height"],
                "size": one[suffix],
                "url": addresses.media_url(row.key, f"{one['name']}.{suffix}"),
            }
        )
        for one in row.sizes
        for suffix, media_type in pictures.MEDIA_TYPES.items()
    ]
    return answered.Media(id=row.key, name=row.name, width=row.width, height=row.height, files=files)


def media(row: Picture) -> Response:
    """A picture that was just uploaded."""
    return _json(media_of(row), 201)


def hold(row: Hold | None) -> Response:
    """Whether everything is held back; within the session that `row` comes from."""
    started_by = row.started_by if row else None
    told = answered.Hold(
        held=row is not None,
        since=row.started_at if row else None,
        reason=row.reason if row else "",
        by=started_by.name if started_by else "",
    )
    return _json(told, 200)


def plain(document: object) -> Response:
    """Any JSON value, open to programs of other sites: there is nothing secret in a description."""
    response = Response(json.dumps(document, ensure_ascii=False), content_type="application/json")
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cache-Control"] = "public, max-age=300"
    return response
