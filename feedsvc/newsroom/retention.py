"""What the newsroom keeps of people, for how long, and what deletes it: one table, and docs/privacy.md says the same."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from feedsvc.models import PreviewLink
from feedsvc.newsroom import audience, partners, presence, tidying, unsaved

PREVIEWS = timedelta(days=180)
"""A journalist's name and address, after the link has ended."""


@dataclass(frozen=True, slots=True)
class Rule:
    """What is kept of whom."""

    table: str
    what: str
    whose: str
    kept: timedelta | None
    """After the end of its use; None: as long as the newsroom."""
    until: str
    """In words."""


RULES = (
    Rule("poll", "How often a kind of feed reader asked, and how many subscribers it reports; no address, no own words of a reader", "readers", audience.KEPT, "400 days"),
    Rule("answered", "Answers to programs, kept for who asks again under the same key; those about people name them", "the desk's people", timedelta(days=1), "a day"),
    Rule("session", "Browser and system by family, when somebody signed in and was last seen", "the desk's people", timedelta(0), "until it ends: `FEEDSVC_SESSION_HOURS` after the last use"),
    Rule("backoff", "A digest of an address that a wrong password was tried for", "whoever tried", timedelta(days=1), "a day after the wait"),
    Rule("presence", "Who has a text open", "the desk's people", presence.KEPT, "an hour"),
    Rule("unsaved", "Words typed and not saved", "the desk's people", unsaved.KEPT_FOR, "30 days"),
    Rule("notice", "Mails: address and text", "the desk's people", tidying.MAIL_KEPT, "30 days after it was sent or given up"),
    Rule("message", "What somebody was told at the desk", "the desk's people", tidying.READ_KEPT, "90 days after it was read; a year where it never was"),
    Rule("preview_link", "Name and address of a journalist, when they read", "journalists", PREVIEWS, "180 days after the link has ended"),
    Rule("private_feed", "Name and address of a partner or journalist with a private feed, when it was last read", "partners, journalists", partners.FORGOTTEN, "180 days after the feed has ended"),
    Rule("private_reading", "How often a private feed was read on a day, by which kind of program", "partners, journalists", partners.KEPT, "400 days, and no longer than the feed"),
    Rule("audit", "Who did what: address of the person; name and address of a journalist who read through a personal link or a feed under embargo", "the desk's people, journalists", None, "as long as the newsroom: each entry is sealed with the one before it"),
    Rule("user", "Name, address, time zone, which mails they want, second factors", "the desk's people", None, "as long as the newsroom: texts name who wrote and released them; a closed account cannot sign in"),
    Rule("contact", "Name, role, address, phone of people whom journalists may call", "press officers", None, "until it is changed or retired at the desk; texts that were published name them"),
)  # fmt: skip


def sweep(session: Session, *, now: datetime) -> int:
    """Deletes personal links and private feeds whose time is over; the other rules have sweeps of their own. Gives how many rows."""
    over = (PreviewLink.expires_at < now - PREVIEWS) | (PreviewLink.revoked_at < now - PREVIEWS)
    links = int(session.execute(delete(PreviewLink).where(over)).rowcount)  # type: ignore[attr-defined]
    return links + partners.sweep(session, now=now)
