"""What the API answers with, built from where an item stands."""

import json

from flask import Response

from feedsvc.feeds import addresses
from feedsvc.models import Hold
from feedsvc.newsroom.standing import Standing
from feedsvc.web.api import asked, shapes


def _told(found: Standing) -> shapes.Item:
    """An item as the API tells of it. Only its address is what the public sees; all else is the newest text."""
    head, item, live, language = found.head, found.translation.item, found.live, found.translation.language
    tags = sorted(head.tags, key=lambda tag: (tag.kind, tag.slug))
    return shapes.Item(
        id=item.key,
        guid=item.guid,
        headline=head.headline,
        summary=head.summary,
        body_html=head.body_html,
        language=language,
        slug=head.slug,
        categories=sorted(category.slug for category in head.categories),
        tags=[shapes.Tag.model_validate({"kind": tag.kind, "name": tag.name, "slug": tag.slug}) for tag in tags],
        authors=[author.name for author in head.authors],
        organisation=item.organisation.slug,
        state=found.state,
        revision=head.number,
        publish_at=found.pending.at if found.pending else None,
        published_at=found.published_at,
        updated_at=found.updated_at,
        url=addresses.item_url(language, live.revision.slug) if live else None,
        changed=found.changed,
        created_at=item.created_at,
        changed_at=found.translation.changed_at,
    )


def _json(told: shapes.Told, status: int, **headers: str) -> Response:
    return Response(told.model_dump_json(), status, headers, content_type="application/json")


def item(found: Standing, status: int = 200, **headers: str) -> Response:
    """An item and, as a strong ETag, the version that If-Match must name to change it."""
    return _json(_told(found), status, ETag=f'"v{found.translation.version}"', **headers)


def items(found: list[Standing], limit: int) -> Response:
    """A page of at most `limit` items; whatever is found beyond that is the next page's."""
    rows = found[:limit]
    last = rows[-1].translation if len(found) > limit else None
    cursor = asked.cursor_of((last.changed_at, last.id)) if last else None
    return _json(shapes.Items(items=[_told(row) for row in rows], next=cursor), 200)


def hold(row: Hold | None) -> Response:
    """Whether everything is held back; within the session that `row` comes from."""
    started_by = row.started_by if row else None
    told = shapes.Hold(
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
