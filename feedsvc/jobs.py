"""The clockwork: what the ticker does every second or minute. APScheduler only ticks; the database is the schedule.

Every job takes no argument, may run twice or late, and is also `feedsvc job NAME`.
"""

import contextlib
import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import structlog
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.memory import MemoryJobStore
from apscheduler.schedulers.blocking import BlockingScheduler
from sqlalchemy.orm import Session

from feedsvc import checks, clock, egress, settings, shelf
from feedsvc.db import reading
from feedsvc.errors import FeedsvcError
from feedsvc.feeds import pieces, watch
from feedsvc.models import Notice, Publication
from feedsvc.newsroom import (
    accounts,
    audience,
    indexing,
    links,
    messages,
    notices,
    publishing,
    repeats,
    retention,
    tallies,
    tidying,
    unsaved,
)
from feedsvc.newsroom.workflow import SYSTEM
from feedsvc.push import sweeping, watching
from feedsvc.road import act

log = structlog.get_logger()

MOST_MAILS = 20
"""Sent in one go; the rest waits for the next tick."""
MOST_ROUNDS = 20
"""Batches that are cleared away in one go."""
LEFT_FOR = 60.0
"""Seconds for which an old version stays on the shelf: somebody may still be reading it."""


def beat_file(instance: Path) -> Path:
    """Touched each second by a ticker that works; its age is how late the ticker is."""
    return instance / "run" / "ticker"


def stuck_file(instance: Path) -> Path:
    """Where a ticker says which of its jobs does not come to an end."""
    return instance / "run" / "stuck"


STUCK = 10.0
"""Seconds after which a job of `PROMPT` is stuck: it builds for half a second, or waits so long for a database at most."""
PROMPT = ("build", "code", "live", "search")
_BEGAN: dict[str, float] = {}
"""Job → when it began, while it runs in this process."""
_WATCH = watch.Watch()
_WATCHING = threading.Lock()


def build() -> int:
    """Builds the feeds that have changed or come to their moment."""
    with _WATCHING:
        return watch.follow(_WATCH)


def code() -> int:
    """Adds the slow codings to feeds that were built quickly."""
    return watch.code(_WATCH)


def live() -> int:
    """Writes down which planned publications have come out, and reports those that were late."""
    with reading() as session:
        if not publishing.anything_untold(session, now=clock.now()):
            return 0
    build()  # Before it is told: what was told is no longer looked for as having come to its moment.
    told = 0
    while rows := act(_tell_live):
        told += len(rows)
        for row in rows:
            late = round((clock.now() - row.at).total_seconds(), 3)
            log.info("live", publication=row.id, at=row.at.isoformat(), late=late)
    return told


def _tell_live(session: Session, *, now: datetime) -> list[Publication]:
    """Marks what is due; a moment that was handled late becomes a notice in the same transaction."""
    rows = publishing.mark_live(session, now=now)
    limit = timedelta(seconds=settings.current().late_after_seconds)
    for row in rows:
        late = now - row.at > limit
        if late:
            log.error("moment_missed", publication=row.id, at=row.at.isoformat(), late=(now - row.at).total_seconds())
            notices.missed(session, row, now=now)
        messages.out(session, row, actor=SYSTEM, now=now, late=late)
    return rows


def search() -> int:
    """Takes into search what came out, and out of it what was taken back: for half a second, then it lets others write."""
    with reading() as session:
        if not indexing.waiting(session, now=clock.now()):
            return 0
    end, done = time.monotonic() + watch.SLICE, 0
    while (some := act(indexing.catch_up)) and time.monotonic() < end:
        done += some
    return done + some


def mail() -> int:
    """Sends what waits to be sent. What the server does not take is tried again later."""
    current = settings.current()
    if not current.smtp_url.get_secret_value():
        return 0
    with reading() as session:
        due = notices.anything_due(session, now=clock.now())
    sent = 0
    for _ in range(MOST_MAILS if due else 0):
        notice = act(notices.claim)
        if notice is None:
            break
        sent += _mail(current, notice)
    return sent


def _mail(current: settings.Settings, notice: Notice) -> bool:
    """Sends one mail that was claimed. One for an account that is no longer there is dropped."""
    with reading() as session:
        to = notices.recipients(session, notice)
    try:
        if to:
            egress.send_mail(current, to, notice.subject, act(links.filled, notice))
    except Exception as error:  # noqa: BLE001  # an address or a server may be odd in any way; the others must go out
        log.error("mail_not_sent", notice=notice.id, error=f"{type(error).__name__}: {error}")
        act(notices.failed, notice.id)
        return False
    if not to and not notice.recipient:  # Nobody may publish so far: somebody will.
        act(notices.failed, notice.id)
        return False
    act(notices.sent, notice.id)
    return bool(to)


