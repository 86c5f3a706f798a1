"""`serve`: one parent, its web processes, its ticker and its sender. Whatever ends is started again; they all end together."""

import fcntl
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import structlog

from feedsvc import jobs, lifeline, settings, webserver
from feedsvc.errors import WrongSettings
from feedsvc.feeds import watch
from feedsvc.push import announcing

log = structlog.get_logger()

LOOK_EVERY = 0.2
"""Seconds between two looks at the children."""
STUCK_AFTER = 5.0
"""A ticker that has not shown itself for so many seconds is killed and started again."""
SENDER_STUCK_AFTER = 30.0
"""The same of the sender: it waits for the writers' lock as everybody does, and what it has on the wire would be sent twice."""
BEGINS_WITHIN = 30.0
"""Seconds for which a ticker that was started may take to show itself at all: on a busy machine it loads for ten."""
GRACE = 8.0
"""Seconds that children get to end by themselves."""
AGAIN_AFTER = 3.0
"""Seconds between two starts of a child that the newsroom can go on without."""
MOST_RESTARTS, WITHIN = 20, 60.0
"""A child that ends more often than this has a fault that restarting does not cure."""


@dataclass
class Child:
    """A process that is to be there all the time."""

    name: str
    command: list[str]
    beat: Path | None = None
    """What it touches each second; gone when it starts, so that no beat is that of the one before it."""
    process: "subprocess.Popen[bytes] | None" = None
    wanted: Path | None = None
    """It is started when this file is there: what nobody needs takes no memory. Such a child may end again and again,
    and the newsroom goes on without it.
    """
    starts: list[float] = field(default_factory=list)
    stuck_after: float = STUCK_AFTER
    """Seconds without a beat after which it is killed and started again."""

    def is_missing(self) -> bool:
        """Whether it should run and does not."""
        if self.process is not None:
            return self.process.poll() is not None
        return self.wanted is None or self.wanted.exists()

    def start(self) -> None:
        """Starts it. Raises WrongSettings when it keeps ending at once."""
        now = time.monotonic()
        self.starts = [*(at for at in self.starts if now - at < WITHIN), now]
        if len(self.starts) > MOST_RESTARTS and self.wanted is None:
            raise WrongSettings(f"The {self.name} process keeps ending; see the lines above.")
        if self.beat:
            self.beat.unlink(missing_ok=True)
        # A session of its own: Ctrl-C at a terminal is for this process, which then ends its children in order.
        self.process = subprocess.Popen(
            self.command,
            stdin=subprocess.DEVNULL,
            env={**os.environ, **lifeline.for_children()},
            start_new_session=True,
        )
        log.info("started", child=self.name, pid=self.process.pid)


def claim(instance: Path) -> int:
    """Claims the instance for this process. Raises WrongSettings naming whoever has it."""
    descriptor = os.open(instance / "run" / "serve.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        holder = os.read(descriptor, 32).decode("ascii", "replace").strip() or "unknown"
        os.close(descriptor)
        raise WrongSettings(
            f"Another feedsvc (process {holder}) serves the instance {instance}; stop it first."
        ) from None
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, str(os.getpid()).encode(), 0)
    return descriptor


def need_port(host: str, port: int) -> None:
    """Raises WrongSettings where the port cannot be had; granian would share it with another program in silence."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
            probe.listen(1)
        except (OSError, OverflowError) as error:
            reason = error.strerror if isinstance(error, OSError) else "no such port"
            raise WrongSettings(
                f"Cannot listen on {host}, port {port} ({reason}). Choose another: PORT={port + 1} make run"
            ) from None


def _answers(host: str, port: int) -> bool:
    """Whether the web processes take connections."""
    reach = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104  # compared, not bound
    try:
        socket.create_connection((reach, port), timeout=1).close()
    except OSError:
        return False
    return True


def _is_stuck(child: Child) -> bool:
    """Whether a child that shows itself each second runs and has not done so for too long."""
    if child.process is None or child.beat is None:
        return False
    try:
        # A beat from the future is as bad: the clock was put back, and APScheduler waits for the old time to come.
        return abs(time.time() - child.beat.stat().st_mtime) > child.stuck_after
    except OSError:
        return time.monotonic() - child.starts[-1] > BEGINS_WITHIN


def run(host: str, port: int, workers: int, *, scheduler: bool, ready: Callable[[], None]) -> bool:
    """Keeps the children running until SIGINT or SIGTERM. `ready` is called once when the web answers.

    The instance is prepared and claimed already. Gives True where all has to start anew: see `start_anew`.
    """
    instance = settings.current().instance
    anew = watch.anew_file(instance)
    anew.unlink(missing_ok=True)
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    web = Child("web", webserver.command(host, port, workers, settings.current().blocking_threads))
    ticker = Child("ticker", [sys.executable, "-m", "feedsvc", "worker"], jobs.beat_file(instance))
    sending = [sys.executable, "-m", "feedsvc", "sender"]
    sender = Child(
        "sender",
        sending,
        announcing.beat_file(instance),
        wanted=announcing.bell_file(instance),
        stuck_after=SENDER_STUCK_AFTER,
    )
    children = [web, ticker, sender] if scheduler else [web]
    marker = instance / "run" / "no-scheduler"
    marker.unlink(missing_ok=True) if scheduler else marker.touch()
    try:
        for child in (web, ticker) if scheduler else (web,):
            child.start()
        told = False
        while not ended.wait(LOOK_EVERY):
            told = told or _tell(host, port, ready)
            _look_after(children)
            if anew.exists():
                log.error("starting_anew")
                return True
    finally:
        _stop(children)
    return False


def start_anew() -> None:
    """Becomes the same command from its beginning, as the same process: with nothing remembered, and an empty shelf."""
    os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])  # noqa: S606  # our own command line


def _tell(host: str, port: int, ready: Callable[[], None]) -> bool:
    """Says that all is ready, once it is."""
    if not _answers(host, port):
        return False
    ready()
    return True


def _look_after(children: list[Child]) -> None:
    """Starts what is missing, and what has ended; kills what is stuck."""
    for child in children:
        if child.is_missing():
            if child.wanted is not None and child.starts and time.monotonic() - child.starts[-1] < AGAIN_AFTER:
                continue
            if child.process is not None:
                log.error("ended", child=child.name, code=child.process.returncode)
            child.start()
        elif _is_stuck(child) and child.process is not None:
            log.error("stuck", child=child.name, pid=child.process.pid)
            child.process.kill()
            child.process.wait()
            child.start()


def _stop(children: list[Child]) -> None:
    """Asks every child to end, then makes it."""
    running = [child.process for child in children if child.process is not None and child.process.poll() is None]
    for process in running:
        process.terminate()
    deadline = time.monotonic() + GRACE
    for process in running:
        try:
            process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
