"""In what state a newsroom is, and what happens next, in plain words: for whoever is at a shell.

What is held and why, what goes live when the hold is lifted, what is planned, and what to do about it.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from feedsvc import clock, settings
from feedsvc.db import reading
from feedsvc.jobs import beat_file
from feedsvc.newsroom import agenda, listing, publishing
from feedsvc.newsroom.agenda import Event

SHOWN, COUNTED = 10, 500
"""Texts that are named, and counted at most."""
STILL = 10.0
"""Seconds after which a ticker that did not move is taken to be away."""
_KINDS = {"publish": "", "correct": ", a correction", "update": ", an update", "withdraw": ", a withdrawal"}


@dataclass(frozen=True, slots=True)
class Seen:
    """What matters of a newsroom at a moment."""

    since: str
    """From when on everything is held, in the newsroom's time; empty: nothing is."""
    by: str
    reason: str
    due: list[Event]
    """What has fallen due and waits for the hold to be lifted; without one, what came out and was told to nobody yet."""
    planned: list[Event]


def seen() -> Seen:
    """What is held and planned now. Raises Unavailable."""
    with reading() as session:
        now, row = clock.now(), publishing.current_hold(session)
        by = row.started_by.name if row and row.started_by else ""
        due = (agenda.held_back if row else agenda.fallen)(session, now=now, limit=COUNTED)
        planned = agenda.planned(session, now=now, limit=COUNTED)
        return Seen(_moment(row.started_at) if row else "", by, row.reason if row else "", due, planned)


def _moment(at: datetime) -> str:
    """`2026-11-22 12:00:00+04:00`, in the newsroom's zone."""
    return at.astimezone(ZoneInfo(settings.current().time_zone)).isoformat(" ", "seconds")


def _number(events: list[Event]) -> str:
    """How many texts these are."""
    many = f"{len(events)}" if len(events) < COUNTED else f"{COUNTED} or more"
    return "one text" if many == "1" else f"{many} texts"


def _named(events: list[Event]) -> Iterator[str]:
    """The first of them, a line each."""
    for event in events[:SHOWN]:
        where = f"{settings.current().public_url}/desk/items/{event.key}"
        yield f"    {_moment(event.at)}  “{event.headline}” ({event.language}{_KINDS[event.kind]})  {where}"
    if len(events) > SHOWN:
        yield "    … and more, at the desk"


def state() -> Iterator[str]:
    """What is held and planned, and what can be done about it."""
    now = seen()
    if not now.since:
        yield "Nothing is held: what is planned goes live at its moment."
        if now.due:
            yield from _coming(now.due, "Come to its moment while nobody ran the newsroom, dated as it was planned", "")
        yield from _coming(now.planned, "Planned", "Nothing is planned.")
    else:
        yield f"Everything is held as of {now.since}{f', by {now.by}' if now.by else ''}{_why(now.reason)}"
        yield "What was live then stays so, and can be withdrawn. Nothing else goes live before the hold is lifted."
        fallen = "Fallen due since, live at once and dated to that moment when the hold is lifted"
        yield from _coming(now.due, fallen, "Nothing has fallen due since.")
        later = "Planned for later, at its moment, or when the hold is lifted if that is after it"
        yield from _coming(now.planned, later, "Nothing is planned for later.")
        desk = f"{settings.current().public_url}/desk/unhold"
        yield f"Call off what is not to go out, on its page at the desk; then lift the hold: `feedsvc unhold`, or {desk}."
    yield from _running()


def _why(reason: str) -> str:
    return f": {reason.rstrip('.')}." if reason else ". Nobody said why."


def _coming(events: list[Event], title: str, nothing: str) -> Iterator[str]:
    if not events:
        yield nothing
        return
    yield f"{title}: {_number(events)}."
    yield from _named(events)


def _running() -> Iterator[str]:
    """A warning where no server of this instance has moved of late."""
    beat = beat_file(settings.current().instance)
    if not beat.exists() or abs(time.time() - beat.stat().st_mtime) > STILL:
        yield (
            "The newsroom does not run here: readers see nothing of this before it is started "
            "(`systemctl start feedsvc`, or `feedsvc serve`)."
        )


def lifted(before: Seen, released: int) -> Iterator[str]:
    """What has just gone live, of what was there before the hold was lifted."""
    if not before.since:
        yield "Nothing was held, so there was nothing to lift."
        return
    yield f"The hold as of {before.since} is lifted."
    if not released:
        yield "Nothing had fallen due meanwhile."
        return
    many = "One text that had" if released == 1 else f"{released} texts that had"
    yield f"{many} fallen due meanwhile went live now, dated to this moment; planned was:"
    yield from _named(before.due)


def restored(made_at: str, address: str) -> Iterator[str]:
    """What stands now, of a backup that was made at a moment, of a newsroom at an address."""
    made = _moment(datetime.fromisoformat(made_at))
    with reading() as session:
        yield f"The newsroom is as it was on {made}: {_public(session)}."
    here = settings.current().public_url
    if address != here:
        yield (
            f"It was made of {address}, and here it is {here}: pages, feeds and mails will say so. "
            "If that is not meant, set FEEDSVC_BASE_URL before you start it."
        )


def _public(session: Session) -> str:
    """How many texts readers can read, and the newest."""
    now = clock.now()
    counts = {code: listing.count(session, code, now=now) for code in settings.current().languages}
    newest = [one for code in counts for one in listing.newest(session, code, now=now, limit=1)]
    if not newest:
        return "no text is public"
    last = max(newest, key=lambda one: one.published)
    many = ", ".join(f"{count} in {code}" for code, count in counts.items())
    return f"public texts: {many}; the newest “{last.revision.headline}” of {_moment(last.published)}"


def after_restore(*, resend: bool) -> Iterator[str]:
    """What a restore cannot know, and what to do now, in order. `resend`: whether mails that waited then are sent."""
    given, kept = settings.current().secret_key.get_secret_value(), settings.current().instance / "secret-key"
    if given and kept.exists() and kept.read_text(encoding="utf-8").strip() != given:
        yield "FEEDSVC_SECRET_KEY is another key than the backup's: codes from phones fail here until it is the backup's own."
    yield f"Mails that waited when the backup was made {'are sent' if resend else 'are not sent once more'}."
    yield "What was done after the backup is not undone by itself:"
    yield "    what was withdrawn since is public again: withdraw it once more (`feedsvc items withdraw ID --reason …`),"
    yield "    before the newsroom is started if no reader may see it for a moment;"
    yield "    accounts that were closed and tokens that were revoked since are open again: close them once more."
    yield "Next: start it (`systemctl start feedsvc`, or `feedsvc serve`), then ask `feedsvc doctor --deep`."
    if seen().since:
        yield "Then look what waits (`feedsvc unhold --dry-run`), call off what is not to go out, and lift the hold."
