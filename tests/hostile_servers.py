"""Servers that no subscriber should be: each kind harms whoever reads an answer without limits."""

import contextlib
import gzip
import itertools
import socket
import threading
import time
from collections.abc import Callable, Iterator

_OK = b"HTTP/1.1 200 OK\r\n"


def _drip(connection: socket.socket, first: bytes, some: bytes) -> None:
    connection.sendall(first)
    for _ in range(600):
        connection.sendall(some)
        time.sleep(0.1)


def _endless(connection: socket.socket, first: bytes, some: bytes, most: int = 40_000_000) -> None:
    connection.sendall(first)
    for _ in range(most // len(some)):
        connection.sendall(some)


def _hold(connection: socket.socket, first: bytes = b"") -> None:
    connection.sendall(first)
    time.sleep(60)


_BOMB = gzip.compress(bytes(20_000_000))
KINDS: dict[str, Callable[[socket.socket], None]] = {
    "says nothing": _hold,
    "closes at once": lambda c: c.close(),
    "drips its status line": lambda c: _drip(c, b"H", b"T"),
    "drips headers": lambda c: _drip(c, _OK, b"X-A: b\r\n"),
    "drips one endless header": lambda c: _drip(c, _OK + b"X-A: ", b"b"),
    "drips a body": lambda c: _drip(c, _OK + b"Content-Length: 9999\r\n\r\n", b"x"),
    "drips chunks": lambda c: _drip(c, _OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
    "half a body": lambda c: _hold(c, _OK + b"Content-Length: 100\r\n\r\nhalf"),
    "headers without end": lambda c: _endless(c, _OK, b"X-Long: " + b"a" * 1000 + b"\r\n"),
    "one header without end": lambda c: _endless(c, _OK + b"X-Long: ", b"a" * 65536),
    "a body without end": lambda c: _endless(c, _OK + b"\r\n", b"a" * 65536),
    "chunks without end": lambda c: _endless(
        c, _OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1000\r\n" + b"a" * 4096 + b"\r\n"
    ),
    "a chunk of a huge size": lambda c: _hold(c, _OK + b"Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n"),
    "a huge Content-Length": lambda c: _hold(c, _OK + b"Content-Length: 99999999999999999999\r\n\r\n"),
    "two lengths": lambda c: _hold(c, _OK + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nxx"),
    "a gzip bomb": lambda c: c.sendall(
        _OK + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(_BOMB) + _BOMB
    ),
    "a bomb as transfer coding": lambda c: c.sendall(_OK + b"Transfer-Encoding: gzip\r\n\r\n" + _BOMB),
    "interim answers without end": lambda c: _endless(c, b"", b"HTTP/1.1 102 Processing\r\n\r\n"),
    "100 Continue without end": lambda c: _endless(c, b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "switches protocols": lambda c: _hold(c, b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n"),
    "not HTTP": lambda c: _endless(c, b"", b"SSH-2.0-OpenSSH\r\n", 1_000_000),
    "HTTP/0.9": lambda c: _endless(c, b"", b"<html>hello</html>" * 100, 1_000_000),
    "a status that is none": lambda c: c.sendall(b"HTTP/1.1 9999 Yes\r\n\r\n"),
    "NUL bytes": lambda c: c.sendall(b"\0" * 5000),
    "a hundred thousand cookies": lambda c: _endless(c, _OK, b"Set-Cookie: a=b\r\n", 2_000_000),
    "resets": lambda c: c.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0"),
}


@contextlib.contextmanager
def serving(kinds: dict[str, Callable[[socket.socket], None]], host: str = "127.0.0.1") -> Iterator[dict[str, int]]:
    """A listener on loopback for each kind; gives their ports. All of it is gone at the end. `{}` in the host: each its own."""
    numbers = itertools.count(1)
    servers = {name: socket.create_server((host.format(next(numbers)), 0), backlog=256) for name in kinds}
    for name, server in servers.items():
        threading.Thread(target=_accept, args=(server, kinds[name]), daemon=True).start()
    try:
        yield {name: server.getsockname()[1] for name, server in servers.items()}
    finally:
        for server in servers.values():
            server.shutdown(socket.SHUT_RDWR)
            server.close()


def _accept(server: socket.socket, kind: Callable[[socket.socket], None]) -> None:
    for _ in itertools.count():
        try:
            connection, _ = server.accept()
        except OSError:
            return
        threading.Thread(target=_serve, args=(connection, kind), daemon=True).start()


def _serve(connection: socket.socket, kind: Callable[[socket.socket], None]) -> None:
    with connection, contextlib.suppress(OSError):
        connection.settimeout(20)
        connection.recv(65536)
        kind(connection)
