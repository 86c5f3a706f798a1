"""What takes long to gather and is asked for by anybody: kept in the process until the public sees something else."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock
from typing import Any, TypeVar

from flask import current_app
from sqlalchemy.orm import Session

from feedsvc import clock, settings
from feedsvc.db import reading
from feedsvc.newsroom import public

T = TypeVar("T")


@dataclass(slots=True)
class _Kept:
    """An answer, and how long it holds: no change, and no planned moment reached."""

    version: int = -1
    until: datetime = clock.NEVER
    of: str = ""
    value: Any = None
    lock: Lock = field(default_factory=Lock)
    """One gathers, the others wait for it: a crowd costs no more than one."""


def kept(name: str, gather: Callable[[Session, datetime], T], *, of: str = "") -> T:
    """What `gather(session, now)` gave since the newsroom's newest change; gathered anew after one or after a moment.

    A name keeps one answer: that of another `of` takes its place. So many things share few names, and little memory.

    Raises Unavailable without a database, also where something is kept: it may have been taken back.
    """
    answers = current_app.extensions.setdefault("feedsvc-kept", {})
    answer: _Kept = answers.setdefault(name, _Kept())
    with answer.lock, reading() as session:
        now = clock.now()
        version = public.version(session)
        if (answer.version, answer.of) != (version, of) or now >= answer.until:
            answer.value = gather(session, now)
            languages = settings.current().languages
            answer.until = min(public.moments(session, language, now=now)[1] for language in languages)
            answer.version, answer.of = version, of
        value: T = answer.value
        return value
