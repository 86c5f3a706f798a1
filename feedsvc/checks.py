"""A check of the log's chain, gone on with to its end: for the ticker in a process of its own, for a shell in the shell's."""

import os
import subprocess
import sys
from collections.abc import Callable

import structlog

from feedsvc import clock, lifeline
from feedsvc.db import reading
from feedsvc.models import AuditCheck
from feedsvc.newsroom import chain
from feedsvc.road import act

log = structlog.get_logger()


def finish(check: AuditCheck, tell: Callable[[AuditCheck], object] = lambda _: None) -> AuditCheck:
    """Reckons what is left of a check that was taken, step by step. What it found is kept after each."""
    while check.done_at is None:
        with reading() as session:
            found = chain.step(session, check)
        check = act(chain.note, check.id, *found)
        tell(check)
    if check.broken is not None:
        log.error("audit_chain_broken", entry=check.broken)
    return check


def in_child() -> int:
    """Goes on with a check that waits, in a process whose work nobody else here has to wait for. Gives whether there was one."""
    with reading() as session:
        if not chain.waits(session, now=clock.now()):
            return 0
    done = subprocess.run(
        [sys.executable, "-m", "feedsvc", "audit", "check", "--waiting"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        env={**os.environ, **lifeline.for_children()},
        check=False,
    )
    return int(done.returncode in (0, 1))
