"""The newsroom seen from its own machine: settings, folder, database, clock, ticker, people, mail."""

import os
import shutil
import stat
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy import Select, func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from feedsvc import clock, egress, migrate, settings, variables
from feedsvc.backups.keeping import last_file
from feedsvc.db import reading
from feedsvc.doctor.finding import BAD, GOOD, WARNING, Finding
from feedsvc.errors import FeedsvcError
from feedsvc.feeds import build, verify
from feedsvc.jobs import beat_file, stuck_file
from feedsvc.models import Hold, Passkey, Publication, User
from feedsvc.newsroom import notices, record
from feedsvc.settings import Settings

FREE_BYTES = 100_000_000
BACKUP_AGE = 2 * 86_400
"""Seconds after which a backup is an old one: one night's may fail."""
BEAT_AGE = 5.0
LATE = timedelta(seconds=5)
_SHARED = {"nfs", "nfs4", "cifs", "smb3", "fuse.sshfs", "fuse.glusterfs", "9p", "ceph"}
"""File systems on which SQLite's locks cannot be relied on (https://www.sqlite.org/faq.html#q5)."""


def examine() -> Iterator[Finding]:
    """Looks at everything, one thing after the other; what cannot be looked at is a finding too."""
    current = settings.current()
    for look in (*_OUTSIDE, *_INSIDE):
        try:
            yield from look(current)
        except (FeedsvcError, DBAPIError) as error:
            cure = "Is the database server running, and has `feedsvc init` been run for this instance?"
            yield Finding(look.__name__.strip("_"), BAD, f"the database does not answer: {error}".splitlines()[0], cure)
        except OSError as error:
            cure = "Run this as the user that the newsroom runs as."
            yield Finding(look.__name__.strip("_"), BAD, str(error), cure)


def examine_deeply() -> Iterator[Finding]:
    """What takes long: whether the log of deeds is whole, and whether the shelf says what the rows say."""
    with reading() as session:
        broken = record.broken_seal(session)
    if broken is None:
        yield Finding("log", GOOD, "every entry of the log of deeds is as it was sealed")
    else:
        cure = "Somebody changed the database by hand. Compare with a backup from before that entry."
        yield Finding("log", BAD, f"entry {broken} of the log of deeds is not as it was sealed", cure)
    wrong = verify.differences()
    cure = "Run `feedsvc feeds rebuild --all`."
    yield (
        Finding("shelf", BAD, f"{len(wrong)} differ: {wrong[0]}", cure)
        if wrong
        else Finding("shelf", GOOD, "every feed on the shelf says what the rows say")
    )


def _settings(current: Settings) -> Iterator[Finding]:
    unknown = variables.unknown()
    for said in unknown:
        yield Finding("settings", WARNING, said, "See `feedsvc settings` for the right name.")
    if current.admin_password.get_secret_value():
        cure = "Remove it from the environment once that person can sign in; it is used at the first start alone."
        yield Finding("settings", WARNING, "FEEDSVC_ADMIN_PASSWORD is still set", cure)
    if not unknown:
        yield Finding("settings", GOOD, "every variable is known, every value can be used")


def _address(current: Settings) -> Iterator[Finding]:
    parts = urlsplit(current.public_url)
    local = parts.hostname in ("localhost", "127.0.0.1", "::1")
    if local:
        cure = "Set FEEDSVC_BASE_URL to the address that readers use, such as https://news.example.com."
        yield Finding("address", WARNING, f"{current.public_url} is this machine's own name", cure)
    elif not current.https:
        cure = "Put a proxy with a certificate in front (deploy/), and set FEEDSVC_BASE_URL to the https address."
        yield Finding("address", BAD, f"{current.public_url}: passwords and cookies go over the net in the clear", cure)
    else:
        yield Finding("address", GOOD, current.public_url)


def _folder(current: Settings) -> Iterator[Finding]:
    folder = current.instance.resolve()
    if not folder.is_dir():
        cure = "Is FEEDSVC_INSTANCE right? A new newsroom begins with `feedsvc init`."
        yield Finding("folder", BAD, f"{folder} is not there", cure)
        return
    if not os.access(folder, os.W_OK | os.X_OK):
        yield Finding("folder", BAD, f"{folder} cannot be written to", f"chown it to the newsroom's user: {folder}")
        return
    key = folder / "secret-key"
    if key.exists() and key.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        yield Finding("folder", BAD, "others may read the signing key", f"chmod 600 {key}")
    kind = _file_system(folder)
    if kind in _SHARED and current.database.startswith("sqlite"):
        cure = "Put the instance folder on a disk of this machine, or use PostgreSQL (docs/postgresql.md)."
        yield Finding("folder", BAD, f"SQLite lies on {kind}, where locks cannot be relied on", cure)
    else:
        yield Finding("folder", GOOD, f"{folder} ({kind or 'unknown file system'})")


