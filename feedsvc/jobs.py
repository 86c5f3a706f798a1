"""The clockwork: what the ticker does every second or minute. APScheduler only ticks; the database is the schedule.

Every job takes no argument, may run twice or late, and is also `feedsvc job NAME`.
"""

import os
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import structlog
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.memory import MemoryJobStore
from apscheduler.schedulers.blocking import BlockingScheduler
from sqlalchemy.orm import Session

from feedsvc import clock, egress, settings, shelf
from feedsvc.db import reading
from feedsvc.errors import FeedsvcError
from feedsvc.feeds import build as feeds_build
from feedsvc.models import Publication
from feedsvc.newsroom import accounts, notices, publishing
from feedsvc.road import act

log = structlog.get_logger()

MOST_MAILS = 20
"""Sent in one go; the rest waits for the next tick."""
LEFT_FOR = 60.0
"""Seconds for which an old version stays on the shelf: somebody may still be reading it."""


def beat_file(instance: Path) -> Path:
    """Touched each second by a ticker that works; its age is how late the ticker is."""
    return instance / "run" / "ticker"


def build() -> int:
    """Builds every feed that is behind its row or past its moment, then adds the slow codings."""
    instance = settings.current().instance
    with reading() as session:
        late = feeds_build.behind(session, instance)
    built = feeds_build.build_all(late)
    for key in shelf.keys(instance):
        feeds_build.compress(key)
    return built


def live() -> int:
    """Writes down which planned publications have come out, and reports those that were late."""
    with reading() as session:
        if not publishing.anything_untold(session, now=clock.now()):
            return 0
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
        if now - row.at > limit:
            log.error("moment_missed", publication=row.id, at=row.at.isoformat(), late=(now - row.at).total_seconds())
            notices.missed(session, row, now=now)
    return rows


def mail() -> int:
    """Sends what waits to be sent. What the server does not take is tried again later."""
    current = settings.current()
    if not current.smtp_url.get_secret_value():
        return 0
    with reading() as session:
        to = notices.readers(session) if notices.anything_due(session, now=clock.now()) else []
    sent = 0
    for _ in range(MOST_MAILS if to else 0):
        notice = act(notices.claim)
        if notice is None:
            break
        try:
            egress.send_mail(current, to, notice.subject, notice.body)
        except Exception as error:  # noqa: BLE001  # an address or a server may be odd in any way; the others must go out
            log.error("mail_not_sent", notice=notice.id, error=f"{type(error).__name__}: {error}")
            act(notices.failed, notice.id)
        else:
            act(notices.sent, notice.id)
            sent += 1
    return sent


def sweep() -> int:
    """Clears away ended sessions, old waits, unused fragments and left versions on the shelf."""
    instance = settings.current().instance
    gone = act(accounts.sweep) + act(feeds_build.sweep)
    return gone + sum(shelf.sweep(instance, key, older_than=LEFT_FOR) for key in shelf.keys(instance))


def beat() -> int:
    """Shows that the ticker works, and that its threads are not all stuck."""
    path = beat_file(settings.current().instance)
    path.parent.mkdir(exist_ok=True)
    path.touch()
    return 1


@dataclass(frozen=True, slots=True)
class Job:
    """Something to be done again and again."""

    run: Callable[[], int]
    every: float
    """Seconds."""


JOBS: dict[str, Job] = {
    "build": Job(build, 0.5),
    "live": Job(live, 0.5),
    "mail": Job(mail, 5.0),
    "sweep": Job(sweep, 60.0),
    "beat": Job(beat, 1.0),
}


def run(name: str) -> int:
    """Does a job once, now. Gives how much there was to do. Raises KeyError for an unknown one."""
    return JOBS[name].run()


def _guarded(name: str) -> Callable[[], None]:
    """A job that never takes the ticker down: what goes wrong is logged, the next tick tries again."""

    def work() -> None:
        try:
            run(name)
        except (FeedsvcError, OSError) as error:
            log.error("job_failed", job=name, error=str(error))
        except Exception:
            log.exception("job_failed", job=name)

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
