"""Tables, no verbs; one noun a file. Importing this package makes every table known."""

from feedsvc.models.account import ApiToken, Backoff, Role, Session, User
from feedsvc.models.audience import Poll, PollLoss, PollSource
from feedsvc.models.feed import Alias, Archive, Feed, Fragment, Placement, Rendered
from feedsvc.models.item import Item, Revision, RevisionAuthor, Translation
from feedsvc.models.publication import Hold, Publication
from feedsvc.models.record import Audit, Change, Notice
from feedsvc.models.taxonomy import Category, Organisation, Tag

__all__ = [
    "Alias",
    "ApiToken",
    "Archive",
    "Audit",
    "Backoff",
    "Category",
    "Change",
    "Feed",
    "Fragment",
    "Hold",
    "Item",
    "Notice",
    "Organisation",
    "Placement",
    "Poll",
    "PollLoss",
    "PollSource",
    "Publication",
    "Rendered",
    "Revision",
    "RevisionAuthor",
    "Role",
    "Session",
    "Tag",
    "Translation",
    "User",
]