def _file_system(folder: Path) -> str:
    """The kind of the file system that a folder lies on; empty where the kernel does not say."""
    try:
        mounts = [line.split()[1:3] for line in Path("/proc/mounts").read_text(encoding="utf-8").splitlines()]
    except OSError:
        return ""
    fitting = [(point, kind) for point, kind in mounts if folder.is_relative_to(point.replace("\\040", " "))]
    return max(fitting, key=lambda one: len(one[0]), default=("", ""))[1]


def _disk(current: Settings) -> Iterator[Finding]:
    free = shutil.disk_usage(current.instance).free
    size = sum(path.stat().st_size for path in current.instance.glob("newsroom.sqlite*"))
    if free < FREE_BYTES:
        yield Finding("disk", BAD, f"{free // 1_000_000} MB free", "Make room: without it nothing can be saved.")
    elif free < 2 * size:
        cure = "Make room for a copy: an upgrade keeps one of the database as it was."
        yield Finding("disk", WARNING, f"{free // 1_000_000} MB free, the database has {size // 1_000_000} MB", cure)
    else:
        yield Finding("disk", GOOD, f"{free // 1_000_000} MB free")


def _backup(current: Settings) -> Iterator[Finding]:
    last = last_file(current.instance)
    cure = "Run `feedsvc backup FILE` each night (deploy/feedsvc-backup.timer), and take the file off this machine."
    if not last.exists():
        yield Finding("backup", WARNING, "none was made from here", cure)
        return
    age = time.time() - last.stat().st_mtime
    ago = f"{age / 3600:.0f} hours ago" if age >= 2 * 3600 else "within the last two hours"
    said = f"the last one was made and read back {ago}"
    yield Finding("backup", GOOD, said) if age < BACKUP_AGE else Finding("backup", WARNING, said, cure)


def _clock(current: Settings) -> Iterator[Finding]:
    """With PostgreSQL the newsroom's clock is the server's, and this machine's own matters little."""
    before = time.time()
    with reading():
        off = clock.seconds() - time.time()
    if current.database.startswith("sqlite"):
        cure = "Turn on time synchronisation: `timedatectl set-ntp true`, or install chrony."
        synchronised = Path("/run/systemd/timesync/synchronized").exists() or Path("/run/chrony").exists()
        said = f"{datetime.fromtimestamp(before).astimezone():%Y-%m-%d %H:%M:%S %Z}"
        good = Finding("clock", GOOD, f"{said}, kept right by a time service")
        yield good if synchronised else Finding("clock", WARNING, f"{said}; no time service is seen here", cure)
    elif abs(off) > 1:
        cure = "Keep both machines on NTP. The newsroom goes by the database's clock."
        yield Finding("clock", WARNING, f"this machine is {-off:+.1f} s from the database's clock", cure)
    else:
        yield Finding("clock", GOOD, f"{off:+.3f} s from the database's, which counts")


def _database(current: Settings) -> Iterator[Finding]:
    wanted = migrate.head()
    with reading() as session:
        there, fits = migrate.at(session), migrate.fits(session)
    kind = "SQLite" if current.database.startswith("sqlite") else "PostgreSQL"
    if there == wanted:
        yield Finding("database", GOOD, f"{kind}, at {there}")
    elif fits:
        cure = "A newer version was here. This one may run beside it; go back to the newer one when you can."
        yield Finding("database", WARNING, f"{kind}, at {there}; this version is of {wanted}", cure)
    else:
        yield Finding("database", BAD, f"{kind}, at {there}; this version needs {wanted}", "Run `feedsvc init`.")
    if kind == "PostgreSQL" and not current.secret_key.get_secret_value():
        cure = "Set the same FEEDSVC_SECRET_KEY on every node, if there is more than one."
        yield Finding("database", WARNING, "this node has a signing key of its own", cure)