def remind() -> int:
    """Tells those whom it concerns of what goes live within the hour."""
    with reading() as session:
        if not messages.to_remind(session, now=clock.now()):
            return 0
    return act(messages.remind)


def seen() -> int:
    """Takes the web processes' tallies of who asked for feeds, each in a transaction of its own, and only then deletes it."""
    taken = 0
    for path in tallies.waiting(settings.current().instance):
        try:
            tally = tallies.read(path)
            taken += act(audience.take, tally)
            if tally.lost:
                log.warning("polls_lost", count=tally.lost, source=tally.source)
        except FileNotFoundError:  # Another taker was quicker.
            continue
        except ValueError as error:  # Written before a power cut, perhaps.
            log.error("tally_broken", error=str(error))
        path.unlink(missing_ok=True)
    return taken


def sweep() -> int:
    """Clears away ended sessions, old waits, unused fragments, old figures, forgotten words, old answers and left versions on the shelf."""
    instance = settings.current().instance
    shelf.clear_left(instance)
    rooms = (accounts, pieces, audience, unsaved, repeats, sweeping)
    gone: int = sum(act(room.sweep) for room in rooms) + tallies.sweep(instance)
    with reading() as session:
        hot = set(watch.hot_keys(session, now=clock.now()))
    for key in shelf.keys(instance):
        with contextlib.suppress(TimeoutError, FileNotFoundError):  # Somebody builds it, or cleared the shelf.
            if key not in hot:
                gone += shelf.put_away(instance, key, older_than=LEFT_FOR)
            gone += shelf.sweep(instance, key, older_than=LEFT_FOR)
    return gone


def tidy() -> int:
    """Clears away what is kept no longer than it is of use (newsroom/tidying.py, docs/privacy.md)."""
    gone, behind = act(retention.sweep), 0
    for _ in range(MOST_ROUNDS):
        with reading() as session:
            found = tidying.find(session, behind=behind, now=clock.now())
        cleared = act(tidying.clear, found) if found else 0
        gone += cleared
        if not cleared and found.behind == behind:
            break
        behind = found.behind
    return gone


def beat() -> int:
    """Shows that the ticker works, and that its threads are not all stuck."""
    path = beat_file(settings.current().instance)
    path.parent.mkdir(exist_ok=True)
    path.touch()
    _tell_stuck(stuck_file(settings.current().instance))
    return 1


def _tell_stuck(path: Path) -> None:
    """The ticker may well move while one of its jobs does not: that is said in a file, for `/readyz`."""
    now = time.monotonic()
    stuck = [name for name in PROMPT if now - _BEGAN.get(name, now) > STUCK]
    if not stuck:
        path.unlink(missing_ok=True)
    elif not path.exists():
        log.error("job_stuck", jobs=stuck)
        path.write_text(", ".join(stuck), encoding="ascii")


@dataclass(frozen=True, slots=True)
class Job:
    """Something to be done again and again."""

    run: Callable[[], int]
    every: float
    """Seconds."""


JOBS: dict[str, Job] = {
    "build": Job(build, 0.25),
    "code": Job(code, 0.5),
    "live": Job(live, 0.5),
    "search": Job(search, 0.25),
    "remind": Job(remind, 15.0),
    "push": Job(watching.wake, 1.0),
    "mail": Job(mail, 5.0),
    "seen": Job(seen, 5.0),
    "sweep": Job(sweep, 60.0),
    "tidy": Job(tidy, 3600.0),
    "check": Job(checks.in_child, 2.0),
    "beat": Job(beat, 1.0),
}


def run(name: str) -> int:
    """Does a job once, now. Gives how much there was to do. Raises KeyError for an unknown one."""
    return JOBS[name].run()


def _guarded(name: str) -> Callable[[], None]:
    """A job that never takes the ticker down: what goes wrong is logged, the next tick tries again."""

    def work() -> None:
        _BEGAN[name] = time.monotonic()
        try:
            run(name)
        except (FeedsvcError, OSError) as error:
            log.error("job_failed", job=name, error=str(error))
        except Exception:
            log.exception("job_failed", job=name)
        finally:
            del _BEGAN[name]

    work.__name__ = name
    return work


def tick() -> None:
    """The ticker's whole life: the JOBS table on APScheduler, from memory, each job at most once at a time."""
    pools = {"default": ThreadPoolExecutor(len(JOBS))}
    scheduler = BlockingScheduler(jobstores={"default": MemoryJobStore()}, executors=pools, timezone="UTC")
    at_once = clock.now()  # From the scheduler's threads: one job that hangs must not keep the others from starting.
    for name, job in JOBS.items():
        work = _guarded(name)
        scheduler.add_job(
            work,
            "interval",
            seconds=job.every,
            id=name,
            coalesce=True,
            max_instances=1,
            misfire_grace_time=None,
            next_run_time=at_once,
        )
    log.info("ticker_started", pid=os.getpid(), threads=threading.active_count())
    scheduler.start()
