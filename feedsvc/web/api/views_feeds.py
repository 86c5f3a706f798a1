"""The API's views of feeds that the newsroom composes."""

import hashlib
from dataclasses import replace
from datetime import datetime
from typing import Any

from flask import Response, url_for
from sqlalchemy.orm import Session

from feedsvc import clock, db, settings
from feedsvc.feeds import addresses, caps, embargoed, filtered
from feedsvc.formats import gate
from feedsvc.models import PrivateFeed, SavedFilter
from feedsvc.newsroom import filters, partners
from feedsvc.newsroom.filters import Choice
from feedsvc.newsroom.partners import Asked
from feedsvc.newsroom.workflow import Actor
from feedsvc.web import seeking
from feedsvc.web.api import answers, asked, pages, shapes_feeds
from feedsvc.web.api.frame import deed, operation
from feedsvc.web.i18n import gettext as _

PREVIEWED = 50
"""Items that a preview shows."""


def _etag(row: SavedFilter) -> str:
    said = repr([row.id, filters.choice_of(row)])
    return f'"{hashlib.blake2b(said.encode("utf-8", "replace"), digest_size=12).hexdigest()}"'


def _filter(row: SavedFilter) -> shapes_feeds.Filter:
    names = (*filters.SHOWN, "id", "changed_at")
    main = settings.current().main_language
    home = filters.home(row, main, main)
    is_there = row.listed and row.ended_at is None
    return shapes_feeds.Filter(
        **{name: getattr(row, name) for name in names},
        ended=row.ended_at is not None,
        url=addresses.feed_url(filtered.scope(row.slug), home) if is_there else None,
    )


def _told(row: SavedFilter, status: int = 200, **headers: str) -> Response:
    return answers.told(_filter(row), status, ETag=_etag(row), **headers)


def _given(given: Any) -> dict[str, Any]:
    """The fields that were given."""
    found = {name: getattr(given, name) for name in given.model_fields_set}
    return {name: tuple(value) if isinstance(value, list) else value for name, value in found.items()}


@operation("listFilters")
def list_filters() -> Response:
    """A page of saved filters."""
    limit, after = pages.page_of_numbers()
    with db.reading() as session:
        rows = filters.every(session, after=after, limit=limit + 1)
        cursor = pages.cursor_of_number(rows[limit - 1].id) if len(rows) > limit else None
        return answers.told(shapes_feeds.Filters(filters=[_filter(row) for row in rows[:limit]], next=cursor))


@operation("createFilter")
def create_filter() -> Response:
    """A new one."""
    choice = Choice(**_given(asked.body(shapes_feeds.FilterNew)))

    def told(row: SavedFilter) -> Response:
        return _told(row, 201, Location=url_for("api.readFilter", number=row.id))

    return deed(told, filters.add, choice, settings.current().languages)


@operation("previewFilter")
def preview_filter() -> Response:
    """What is public of a choice."""
    choice = Choice(**_given(asked.body(shapes_feeds.FilterNew)))
    current, now = settings.current(), clock.now()
    with seeking.place() as session:
        choice = filters.checked(session, choice, current.languages)
        home = filters.home(choice, current.main_language, current.main_language)
        shown = caps.carried(session, choice, home, now=now, limit=min(choice.most, PREVIEWED))
        found = [finding for _one, finding in caps.of_items(choice, shown, now=now)]
        found += caps.of_feed(choice, len(shown), 0)
    items = [
        shapes_feeds.Carried(
            headline=one.revision.headline,
            url=addresses.item_url(one.language, one.revision.slug),
            language=one.language,
            published_at=one.published,
        )
        for one in shown
    ]
    problems = list(dict.fromkeys(_(gate.SENTENCES[one.code], **one.values) for one in found))
    return answers.told(shapes_feeds.Preview(items=items, problems=problems))


@operation("readFilter")
def read_filter(number: str) -> Response:
    """One of them."""
    with db.reading() as session:
        return _told(filters.find(session, asked.number(number)))


def _changed(
    session: Session, number: int, given: dict[str, Any], tags: frozenset[str] | None, *, actor: Actor, now: datetime
) -> SavedFilter:
    """Changes what is still as the caller read it."""
    row = filters.find(session, number)
    if tags is not None and _etag(row) not in tags:
        sentence = _("It has changed since you read it. Read it again, then make your change on top of that.")
        asked.refuse(412, _("Somebody was faster"), sentence)
    choice = replace(filters.composed(session, row), **given)
    return filters.change(session, number, choice, settings.current().languages, actor=actor, now=now)


@operation("editFilter")
def edit_filter(number: str) -> Response:
    """Another choice."""
    which, tags = asked.number(number), asked.tags()
    return deed(_told, _changed, which, _given(asked.body(shapes_feeds.FilterPatch)), tags)


_PRIVATE = (
    "id",
    "kind",
    "name",
    "email",
    "language",
    "created_at",
    "expires_at",
    "revoked_at",
    "accepted_at",
    "read_at",
)


def _private(row: PrivateFeed) -> dict[str, Any]:
    return {name: getattr(row, name) for name in _PRIVATE} | {"filter": row.filter_id}


@operation("listPrivateFeeds")
def list_private_feeds() -> Response:
    """A page of them."""
    limit, after = pages.page_of_numbers()
    with db.reading() as session:
        rows = partners.listed(session, after=after, limit=limit + 1)
        cursor = pages.cursor_of_number(rows[limit - 1].id) if len(rows) > limit else None
        told = [shapes_feeds.PrivateFeed(**_private(row)) for row in rows[:limit]]
        return answers.told(shapes_feeds.PrivateFeeds(feeds=told, next=cursor))


@operation("createPrivateFeed")
def create_private_feed() -> Response:
    """A new one, and its address."""
    given = Asked(**_given(asked.body(shapes_feeds.PrivateFeedNew)))

    def told(made: tuple[PrivateFeed, str]) -> Response:
        row, secret = made
        return answers.told(shapes_feeds.PrivateFeedMade(**_private(row), url=embargoed.home(secret)), 201)

    return deed(told, partners.make, given, settings.current().languages)


@operation("readPrivateFeed")
def read_private_feed(number: str) -> Response:
    """One of them, with its readings."""
    with db.reading() as session:
        row = partners.find(session, asked.number(number))
        names = ("day", "format", "status", "count", "last_at")
        read = [
            shapes_feeds.Reading(**{name: getattr(one, name) for name in names}, program=one.family)
            for one in partners.readings(session, row)
        ]
        return answers.told(shapes_feeds.PrivateFeedRead(**_private(row), readings=read))


@operation("revokePrivateFeed")
def revoke_private_feed(number: str) -> Response:
    """It leads to nothing from now on."""
    return deed(
        lambda row: answers.told(shapes_feeds.PrivateFeed(**_private(row))), partners.revoke, asked.number(number)
    )
