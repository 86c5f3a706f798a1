"""Readers as cheap as can be written in Python: one address on one connection that stays open, no library in between.

They ask for gzip, as feed readers do: a document that is asked for as it is has to be unpacked for them first.
"""

import contextlib
import re
import socket
import time
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field

GZIP = "Accept-Encoding: gzip"
_LENGTH = re.compile(rb"(?i)\r\ncontent-length: *(\d+)")
_ETAG = re.compile(rb"(?i)\r\netag: *([^\r]+)")


@dataclass(frozen=True, slots=True)
class Seen:
    """One answer."""

    status: int
    etag: str
    body: bytes

    def unpacked(self) -> bytes:
        """The document."""
        return zlib.decompress(self.body, 47) if self.body[:2] == b"\x1f\x8b" else self.body


@dataclass(slots=True)
class Reader:
    """Asks for one address, again and again."""

    port: int
    path: str
    etag: str = ""
    _socket: socket.socket | None = field(default=None, repr=False)
    _asked: bytes = b""

    def send(self, method: str = "GET", *headers: str) -> None:
        """Sends a request; `receive` gives its answer."""
        lines = (f"{method} {self.path} HTTP/1.1", f"Host: 127.0.0.1:{self.port}", *headers, "", "")
        self._asked = "\r\n".join(lines).encode()
        try:
            self._open().sendall(self._asked)
        except OSError:  # It was closed for being idle.
            self.close()
            self._open().sendall(self._asked)

    def receive(self) -> Seen:
        """The answer. A connection that was closed before it began to answer is opened anew, once."""
        try:
            return self._receive()
        except ConnectionError:
            self.close()
            self._open().sendall(self._asked)
            return self._receive()

    def ask(self, method: str = "GET", *headers: str) -> Seen:
        """Both."""
        self.send(method, *headers)
        return self.receive()

    def close(self) -> None:
        """Gives the connection back."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _open(self) -> socket.socket:
        if self._socket is None:
            self._socket = socket.create_connection(("127.0.0.1", self.port), timeout=60)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return self._socket

    def _receive(self) -> Seen:
        there = self._open()
        head = b""
        while b"\r\n\r\n" not in head:
            part = there.recv(65536)
            if not part:
                raise ConnectionError("closed before an answer")
            head += part
        head, _, rest = head.partition(b"\r\n\r\n")
        status = int(head[9:12])
        length = _LENGTH.search(head)
        parts = [rest]
        if not self._asked.startswith(b"HEAD") and status not in (204, 304):
            missing = (int(length[1]) if length else 0) - len(rest)
            while missing > 0:
                part = there.recv(min(missing, 1 << 20))
                if not part:
                    raise OSError(f"{self.path}: cut short")
                parts.append(part)
                missing -= len(part)
        etag = _ETAG.search(head)
        return Seen(status, etag[1].decode() if etag else "", b"".join(parts))


def exist(port: int, paths: Sequence[str]) -> tuple[list[Reader], list[str]]:
    """Readers of those addresses that answer 200, each read once; and the others."""
    readers, absent = [], []
    for path in paths:
        reader = Reader(port, path)
        seen = reader.ask("GET", GZIP)
        if seen.status == 200:
            reader.etag = seen.etag
            readers.append(reader)
        else:
            reader.close()
            absent.append(path)
    return readers, absent


def look(readers: Sequence[Reader]) -> None:
    """Remembers the tag of what each address serves now."""
    for reader, seen in _heads(readers):
        reader.etag = seen.etag


def _heads(readers: Sequence[Reader]) -> list[tuple[Reader, Seen]]:
    """A HEAD of every address: all sent, then all received."""
    for reader in readers:
        reader.send("HEAD", GZIP)
    return [(reader, reader.receive()) for reader in readers]


def until_new(readers: Sequence[Reader], since: float, patience: float) -> tuple[list[float], int]:
    """Asks all of them until each has other bytes than it was remembered with.

    Gives for each the milliseconds from `since` (perf_counter) to the answer that showed it, an upper bound, since the
    answers are read one after the other; and how many were still old when they were first asked.
    """
    left, took, old = list(readers), [], 0
    first = True
    while left and time.perf_counter() - since < patience:
        for reader in left:
            reader.send("HEAD", GZIP)
        still = []
        for reader in left:
            if reader.receive().etag == reader.etag:
                still.append(reader)
            else:
                took.append((time.perf_counter() - since) * 1000)
        old += len(still) if first else 0
        left, first = still, False
    took += [patience * 1000] * len(left)
    return took, old


def lacking(readers: Sequence[Reader], headline: str) -> list[str]:
    """The addresses whose document does not have the headline."""
    return [one.path for one in readers if headline.encode() not in one.ask("GET", GZIP).unpacked()]


def close(readers: Sequence[Reader]) -> None:
    """Gives all connections back."""
    for reader in readers:
        with contextlib.suppress(OSError):
            reader.close()
