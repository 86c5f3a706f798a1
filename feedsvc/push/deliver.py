"""The sender: one process that asks callbacks back and makes deliveries, many at once, for as long as there are any.

What it knows it has from the rows, and what it did it writes there: ended at any moment, it loses nothing, and what had
been sent and not written down is sent once more under the same id.
"""

import fcntl
import os
import random
import resource
import secrets
import threading
import time
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import structlog
from sqlalchemy.orm import Session

from feedsvc import clock, settings
from feedsvc.db import reading, transaction
from feedsvc.egress.dialling import Outcome, Request
from feedsvc.egress.flights import Flights
from feedsvc.egress.ranges import networks
from feedsvc.errors import FeedsvcError
from feedsvc.push import announcing, asking, queue, signing
from feedsvc.push.asking import Question
from feedsvc.push.bodies import Bodies
from feedsvc.push.lanes import Lanes
from feedsvc.push.queue import Claimed, Result

log = structlog.get_logger()

LOOK_EVERY = 1.0
"""Seconds between two looks at the rows when nobody rings."""
WAIT = 0.02
"""Seconds for which sockets are waited for: so late the bell is heard at most."""
WRITE_WITHIN, WRITE_AT = 0.05, 256
"""Seconds after which, and number of tries at which, what became of them is written down: what is lost with a process that
is killed is sent twice.
"""
QUESTIONS = 8
"""Callbacks that are asked back at once: libcurl looks names up in some twenty threads, and a name may hang in each."""
BATCH = 512
"""Deliveries that one transaction claims."""
SLOW, MOST_SLOW = 1.0, 800
"""Seconds after which a transfer no longer counts among those that may be made at once, and how many such there may be."""
FILES = 4_096
"""Open files that the sender asks the system for."""
LAST_WAIT = 4.0
"""Seconds for which it finishes what is under way when it is asked to end."""
NO_FEED = 60.0
"""Seconds until somebody looks again whether a feed that went is back; the sweep tells its subscribers."""


def delivery_id(one: Claimed) -> str:
    """The same on every repeat, and never used again, not even after a backup was restored."""
    return f"msg_{one.id}_{int(one.since.timestamp())}"


def signed(one: Claimed, body: bytes, now: datetime) -> tuple[str, ...]:
    """The headers that say which delivery this is and prove that it is ours, in the manner that its subscriber knows."""
    message = delivery_id(one)
    if one.is_webhook:
        former = one.former_secret if one.former_until and now < one.former_until else ""
        known = (one.secret, former) if former else (one.secret,)
        timestamp = int(now.timestamp())
        signature = signing.webhook_signature(known, message, timestamp, body)
        return f"Webhook-Id: {message}", f"Webhook-Timestamp: {timestamp}", f"Webhook-Signature: {signature}"
    if one.secret:
        return f"Webhook-Id: {message}", f"X-Hub-Signature: {signing.hub_signature(one.secret, body)}"
    return (f"Webhook-Id: {message}",)


class Asked(NamedTuple):
    """A question that is under way, with its challenge: made for this one request, so that it is good once (§5.3)."""

    question: Question
    challenge: str


def name(instance: Path) -> str:
    """What this instance's sender signs its claims with: another node's are not its own."""
    path = instance / "run" / "sender-name"
    try:
        return path.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        path.write_text(secrets.token_hex(8), encoding="ascii")
        return path.read_text(encoding="ascii").strip()


