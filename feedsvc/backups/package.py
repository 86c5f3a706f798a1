"""The file of a backup: a tar in zstd, so that any machine can look into it (`tar --zstd -tf FILE`).

First `manifest.json`, which says what it is; then the members; last `digests.json` with the SHA-256 of each: a file that
was cut short has none, and is never taken for a whole one.
"""

import contextlib
import hashlib
import io
import json
import os
import tarfile
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO

import zstandard
from sqlalchemy import Connection

from feedsvc.errors import Refused

FORMAT = 1
MANIFEST, DIGESTS, KEY = "manifest.json", "digests.json", "secret-key"
CHUNK = 1024 * 1024
_LEVEL = 3

Tell = Callable[[int], None]
"""Is told how many bytes more are done."""

Finish = Callable[[Connection, bytes], None]
"""Is given the rows that were put back, before anybody sees them, and the signing key: what it does is a part of it."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup is of."""

    made_at: str
    version: str
    """The program's."""
    database: str
    """sqlite or postgresql."""
    migration: str
    address: str
    """The newsroom's public address."""
    bytes: int
    """About so many will come of it."""
    format: int = FORMAT


@dataclass(slots=True)
class Writer:
    """A backup while it is written."""

    tar: tarfile.TarFile
    digests: dict[str, str] = field(default_factory=dict)

    def add(self, name: str, source: IO[bytes], size: int, tell: Tell) -> None:
        """One member, with its digest."""
        hashing = _Hashing(source, tell)
        info = tarfile.TarInfo(name)
        info.size, info.mode = size, 0o600
        self.tar.addfile(info, hashing)
        self.digests[name] = hashing.digest.hexdigest()

    def add_bytes(self, name: str, content: bytes) -> None:
        """A small member."""
        self.add(name, io.BytesIO(content), len(content), lambda _: None)


@dataclass(slots=True)
class _Hashing:
    """Reads, and knows the digest of what was read."""

    source: IO[bytes]
    tell: Tell
    digest: "hashlib._Hash" = field(default_factory=hashlib.sha256)

    def read(self, size: int = -1) -> bytes:
        """The next bytes; all that are left where no size is asked for."""
        found = self.source.read(size)
        self.digest.update(found)
        self.tell(len(found))
        return found


@contextlib.contextmanager
def written(path: Path, manifest: Manifest) -> Iterator[Writer]:
    """A new backup: on disk under its name once it is whole, readable by the owner alone. Raises Refused where one lies."""
    if path.exists():
        raise Refused(f"{path} is there already; a backup never takes the place of another file.")
    making = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(making, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            packing = zstandard.ZstdCompressor(level=_LEVEL, write_checksum=True)
            with (
                packing.stream_writer(file, closefd=False) as stream,
                tarfile.open(fileobj=stream, mode="w|", bufsize=CHUNK) as tar,
            ):
                writer = Writer(tar)
                writer.add_bytes(MANIFEST, json.dumps(asdict(manifest), indent=1).encode())
                yield writer
                writer.add_bytes(DIGESTS, json.dumps(writer.digests, indent=1).encode())
            file.flush()
            os.fsync(file.fileno())
        making.rename(path)
        settle(path.parent)
    finally:
        making.unlink(missing_ok=True)


def settle(folder: Path) -> None:
    """Puts a folder's names on disk."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@dataclass(slots=True)
class Reader:
    """A backup while it is read, from its beginning to its end, once."""

    tar: tarfile.TarFile
    manifest: Manifest
    found: dict[str, str] = field(default_factory=dict)
    expected: dict[str, str] = field(default_factory=dict)

    def members(self, tell: Tell) -> Iterator[tuple[str, _Hashing]]:
        """Name and content of each member; what was left unread of one is read before the next."""
        while (info := self.tar.next()) is not None:
            content = self.tar.extractfile(info)
            if content is None:
                continue
            if info.name == DIGESTS:
                self.expected = json.load(content)
                return
            hashing = _Hashing(content, tell)
            yield info.name, hashing
            while hashing.read(CHUNK):
                pass
            self.found[info.name] = hashing.digest.hexdigest()

    def need_whole(self) -> None:
        """Raises Refused where a member is missing, or is not what was written."""
        if not self.expected or {**self.found, MANIFEST: self.expected.get(MANIFEST)} != self.expected:
            raise Refused("The backup is damaged or was cut short; take another one. Nothing was changed.")


@contextlib.contextmanager
def opened(path: Path) -> Iterator[Reader]:
    """A backup to read. Raises Refused for what is none, whenever that shows."""
    try:
        with (
            path.open("rb") as file,
            zstandard.ZstdDecompressor().stream_reader(file) as stream,
            tarfile.open(fileobj=stream, mode="r|", bufsize=CHUNK) as tar,
        ):
            first = tar.next()
            content = tar.extractfile(first) if first is not None and first.name == MANIFEST else None
            if content is None:
                raise Refused(f"{path} is no backup of a newsroom.")
            yield Reader(tar, _manifest(content.read(CHUNK)))
    except (tarfile.TarError, zstandard.ZstdError, EOFError) as error:
        raise Refused(f"{path} is no backup of a newsroom, or is damaged ({error}). Nothing was changed.") from error


def _manifest(content: bytes) -> Manifest:
    said = json.loads(content)
    if said.get("format") != FORMAT:
        raise Refused(
            f"The backup is of format {said.get('format')}, which this version does not know; use a newer one."
        )
    return Manifest(**said)
