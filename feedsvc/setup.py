"""The first minutes of an instance: folder, key, tables, first item, first account, first bytes. Safe to repeat."""

import contextlib
import fcntl
import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from feedsvc import clock, migrate, settings, shelf, words
from feedsvc.db import reading
from feedsvc.errors import Invalid, WrongSettings
from feedsvc.feeds import build, places, scopes, which
from feedsvc.models import Change, User
from feedsvc.newsroom import accounts, indexing, links, record, wording
from feedsvc.newsroom.listing import NEWS
from feedsvc.newsroom.seed import seed
from feedsvc.newsroom.workflow import SYSTEM
from feedsvc.road import act
from feedsvc.shelf import Key

log = structlog.get_logger()

FIRST_EMAIL = "admin@localhost"
"""The first account's address until its owner says another at the set-up link."""


@contextlib.contextmanager
def only_one(path: Path) -> Iterator[None]:
    """Waits until nobody else holds this file's lock, and holds it."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def take_over() -> None:
    """What only the one server of an instance does, before it prepares: says what it serves as, and empties the shelf."""
    current = settings.current()
    (current.instance / "run" / "address").write_text(current.public_url, encoding="utf-8")
    build.made_with_file(current.instance).write_text(build.fingerprint(), encoding="ascii")
    shelf.clear(current.instance)


def make_folder(instance: Path) -> None:
    """Makes the instance's folder. Raises WrongSettings where it cannot be written to."""
    try:
        (instance / "run").mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise WrongSettings(f"FEEDSVC_INSTANCE: cannot write to {instance} ({error.strerror})") from None
    if not all(os.access(folder, os.W_OK | os.X_OK) for folder in (instance, instance / "run")):
        raise WrongSettings(f"FEEDSVC_INSTANCE: cannot write to {instance} (it is not ours to write)")


def prepare() -> None:
    """Brings the instance to where it can serve. Raises WrongSettings with what to mend."""
    current = settings.current()
    make_folder(current.instance)
    with only_one(current.instance / "run" / "prepare.lock"):
        settings.make_secret_key(current)
        migrate.upgrade(clock.now())
        _begin_search()
        _renew_words()
        act(_first_rows, languages=current.languages, fingerprint=build.fingerprint())
        _first_account(current)
        _place_publications()
    if build.is_ours():
        # The other feeds follow from the ticker, or from whoever asks for them first.
        build.build_all(Key(language, NEWS) for language in current.languages)


def _first_rows(session: Session, *, languages: tuple[str, ...], fingerprint: str, now: datetime) -> None:
    """Feeds first, so that the first item finds them."""
    which.ensure(session, languages, now=now)
    if build.is_ours():
        which.settle(session, fingerprint, now=now)
    seed(session, now=now)


def _place_publications() -> None:
    """Works out which feeds every publication moves, where the rules for it are new: in batches, so that nobody waits."""
    last = select(Change.detail).where(Change.kind == "scopes").order_by(Change.id.desc()).limit(1)
    with reading() as session:
        if session.scalar(last) == str(scopes.VERSION):
            return
    done = 0
    while done := act(places.place_anew, done):
        log.info("placed", publication=done)
    act(record.change, "scopes", detail=str(scopes.VERSION))


def _begin_search() -> None:
    """Empties an index of other keys than ours. The ticker fills it, the newest first, and nobody waits for that."""
    with reading() as session:
        if not indexing.is_of_other_keys(session):
            return
    act(indexing.begin_anew)


def _renew_words() -> None:
    """Works out the words by which the desk finds texts, where an older program made others: in batches, so that nobody waits."""
    with reading() as session:
        if not wording.is_of_other_words(session):
            return
    behind = 0
    while some := act(wording.renew, behind, all_of_them=False):
        behind = some[-1]
        log.info("words_renewed", translation=behind)
    act(record.change, "wording", detail=str(wording.VERSION))


def _first_account(current: settings.Settings) -> None:
    """The account that the environment asks for, or else one that waits for its set-up link."""
    email = current.admin_email.lower()
    with reading() as session:
        if _is_there(session, email):
            return
    try:
        hashed = accounts.hash_password(current.admin_password.get_secret_value()) if email else None
        act(_add_first, email, hashed)
    except Invalid as error:
        told = (f"FEEDSVC_ADMIN_{n.upper()}: {words.problem('en', *said)}" for n, said in error.problems.items())
        raise WrongSettings("\n".join(told)) from None


def _is_there(session: Session, email: str) -> bool:
    """Whether the first account stands: the one of this address, or where none is asked for, any."""
    query = select(User.id).where(User.email == email) if email else select(User.id)
    return session.scalar(query.limit(1)) is not None


def _add_first(session: Session, email: str, password_hash: str | None, *, now: datetime) -> None:
    """Adds it, unless another node that starts at the same time was quicker."""
    if not _is_there(session, email):
        accounts.add_user(
            session, email or FIRST_EMAIL, "Administrator", "admin", actor=SYSTEM, now=now, password_hash=password_hash
        )


def link_for_first_account() -> str:
    """The address of a fresh set-up link while nobody can sign in yet; else the empty string."""
    with reading() as session:
        people = accounts.users(session)
    if any(user.password_hash for user in people):
        return ""
    first = next((user for user in people if "admin" in user.role.grants), None)
    if first is None:
        return ""
    return f"{settings.current().public_url}/desk/setup/{act(links.make_link, first.email, actor=SYSTEM)}"
