"""Tables, no verbs; one noun a file. Importing this package makes every table known."""

from feedsvc.models.account import Answered, ApiToken, Backoff, Role, Session, User
from feedsvc.models.audience import Poll, PollLoss, PollSource
from feedsvc.models.boilerplate import Boilerplate, RevisionBoilerplate
from feedsvc.models.contact import Contact, RevisionContact
from feedsvc.models.feed import Alias, Archive, Feed, Fragment, Placement, Rendered
from feedsvc.models.footing import Footing
from feedsvc.models.item import Item, Revision, RevisionAuthor, Translation
from feedsvc.models.message import Message
from feedsvc.models.picture import Picture, Rendition, RevisionPicture
from feedsvc.models.preview_link import PreviewLink
from feedsvc.models.private_feed import EmbargoTerms, PrivateFeed, PrivateReading
from feedsvc.models.proof import Passkey, RecoveryCode, Spent
from feedsvc.models.publication import Hold, Publication
from feedsvc.models.push import Announcement, Delivery, Intent, Pause, Subscription
from feedsvc.models.record import Audit, AuditCheck, Change, Notice
from feedsvc.models.review import Preference, Presence, Remark, Template
from feedsvc.models.saved_filter import SavedFilter
from feedsvc.models.search import Searchable
from feedsvc.models.taxonomy import Category, FormerName, Organisation, Tag
from feedsvc.models.unsaved import Unsaved
from feedsvc.models.wording import Wording

__all__ = [
    "Alias",
    "Announcement",
    "Answered",
    "ApiToken",
    "Archive",
    "Audit",
    "AuditCheck",
    "Backoff",
    "Boilerplate",
    "Category",
    "Change",
    "Contact",
    "Delivery",
    "EmbargoTerms",
    "Feed",
    "Footing",
    "FormerName",
    "Fragment",
    "Hold",
    "Intent",
    "Item",
    "Message",
    "Notice",
    "Organisation",
    "Passkey",
    "Pause",
    "Picture",
    "Placement",
    "Poll",
    "PollLoss",
    "PollSource",
    "Preference",
    "Presence",
    "PreviewLink",
    "PrivateFeed",
    "PrivateReading",
    "Publication",
    "RecoveryCode",
    "Remark",
    "Rendered",
    "Rendition",
    "Revision",
    "RevisionAuthor",
    "RevisionBoilerplate",
    "RevisionContact",
    "RevisionPicture",
    "Role",
    "SavedFilter",
    "Searchable",
    "Session",
    "Spent",
    "Subscription",
    "Tag",
    "Template",
    "Translation",
    "Unsaved",
    "User",
    "Wording",
]