def _server(current: Settings) -> Iterator[Finding]:
    beat, stuck = beat_file(current.instance), stuck_file(current.instance)
    if not beat.exists():
        yield Finding("server", WARNING, "no ticker ever ran here", "Start it: `feedsvc serve`.")
        return
    age = abs(time.time() - beat.stat().st_mtime)
    if stuck.exists():
        said = f"does not come to an end: {stuck.read_text(encoding='ascii')}"
        yield Finding("server", BAD, said, "Restart the newsroom, and send the lines of its log to its makers.")
    elif age > BEAT_AGE:
        cure = "Start it: `systemctl start feedsvc` or `feedsvc serve`. Until then nothing new is built or mailed."
        yield Finding("server", BAD, f"the ticker last moved {age:.0f} s ago", cure)
    else:
        missing = build.missing(current.instance)
        names = ", ".join("/".join(key) for key in missing)
        cure = "Wait a second; if it stays, see the log for `not_built`, or run `feedsvc feeds rebuild`."
        yield (
            Finding("server", BAD, f"not built: {names}", cure)
            if missing
            else Finding("server", GOOD, "the ticker works, the newsroom's feeds are built")
        )


def _publishing(_: Settings) -> Iterator[Finding]:
    now, p = clock.now(), Publication
    with reading() as session:
        hold = session.scalar(select(Hold).where(Hold.lifted_at.is_(None)))
        late = _count(
            session, select(func.count()).where(p.live_at.is_(None), p.cancelled_at.is_(None), p.at < now - LATE)
        )
    if hold is not None:
        cure = (
            "See what waits by `feedsvc unhold --dry-run`; lift it at the desk or by `feedsvc unhold`, when it is time."
        )
        why = f": {hold.reason}" if hold.reason else ""
        yield Finding(
            "publishing", WARNING, f"everything is held since {hold.started_at:%Y-%m-%d %H:%M} UTC{why}", cure
        )
    elif late:
        cure = "Is the ticker running? See `server` here, and the log for `job_failed`."
        yield Finding("publishing", BAD, f"{late} moments have passed and nobody was told", cure)
    else:
        yield Finding("publishing", GOOD, "nothing is late")


def _count(session: Session, query: Select[int]) -> int:
    return session.scalar(query) or 0


def _people(_: Settings) -> Iterator[Finding]:
    with reading() as session:
        people = list(session.scalars(select(User).where(User.active)))
        keys = set(session.scalars(select(Passkey.user_id)))
    able = [user for user in people if user.password_hash or user.id in keys]
    if not any("admin" in user.role.grants for user in able):
        first = next((user.email for user in people if "admin" in user.role.grants), "EMAIL")
        cure = f"Give one a way in: `feedsvc user link {first}` prints a one-time link."
        yield Finding("people", BAD, "no administrator can sign in", cure)
        return
    alone = [user.email for user in able if "admin" in user.role.grants and not user.totp_seed and user.id not in keys]
    if alone:
        cure = "They add a passkey or a code from the phone on their own page of the desk."
        yield Finding("people", WARNING, f"administrators with a password alone: {', '.join(alone)}", cure)
    else:
        yield Finding("people", GOOD, "every administrator has a second factor or a passkey")


def _mail(current: Settings) -> Iterator[Finding]:
    if not current.smtp_url.get_secret_value():
        cure = "Set FEEDSVC_SMTP_URL, so that a missed moment reaches a person."
        yield Finding("mail", WARNING, "no mail server is set; notices stay at the desk", cure)
        return
    with reading() as session:
        stuck = notices.stuck(session)
    try:
        egress.greet_mail(current)
    except OSError as error:
        cure = "Is FEEDSVC_SMTP_URL right (host, port, user, password), and does the server let this machine in?"
        yield Finding("mail", BAD, f"the mail server does not take us: {error}", cure)
        return
    if stuck:
        yield Finding("mail", BAD, f"{stuck} mails are refused again and again", "See the log for `mail_not_sent`.")
    else:
        yield Finding("mail", GOOD, "the mail server lets us in")


Look = Callable[[Settings], Iterator[Finding]]
_OUTSIDE: tuple[Look, ...] = (_settings, _address, _folder, _disk, _backup)
"""Without the database."""
_INSIDE: tuple[Look, ...] = (_database, _clock, _server, _publishing, _people, _mail)
