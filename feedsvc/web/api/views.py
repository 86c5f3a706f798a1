"""The API's views of items and what belongs to them: each reads what is asked, calls one verb or looks one thing up, and
answers. Their neighbours are in the modules that are imported at the end of the list below.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import Response, g, render_template, url_for
from sqlalchemy.orm import Session

from feedsvc import clock, db, road, settings
from feedsvc.feeds import catalogue
from feedsvc.models import Hold
from feedsvc.newsroom import drafts, guarded, items, pictures, publishing, reviewing, searching, subject_lists, walks
from feedsvc.newsroom.captions import Caption
from feedsvc.newsroom.drafts import ItemDraft, TagName
from feedsvc.newsroom.standing import Standing
from feedsvc.newsroom.workflow import Actor
from feedsvc.web import seeking
from feedsvc.web.api import (
    answers,
    asked,
    openapi,
    pages,
    reference,
    shapes,
    views_around,
    views_feeds,
    views_history,
    views_newsroom,
    views_people,
    views_push,
)
from feedsvc.web.api.frame import blueprint, deed, operation
from feedsvc.web.permission import public

__all__ = [
    "blueprint",
    "views_around",
    "views_feeds",
    "views_history",
    "views_newsroom",
    "views_people",
    "views_push",
]


def _given(text: shapes.ItemPatch) -> dict[str, Any]:
    """The fields that were given, as ItemDraft has them."""
    fields = {name: getattr(text, name) for name in text.model_fields_set}
    if "tags" in fields:
        fields["tags"] = [
            TagName(t, "") if isinstance(t, str) else TagName(t.name, t.kind or "") for t in fields["tags"]
        ]
    if "pictures" in fields:
        fields["pictures"] = [Caption(**{"key": p.id, **p.model_dump(exclude={"id"})}) for p in fields["pictures"]]
    return {name: tuple(value) if isinstance(value, list) else value for name, value in fields.items()}


def _act(name: str, verb: Callable[..., object], *args: object, **kwargs: object) -> Response:
    """A verb on an item, answered with where the item then stands."""
    return deed(
        answers.item, guarded.act, verb, asked.key(name), *args,
        versions=asked.versions(required=False), language=asked.language(), **kwargs,
    )  # fmt: skip


@operation("listItems")
def list_items() -> Response:
    """A page of items."""
    limit, walk = pages.page()
    with db.reading() as session:
        rows, further = walks.page(session, walk, limit=limit, now=clock.now())
        return answers.items([guarded.loaded(row) for row in rows], further)


@operation("listChanges")
def list_changes() -> Response:
    """What changed after the cursor."""
    limit, since = pages.page_of_changes()
    with db.reading() as session:
        rows = walks.changed(session, since, limit=limit + 1, now=clock.now())
        return answers.changes([guarded.loaded(row) for row in rows], since, limit)


@operation("createItem")
def create_item() -> Response:
    """A new draft."""
    text = drafts.checked(ItemDraft(**_given(asked.body(shapes.ItemNew))), settings.current().languages)
    return deed(_made, guarded.create, text)


def _made(found: Standing) -> Response:
    return answers.item(found, 201, Location=url_for("api.readItem", name=found.translation.item.key))


@operation("readItem")
def read_item(name: str) -> Response:
    """An item's newest text and where it stands."""
    with db.reading() as session:
        return answers.item(guarded.read(session, asked.key(name), now=clock.now(), language=asked.language()))


@operation("editItem")
def edit_item(name: str) -> Response:
    """New words for the fields given."""
    key, versions = asked.key(name), asked.versions(required=True)
    given = drafts.checked_fields(_given(asked.body(shapes.ItemPatch)), settings.current().languages)
    return deed(answers.item, guarded.amend, key, given, versions=versions, language=asked.language())


@operation("submitItem")
def submit_item(name: str) -> Response:
    """Into review."""
    told = asked.body(shapes.Submission)
    return _act(name, items.submit, note=told.note, to=told.to)


