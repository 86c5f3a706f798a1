"""The table of everything that the API can do. Routes, permissions, the OpenAPI document and its page follow from it."""

from collections.abc import Mapping
from dataclasses import dataclass

from feedsvc.web.api import shapes
from feedsvc.words import N_


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing that a program can ask for."""

    method: str
    path: str
    """Below /api/v1, with `{id}` where an item is named."""
    permission: str
    summary: str
    answers: type[shapes.Told]
    takes: type[shapes.Given] | None = None
    status: int = 200
    if_match: str = ""
    """`required`, `optional`, or empty where it means nothing."""
    refusals: tuple[int, ...] = ()
    """Statuses beside those that follow from the other fields."""
    description: str = ""

    @property
    def about_item(self) -> bool:
        """Whether the address names an item."""
        return "{id}" in self.path

    @property
    def body_required(self) -> bool:
        """Whether the body has a field that must be there."""
        return self.takes is not None and any(f.is_required() for f in self.takes.model_fields.values())

    @property
    def statuses(self) -> tuple[int, ...]:
        """Every status that it can answer with."""
        found = {self.status, 401, 403, 503, *self.refusals}
        found |= {404, 422} if self.about_item else set()
        found |= {400, 413, 415, 422} if self.takes else set()
        found |= {412} if self.if_match else set()
        found |= {428} if self.if_match == "required" else set()
        return tuple(sorted(found))


def _verb(
    name: str, permission: str, summary: str, takes: type[shapes.Given] = shapes.Nothing, description: str = ""
) -> Operation:
    """A verb on an item: it answers with the item as it is then, or 409 when it is not possible now."""
    path = f"/items/{{id}}/{name}"
    return Operation(
        "POST",
        path,
        permission,
        summary,
        shapes.Item,
        takes,
        if_match="optional",
        refusals=(409,),
        description=description,
    )


OPERATIONS: Mapping[str, Operation] = {
    "listItems": Operation(
        "GET",
        "/items",
        "read",
        N_("List all items of the newsroom, the last changed first"),
        shapes.Items,
        refusals=(422,),
        description=N_(
            "Drafts included. Go on with `next` as `cursor` until it is null. "
            "An item that changes while you do moves to the front: start again to see it."
        ),
    ),
    "createItem": Operation("POST", "/items", "write", N_("Write a new item"), shapes.Item, shapes.ItemNew, status=201),
    "readItem": Operation("GET", "/items/{id}", "read", N_("Read an item"), shapes.Item),
    "editItem": Operation(
        "PATCH",
        "/items/{id}",
        "write",
        N_("Change an item's text"),
        shapes.Item,
        shapes.ItemPatch,
        if_match="required",
        description=N_("Only the fields given change. What the public sees stays as it is until the change is published."),
    ),
    "submitItem": _verb("submit", "write", N_("Hand an item to those who approve")),
    "approveItem": _verb("approve", "approve", N_("Approve the newest text")),
    "publishItem": _verb("publish", "publish", N_("Publish an item now")),
    "scheduleItem": _verb("schedule", "publish", N_("Publish an item at a moment"), shapes.Schedule),
    "unscheduleItem": _verb("unschedule", "publish", N_("Call off what is planned")),
    "correctItem": _verb("correct", "publish", N_("Publish a changed text as a correction, with a note"), shapes.Correction),
    "updateItem": _verb("update", "publish", N_("Publish a changed text silently, for typing errors"), shapes.Update),
    "withdrawItem": _verb(
        "withdraw",
        "publish",
        N_("Take a public item back"),
        shapes.Withdrawal,
        N_("At once, even while everything is held. What is planned for it is called off."),
    ),
    "readHold": Operation("GET", "/hold", "read", N_("Ask whether everything is held back"), shapes.Hold),
    "startHold": Operation(
        "POST", "/hold", "hold", N_("Hold everything back"), shapes.Hold, shapes.HoldGiven,
        description=N_("Nothing goes live until the hold is lifted; withdrawals still do. Doing it twice changes nothing."),
    ),
    "liftHold": Operation(
        "DELETE", "/hold", "publish", N_("Lift the hold"), shapes.Hold,
        description=N_("What fell due meanwhile goes live at once and is dated now."),
    ),
}  # fmt: skip
"""operationId → operation. `views.py` has a function for each."""
