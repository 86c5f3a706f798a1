"""The shelf: finished bytes on the local disk, a disposable cache that is rebuilt to the same bytes.

`<instance>/shelf/<language>/<scope>/current` is a symbolic link to `<version>~<until_ms>~<stage>`, a folder
with every document of the feed in its codings. One flip of the link switches them all. Past `until_ms` the
bytes may no longer be served without a look at the database. Stage 1 has the quick codings, stage 2 all of them.
"""

import contextlib
import json
import os
import re
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from feedsvc import bell, locks

CURRENT = "current"
_LOCK = ".lock"
_MARK = re.compile(r"([0-9]+)~([0-9]+)~([0-9]+)")
CODINGS = {"gzip": "gz", "br": "br", "zstd": "zst"}
"""HTTP content coding → suffix of the file and of the ETag."""

PATIENCE = 5.0
"""Seconds for which a feed's lock is waited for: longer than a build takes, and not for ever."""
FORBIDDING = 1.0
"""Seconds after which whoever must forbid bytes waits no longer, and takes the lock from its holder."""
LAST_RESORT = 1
"""`until_ms` of bytes that are served only where they cannot be built anew; 0: not even then."""


class Key(NamedTuple):
    """A feed on the shelf."""

    language: str
    scope: str


class Mark(NamedTuple):
    """What a link says: newer marks compare greater, and the link only ever goes to a greater one."""

    version: int
    until_ms: int
    """0: expired, the bytes must not be served again."""
    stage: int

    def __str__(self) -> str:
        return f"{self.version}~{self.until_ms}~{self.stage}"


@dataclass(frozen=True, slots=True)
class Shelved:
    """What lies on the shelf for one feed."""

    mark: Mark
    last_modified: int
    """Seconds since the epoch."""
    etags: dict[str, str]
    """Suffix of the format → hash of its identity bytes, without quotes."""
    files: dict[str, bytes]
    """`atom.gz`, `atom.br` … → bytes. What stands there as it is, is the gzip unpacked: five times smaller to keep."""


def folder(instance: Path, key: Key) -> Path:
    """Where a feed's versions lie."""
    return instance / "shelf" / key.language / key.scope


def parse(target: str) -> Mark | None:
    """The mark that a link's target spells, or None for anything else."""
    found = _MARK.fullmatch(target)
    return Mark(*map(int, found.groups())) if found else None


def mark(instance: Path, key: Key) -> Mark | None:
    """What the feed's link says now; None where the feed is not on the shelf."""
    try:  # Strings, here and below: a ticker asks this of thousands, and a Path costs ten times as much.
        return parse(os.readlink(f"{instance}/shelf/{key.language}/{key.scope}/{CURRENT}"))
    except OSError:
        return None


@dataclass(frozen=True, slots=True)
class Listed:
    """What lies on the shelf for one feed, its bytes not read yet."""

    place: Path
    last_modified: int
    etags: dict[str, str]
    sizes: dict[str, int]
    """Name of a file → its bytes."""


def look(instance: Path, key: Key, wanted: Mark) -> Listed | None:
    """A version without its bytes, or None where it is gone."""
    place = folder(instance, key) / str(wanted)
    try:
        meta = json.loads((place / "meta.json").read_bytes())
        return Listed(place, meta["last_modified"], meta["etags"], meta["sizes"])
    except (OSError, ValueError, KeyError):
        return None


def latest(instance: Path, key: Key, name: str) -> bytes | None:
    """A file of the newest version of a feed that has one, expired and left ones too; None where there is none."""
    place = folder(instance, key)
    with contextlib.suppress(OSError):
        for _, version in sorted(
            ((parse(path.name) or Mark(-1, 0, 0), path) for path in place.iterdir()), reverse=True
        ):
            with contextlib.suppress(OSError):
                return (version / name).read_bytes()
    return None


def is_whole(instance: Path, key: Key, wanted: Mark) -> bool:
    """Whether a version's files are there with the sizes that they were written with. An expired one needs none."""
    if wanted.until_ms == 0:
        return True
    place = f"{instance}/shelf/{key.language}/{key.scope}/{wanted}"
    try:
        with open(f"{place}/meta.json", "rb") as file:  # noqa: PTH123  # see `mark`
            sizes = json.load(file)["sizes"]
        return all(os.stat(f"{place}/{name}").st_size == size for name, size in sizes.items())  # noqa: PTH116
    except (OSError, ValueError, KeyError):
        return False


def read(instance: Path, key: Key, wanted: Mark) -> Shelved | None:
    """A version with all its bytes, or None where it is gone."""
    there = look(instance, key, wanted)
    if there is None:
        return None
    try:
        files = {name: (there.place / name).read_bytes() for name in there.sizes}
    except OSError:
        return None
    return Shelved(wanted, there.last_modified, there.etags, files)


@contextlib.contextmanager
def locked(instance: Path, key: Key, *, patience: float = PATIENCE, seize: bool = False) -> Iterator[None]:
    """One builder per feed, across threads and processes. The lock goes with its holder, however that ends.

    Raises TimeoutError where it was waited for in vain; with `seize` it is taken from whoever holds on to it, and who
    lost it can flip the link no more.
    """
    place = folder(instance, key)
    place.mkdir(parents=True, exist_ok=True)
    with locks.held(place / _LOCK, patience=patience, seize=seize):
        yield