@operation("approveItem")
def approve_item(name: str) -> Response:
    """The newest text, and no other, is approved."""
    asked.body(shapes.Nothing)
    return _act(name, items.approve)


@operation("requestChanges")
def request_changes(name: str) -> Response:
    """Back to whoever handed it in."""
    return _act(name, reviewing.request_changes, asked.body(shapes.Changes).note)


@operation("assignItem")
def assign_item(name: str) -> Response:
    """Somebody is responsible."""
    return _act(name, reviewing.assign, asked.body(shapes.Assignment).to)


@operation("publishItem")
def publish_item(name: str) -> Response:
    """Public from now on."""
    asked.body(shapes.Nothing)
    return _act(name, publishing.publish)


@operation("scheduleItem")
def schedule_item(name: str) -> Response:
    """Public from a moment on."""
    return _act(name, publishing.schedule, asked.body(shapes.Schedule).publish_at)


@operation("unscheduleItem")
def unschedule_item(name: str) -> Response:
    """Not public after all."""
    asked.body(shapes.Nothing)
    return _act(name, publishing.unschedule)


@operation("correctItem")
def correct_item(name: str) -> Response:
    """The newest text in place of the public one, with a note."""
    told = asked.body(shapes.Correction)
    return _act(name, publishing.correct, told.note, publish_at=told.publish_at)


@operation("updateItem")
def update_item(name: str) -> Response:
    """The newest text in place of the public one, silently."""
    return _act(name, publishing.update, publish_at=asked.body(shapes.Update).publish_at)


@operation("withdrawItem")
def withdraw_item(name: str) -> Response:
    """Taken back."""
    return _act(name, publishing.withdraw, asked.body(shapes.Withdrawal).reason)


@operation("listSubjects")
def list_subjects() -> Response:
    """A page of categories and tags; one more than asked for is looked up here too."""
    limit, behind = pages.page_of_subjects()
    with db.reading() as session:
        found = subject_lists.following(session, behind, limit=limit + 1)
        scopes = [row.scope for row in found[:limit]]
        return answers.subjects(found, catalogue.carried(session, scopes, now=clock.now()), limit)


@operation("searchItems")
def search() -> Response:
    """What readers can find with these words."""
    question, (limit, below) = asked.sought(), pages.page_of_matches()
    with seeking.place() as session:
        answer = searching.find(session, question, now=clock.now(), limit=limit, below=below)
        return answers.matches(answer, question)


@operation("uploadMedia")
def upload_media() -> Response:
    """A picture, made anew before anything is written."""
    made = pictures.prepared(*asked.upload(pictures.MOST_BYTES))
    return answers.media(road.act(pictures.add, made, actor=g.actor))


@operation("readHold")
def read_hold() -> Response:
    """Whether everything is held back."""
    with db.reading() as session:
        return answers.hold(publishing.current_hold(session))


def _hold(session: Session, verb: Callable[..., object], *words: str, actor: Actor, now: datetime) -> Hold | None:
    """Holds or lifts, and gives what holds then, with who ordered it."""
    verb(session, *words, actor=actor, now=now)
    row = publishing.current_hold(session)
    if row is not None:
        row.started_by  # noqa: B018  # reading it is what loads it
    return row


@operation("startHold")
def start_hold() -> Response:
    """Nothing goes live any more."""
    return deed(answers.hold, _hold, publishing.hold, asked.body(shapes.HoldGiven).reason)


@operation("liftHold")
def lift_hold() -> Response:
    """The time runs again."""
    return deed(answers.hold, _hold, publishing.unhold)


@blueprint.get("/openapi.json")
@public
def describe() -> Response:
    """The OpenAPI document."""
    return answers.plain(openapi.document(settings.current().public_url, settings.current().languages))


@blueprint.get("/docs")
@public
def show() -> str:
    """The OpenAPI document as a page."""
    document = openapi.document(settings.current().public_url, settings.current().languages)
    return render_template("api/docs.html", **reference.page(document))
