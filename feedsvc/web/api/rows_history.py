"""The table's rows about what became of an item: its texts, its publications, its links for journalists."""

from feedsvc.web.api import answered, shapes, shapes_history
from feedsvc.web.api.operation import Operation
from feedsvc.words import N_

ITEM = "/items/{id}"
HISTORY: dict[str, Operation] = {
    "copyItem": Operation(
        "POST", f"{ITEM}/copy", "write", N_("Begin a new item with the text of another one"), answered.Item, shapes.Nothing,
        status=201, keyed=True,
    ),
    "listRevisions": Operation(
        "GET", f"{ITEM}/revisions", "read", N_("List an item's saved texts"), shapes_history.Outlines, paged=True
    ),
    "readRevision": Operation(
        "GET", f"{ITEM}/revisions/{{number}}", "read", N_("Read a saved text"), shapes_history.Saved
    ),
    "compareRevisions": Operation(
        "GET", f"{ITEM}/revisions/{{number}}/diff", "read", N_("Compare two saved texts"), shapes_history.Difference,
        asks=("with",), description=N_("The older one is `old`, whichever is asked for first."),
    ),
    "restoreRevision": Operation(
        "POST", f"{ITEM}/revisions/{{number}}/restore", "write", N_("Put an earlier text on top as the newest one"),
        answered.Item, shapes.Nothing, if_match="optional", refusals=(409,), keyed=True,
        description=N_("What readers see stays as it is until that is published."),
    ),
    "listPublications": Operation(
        "GET", f"{ITEM}/publications", "read", N_("List an item's publications, planned ones too"), shapes_history.Releases
    ),
    "readCalendar": Operation(
        "GET", "/calendar", "read", N_("Ask what went and goes out, and when"), shapes_history.Calendar, paged=True,
        asks=("since", "until"), description=N_("From now on without `since`, for 31 days without `until`."),
    ),
    "checkItem": Operation(
        "GET", f"{ITEM}/checklist", "read", N_("Ask what to look at before an item goes out, and which feeds will carry it"),
        shapes_history.Checklist,
    ),
    "listPreviewLinks": Operation(
        "GET", f"{ITEM}/preview-links", "approve", N_("List the links by which journalists read an item"),
        shapes_history.PreviewLinks,
    ),
    "createPreviewLink": Operation(
        "POST", f"{ITEM}/preview-links", "approve", N_("Give a journalist a link to an item that is not public"),
        shapes_history.PreviewLinkMade, shapes_history.PreviewGiven, status=201, refusals=(409,),
        description=N_("Its address is told this once and kept nowhere."),
    ),
    "revokePreviewLink": Operation(
        "DELETE", f"{ITEM}/preview-links/{{number}}", "approve", N_("Call a journalist's link back"),
        shapes_history.PreviewLink, keyed=True,
    ),
}  # fmt: skip
"""operationId → operation; its views are in views_history.py."""
