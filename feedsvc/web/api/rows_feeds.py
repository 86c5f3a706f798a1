"""The table's rows about feeds that the newsroom composes."""

from feedsvc.web.api import shapes_feeds
from feedsvc.web.api.operation import Operation
from feedsvc.words import N_

FEEDS: dict[str, Operation] = {
    "listFilters": Operation(
        "GET", "/filters", "read", N_("List the feeds that the newsroom put together"), shapes_feeds.Filters, paged=True,
        description=N_("In the order in which they were made, those that ended included."),
    ),
    "createFilter": Operation(
        "POST", "/filters", "taxonomy", N_("Put a feed together"), shapes_feeds.Filter, shapes_feeds.FilterNew, status=201,
        keyed=True, description=N_("It answers at once, at an address that is given once."),
    ),
    "previewFilter": Operation(
        "POST", "/filters/preview", "taxonomy", N_("See what a feed would carry"), shapes_feeds.Preview, shapes_feeds.FilterNew,
        description=N_("Nothing is kept."),
    ),
    "readFilter": Operation("GET", "/filters/{number}", "read", N_("Read how a feed is put together"), shapes_feeds.Filter),
    "editFilter": Operation(
        "PATCH", "/filters/{number}", "taxonomy", N_("Put a feed together otherwise, or end it"), shapes_feeds.Filter,
        shapes_feeds.FilterPatch, if_match="required", keyed=True,
    ),
    "listPrivateFeeds": Operation(
        "GET", "/private-feeds", "publish", N_("List the private feeds"), shapes_feeds.PrivateFeeds, paged=True,
        description=N_("In the order in which they were made, those that were called back included."),
    ),
    "createPrivateFeed": Operation(
        "POST", "/private-feeds", "publish", N_("Make a private feed of what is public, or of what is under embargo"),
        shapes_feeds.PrivateFeedMade, shapes_feeds.PrivateFeedNew, status=201,
        description=N_("Its address is told this once and kept nowhere."),
    ),
    "readPrivateFeed": Operation(
        "GET", "/private-feeds/{number}", "publish", N_("Read when a private feed was read"), shapes_feeds.PrivateFeedRead
    ),
    "revokePrivateFeed": Operation(
        "DELETE", "/private-feeds/{number}", "publish", N_("Call a private feed back"), shapes_feeds.PrivateFeed, keyed=True
    ),
}  # fmt: skip
"""operationId → operation; its views are in views_feeds.py."""