def put(instance: Path, key: Key, shelved: Shelved) -> bool:
    """Writes a version and switches to it, unless the shelf is at a newer one. Caller holds the lock.

    No fsync: the bytes can be made again. New names and one rename of a link, never a rename over a file
    (0.3 ms against 5 ms on ext4).
    """
    before = mark(instance, key)
    if before is not None and before > shelved.mark and is_whole(instance, key, before):
        return False
    place = folder(instance, key)
    locks.need(place / _LOCK)
    final = place / str(shelved.mark)
    making = place / f".making-{os.getpid()}-{time.monotonic_ns()}"
    making.mkdir(parents=True)
    (place / _LOCK).touch()  # By it a feed's folder is known, also where the shelf was cleared under us.
    for name, content in shelved.files.items():
        (making / name).write_bytes(content)
    sizes = {name: len(content) for name, content in shelved.files.items()}
    meta = {"last_modified": shelved.last_modified, "etags": shelved.etags, "sizes": sizes}
    (making / "meta.json").write_text(json.dumps(meta), encoding="ascii")
    if final.exists():  # What lies there under the same name may be what a power cut left of it.
        final.rename(place / f".left-{os.getpid()}-{time.monotonic_ns()}")
    making.rename(final)
    _flip(place, shelved.mark)
    bell.ring(instance)
    if before is not None and before != shelved.mark:
        with contextlib.suppress(OSError):
            os.utime(place / str(before))  # From now on it is left; `sweep` counts from here.
    return True


def _flip(place: Path, wanted: Mark) -> None:
    """Points the link at a version, atomically. Raises OSError where the lock was lost meanwhile."""
    locks.need(place / _LOCK)
    link = place / f".link-{os.getpid()}-{time.monotonic_ns()}"
    link.symlink_to(str(wanted))
    link.rename(place / CURRENT)


def expire(instance: Path, key: Key, *, below: int, for_good: bool) -> None:
    """Forbids bytes of a version below this one: whoever asks next must build first. Takes effect for the next request.

    Unless `for_good`, they stay as a last resort for when that fails.
    """
    if mark(instance, key) is None:
        return
    with locked(instance, key, patience=FORBIDDING, seize=True):
        before = mark(instance, key)
        if before is None or before.version >= below:
            return
        try:
            if for_good:
                _flip(folder(instance, key), before._replace(until_ms=0))
            elif before.until_ms > LAST_RESORT:
                stale = before._replace(until_ms=LAST_RESORT)
                # The same bytes under the name that the link will say.
                (folder(instance, key) / str(stale)).symlink_to(str(before))
                _flip(folder(instance, key), stale)
        except OSError:  # A full disk can still take a name away.
            (folder(instance, key) / CURRENT).unlink()
        bell.ring(instance)


def drop(instance: Path, key: Key) -> None:
    """Takes a feed off the shelf, as after its files proved unreadable: whoever asks next must build."""
    with locked(instance, key, patience=FORBIDDING, seize=True):
        (folder(instance, key) / CURRENT).unlink(missing_ok=True)
        bell.ring(instance)


def put_away(instance: Path, key: Key, *, older_than: float) -> int:
    """Takes a feed off the shelf whose version lies there for longer than `older_than` seconds. Gives 1 if it did.

    Raises TimeoutError where somebody builds it.
    """
    if mark(instance, key) is None:
        return 0
    with locked(instance, key, patience=0):
        there = mark(instance, key)
        link = folder(instance, key) / CURRENT
        if there is None or time.time() - link.lstat().st_mtime < older_than:
            return 0
        link.unlink()
        bell.ring(instance)
        return 1


def clear(instance: Path) -> None:
    """Empties the shelf at once, however much lies there; `clear_left` deletes it later.

    At the start of a server: what a power cut left there may look whole and not be.
    """
    with contextlib.suppress(FileNotFoundError):
        (instance / "shelf").rename(instance / f"shelf-left-{time.time_ns()}")


def clear_left(instance: Path) -> None:
    """Deletes what `clear` took away."""
    for path in instance.glob("shelf-left-*"):
        shutil.rmtree(path, ignore_errors=True)


def keys(instance: Path) -> Iterator[Key]:
    """Every feed on the shelf, or that was."""
    todo = [("", "", str(instance / "shelf"))]
    while todo:
        language, scope, place = todo.pop()
        with contextlib.suppress(OSError), os.scandir(place) as found:
            inside = [(entry.name, entry.path, entry.is_dir(follow_symlinks=False)) for entry in found]
            if scope and any(name == _LOCK for name, _, _ in inside):
                yield Key(language, scope)
            elif language:  # A feed's folder holds versions, any other one feeds.
                todo += [(language, f"{scope}/{name}".lstrip("/"), path) for name, path, is_dir in inside if is_dir]
            else:
                todo += [(name, "", path) for name, path, is_dir in inside if is_dir]


def sweep(instance: Path, key: Key, *, older_than: float) -> int:
    """Deletes versions that were left at least `older_than` seconds ago. Gives how many. Raises TimeoutError."""
    names = set(os.listdir(f"{instance}/shelf/{key.language}/{key.scope}"))  # noqa: PTH208  # see `mark`
    if names <= {_LOCK, CURRENT, str(mark(instance, key))}:
        return 0
    place, gone = folder(instance, key), 0
    with locked(instance, key, patience=0):
        now_at = str(mark(instance, key))
        kept = {now_at, os.path.basename(os.path.realpath(place / now_at))}  # noqa: PTH119  # a last resort has another name
        for path in place.iterdir():
            stale = path.name.startswith((".making-", ".link-", ".left-")) or (
                parse(path.name) is not None and path.name not in kept
            )
            with contextlib.suppress(OSError):
                if stale and time.time() - path.lstat().st_mtime > older_than:
                    path.unlink() if path.is_symlink() else shutil.rmtree(path)
                    gone += 1
    return gone