def run(ended: threading.Event) -> None:
    """Sends until `ended` is set. Only one sender of an instance is at work; another one waits for it to end."""
    current = settings.current()
    instance = current.instance
    (instance / "run").mkdir(parents=True, exist_ok=True)
    _more_files()
    with (instance / "run" / "sender.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        sender = Sender(instance, current.push_connections, current.push_per_host)
        log.info("sender_started", pid=os.getpid())
        while not ended.is_set():
            sender.go_on()
        sender.finish()


def _more_files() -> None:
    """As many sockets as slow subscribers may hold, where the system allows it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = FILES if hard == resource.RLIM_INFINITY else min(FILES, hard)
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


class Sender:
    """What is under way, and what waits to be written down."""

    def __init__(self, instance: Path, connections: int, per_host: int) -> None:
        self.name = name(instance)
        self._instance = instance
        self._connections = connections
        allowed = networks(settings.current().egress_allow)
        self._flights = Flights(allowed)
        # Of strangers, so apart: whatever they name must not keep a delivery from its turn, nor from its look-up.
        self._questions = Flights(allowed)
        self._lanes = Lanes(per_host)
        self._bodies = Bodies()
        self._results: list[Result] = []
        self._answers: list[tuple[int, str]] = []
        self._first = 0.0
        self._looked = self._followed = self._beaten = 0.0
        self._heard = 0
        self._more = True
        self._taken_back = False

    def go_on(self) -> None:
        """One round: what arrived, what is to be written, what is next. Whatever goes wrong, the next round tries again."""
        try:
            self._beat()
            self._land(self._flights.wait(WAIT if len(self._flights) or not len(self._questions) else 0.0))
            self._land(self._questions.wait(0.0 if len(self._flights) or not len(self._questions) else WAIT))
            if self._must_look():
                self._exchange()
            self._launch()
        except FeedsvcError as error:
            log.error("sender_waits", error=str(error) or type(error).__name__)
            time.sleep(LOOK_EVERY)
        except Exception:
            log.exception("sender_failed")
            time.sleep(LOOK_EVERY)

    def finish(self) -> None:
        """Waits for what is under way, writes down what became of it, and lets go of the rest."""
        end = time.monotonic() + LAST_WAIT
        while (len(self._flights) or len(self._questions)) and time.monotonic() < end:
            self._land(self._flights.wait(WAIT))
            self._land(self._questions.wait(0.0))
        try:
            with transaction() as session:
                now = clock.now()
                self._write(session, now)
                queue.take_back(session, self.name, now=now)
                asking.take_back(session, self.name, now=now)
        except FeedsvcError as error:  # The next sender takes it back.
            log.error("not_written_down", error=str(error))
        self._flights.close()
        self._questions.close()

    def _beat(self) -> None:
        now = time.monotonic()
        if now - self._beaten > 0.5:  # noqa: PLR2004  # half of what a watcher looks for
            self._beaten = now
            announcing.beat_file(self._instance).touch()

    def _must_look(self) -> bool:
        """Whether the rows have to be asked: somebody rang, there is something to write, or there was more than we took."""
        now = time.monotonic()
        written = len(self._results) + len(self._answers)
        if written and (written >= WRITE_AT or now - self._first >= WRITE_WITHIN):
            return True
        if self._more and self._room() >= 2 * self._connections:
            return True
        heard = self._rung()
        if heard == self._heard and now - self._looked < LOOK_EVERY:
            return False
        self._heard = heard
        return True

    def _rung(self) -> int:
        try:
            return announcing.bell_file(self._instance).stat().st_mtime_ns
        except FileNotFoundError:
            return 0

    def _room(self) -> int:
        """How many more may be held."""
        return 4 * self._connections - self._lanes.held

    def _exchange(self) -> None:
        """Writes down what became of tries and takes what is next, in one short transaction; then makes the documents."""
        self._looked, now = time.monotonic(), clock.now()
        if not self._results and not self._answers and self._taken_back:
            with reading() as session:
                if not (announcing.anything(session, now=now) or asking.anything(session, now=now)):
                    self._more = False
                    return
        most = max(0, min(BATCH, self._room()))
        avoid = self._lanes.avoid(time.monotonic())
        with transaction() as session:
            now = clock.now()
            if not self._taken_back:
                queue.take_back(session, self.name, now=now)
                asking.take_back(session, self.name, now=now)
            self._write(session, now)
            fanned = announcing.fan_out(session, now=now)
            claimed = queue.claim(session, self.name, avoid=avoid, most=most, now=now) if most else []
            may_ask = QUESTIONS - len(self._questions)
            ask = may_ask > 0 and asking.anything(session, now=now)
            questions = asking.claim(session, self.name, now=now, most=may_ask) if ask else []
        self._taken_back, self._more = True, bool(fanned or len(claimed) >= most or 0 < may_ask == len(questions))
        self._results, self._answers = [], []
        for one in claimed:
            self._lanes.put(one)
        for question in questions:
            self._ask(question)
        if claimed:
            self._make()

    def _write(self, session: Session, now: datetime) -> None:
        if self._results:
            luck = [random.random() for _ in self._results]  # noqa: S311  # spreads tries over time, and guards nothing
            queue.record(session, self._results, luck=luck, now=now)
        for number, wrong in self._answers:
            asking.answered(session, number, wrong, now=now)

    def _make(self) -> None:
        """The documents of everything that is held here, as the public may see them now."""
        self._followed, now = time.monotonic(), clock.now()
        wanted = {one.subject for lane in self._lanes.waiting.values() for one in lane}
        with reading() as session:
            self._bodies.follow(session, now=now)
            for one in wanted:
                self._beat()
                self._bodies.make(session, [one], now=now)

    def _ask(self, question: Question) -> None:
        challenge = secrets.token_urlsafe(32)
        self._questions.add(Request(Asked(question, challenge), question.url(challenge)))

    def _launch(self) -> None:
        """Begins as many transfers as may be under way."""
        slow = min(MOST_SLOW, self._flights.slow(SLOW)) if len(self._flights) >= self._connections else 0
        free = self._connections - (len(self._flights) - slow)
        if free > 0 and self._lanes.turns and time.monotonic() - self._followed > WAIT:
            self._make()
        while free > 0 and (one := self._lanes.take()):
            body = self._bodies.get(one.subject)
            if body is None:
                is_old = one.is_webhook and not self._bodies.has_failed(one.subject)
                self._done(Result(one, 0, is_old=True) if is_old else Result(one, 0, put_off=NO_FEED))
                self._lanes.landed(one.host, answered=True, now=time.monotonic())
                continue
            headers = (*body.headers, *signed(one, body.content, clock.now()))
            self._flights.add(Request(one, one.callback, headers, body.content))
            free -= 1

    def _land(self, outcomes: list[Outcome]) -> None:
        for outcome in outcomes:
            tag = outcome.tag
            if isinstance(tag, Asked):
                self._answer(tag, outcome)
                continue
            asked = outcome.header("Retry-After")
            wait = queue.retry_after(asked, clock.now()) if asked else 0.0
            self._done(Result(tag, outcome.status, outcome.why, wait))
            now = time.monotonic()
            for one in self._lanes.landed(tag.host, answered=bool(outcome.status), now=now):
                self._done(Result(one, 0, put_off=self._lanes.asleep[tag.host] - now))

    def _answer(self, asked: Asked, outcome: Outcome) -> None:
        """Only 2xx with exactly the challenge says yes (§5.3.1)."""
        if not 200 <= outcome.status < 300:  # noqa: PLR2004
            wrong = outcome.why or f"answered {outcome.status}"
        else:
            wrong = "" if outcome.body == asked.challenge.encode() else "answered something else than the challenge"
        self._first = self._first if self._results or self._answers else time.monotonic()
        self._answers.append((asked.question.id, wrong))

    def _done(self, result: Result) -> None:
        self._first = self._first if self._results or self._answers else time.monotonic()
        self._results.append(result)
