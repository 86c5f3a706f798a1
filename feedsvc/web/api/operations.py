"""The table of everything that the API can do. Routes, permissions, the OpenAPI document and its page follow from it."""

from collections.abc import Mapping

from feedsvc.web.api import answered, shapes
from feedsvc.web.api.operation import Operation, verb
from feedsvc.web.api.rows_around import AROUND
from feedsvc.web.api.rows_feeds import FEEDS
from feedsvc.web.api.rows_history import HISTORY
from feedsvc.web.api.rows_newsroom import NEWSROOM
from feedsvc.web.api.rows_push import PUSH
from feedsvc.words import N_

OPERATIONS: Mapping[str, Operation] = {
    "listItems": Operation(
        "GET",
        "/items",
        "read",
        N_("List all items of the newsroom, the last changed first"),
        answered.Items,
        paged=True,
        description=N_(
            "Drafts included. Go on with `next` as `cursor` until it is null, and you have met every item. "
            "One that changes while you do comes once more at the end."
        ),
    ),
    "listChanges": Operation(
        "GET",
        "/changes",
        "read",
        N_("Follow what changes, the oldest change first"),
        answered.ChangedItems,
        paged=True,
        description=N_(
            "Without a `cursor` it begins with all items there are. Keep `next` and ask with it again, at once while `more` is "
            "true, else whenever you like: you are given every item that was written, changed, released or withdrawn since."
        ),
    ),
    "createItem": Operation(
        "POST", "/items", "write", N_("Write a new item"), answered.Item, shapes.ItemNew, status=201, keyed=True
    ),
    "readItem": Operation("GET", "/items/{id}", "read", N_("Read an item"), answered.Item),
    "editItem": Operation(
        "PATCH",
        "/items/{id}",
        "write",
        N_("Change an item's text"),
        answered.Item,
        shapes.ItemPatch,
        if_match="required",
        keyed=True,
        description=N_("Only the fields given change. What the public sees stays as it is until the change is published."),
    ),
    "submitItem": verb("submit", "write", N_("Hand an item to those who approve"), shapes.Submission),
    "approveItem": verb("approve", "approve", N_("Approve the newest text")),
    "requestChanges": verb(
        "request-changes",
        "approve",
        N_("Hand an item back with a note about what should be changed"),
        shapes.Changes,
        N_("It is a draft again, and an approval of it is gone. What is planned stays planned."),
    ),
    "assignItem": verb("assign", "write", N_("Make somebody responsible for the next step"), shapes.Assignment),
    "publishItem": verb("publish", "publish", N_("Publish an item now")),
    "scheduleItem": verb("schedule", "publish", N_("Publish an item at a moment"), shapes.Schedule),
    "unscheduleItem": verb("unschedule", "publish", N_("Call off what is planned")),
    "correctItem": verb("correct", "publish", N_("Publish a changed text as a correction, with a note"), shapes.Correction),
    "updateItem": verb("update", "publish", N_("Publish a changed text silently, for typing errors"), shapes.Update),
    "withdrawItem": verb(
        "withdraw",
        "publish",
        N_("Take a public item back"),
        shapes.Withdrawal,
        N_("At once, even while everything is held. What is planned for it is called off."),
    ),
    "listSubjects": Operation(
        "GET",
        "/subjects",
        "read",
        N_("List all categories, themes, people and places, with their feeds"),
        answered.Subjects,
        paged=True,
        description=N_(
            "Categories first, then tags, each in the order in which they were made. "
            "Those of drafts and plans included: what has no `editions` is not known to readers yet."
        ),
    ),
    "searchItems": Operation(
        "GET",
        "/search",
        "read",
        N_("Search what readers can find, newest first"),
        answered.Matches,
        paged=True,
        asks=("q", "in", "scope", "year"),
        description=N_(
            "All words are to be in a text, in whatever form; where no text has them, texts with words that begin so "
            "are found. What is not public is not found, whatever the token may do."
        ),
    ),
    "uploadMedia": Operation(
        "POST",
        "/media",
        "media",
        N_("Upload a picture"),
        answered.Media,
        status=201,
        takes_file=True,
        description=N_(
            "JPEG, PNG, WebP, GIF or AVIF, up to 40 MB and 40 million pixels. It is made anew in several sizes; where and "
            "with what it was taken is left out. Nobody sees it before an item that carries it is public. "
            "The same file once more is the same picture."
        ),
    ),
    "readHold": Operation("GET", "/hold", "read", N_("Ask whether everything is held back"), answered.Hold),
    "startHold": Operation(
        "POST", "/hold", "hold", N_("Hold everything back"), answered.Hold, shapes.HoldGiven, keyed=True,
        description=N_("Nothing goes live until the hold is lifted; withdrawals still do. Doing it twice changes nothing."),
    ),
    "liftHold": Operation(
        "DELETE", "/hold", "publish", N_("Lift the hold"), answered.Hold, keyed=True,
        description=N_("What fell due meanwhile goes live at once and is dated now."),
    ),
    **AROUND,
    **FEEDS,
    **HISTORY,
    **NEWSROOM,
    **PUSH,
}  # fmt: skip
"""operationId → operation. `views.py` and its neighbours have a function for each."""
