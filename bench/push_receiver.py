"""A subscriber that takes deliveries as quickly as Python can, on many addresses of loopback, and keeps a ledger of them.

`python bench/push_receiver.py PORT HOSTS`: listens on 127.2.0.1 to 127.2.0.HOSTS. GET /ledger tells what came.
"""

import asyncio
import json
import re
import sys
import time

_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
_ID = re.compile(rb"webhook-id: *(\S+)", re.IGNORECASE)
_SIGNED = re.compile(rb"x-hub-signature: *sha256=[0-9a-f]{64}", re.IGNORECASE)
LEDGER: list[tuple[float, str, str, bool]] = []
"""When, to whom (host and path), under which id, whether it was signed."""


class Taker(asyncio.Protocol):
    """One connection."""

    def __init__(self, host: str) -> None:
        self.host, self.held, self.left = host, bytearray(), 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:  # noqa: D102  # asyncio's
        self.transport = transport

    def data_received(self, data: bytes) -> None:  # noqa: D102  # asyncio's
        if self.left:
            if len(data) < self.left:
                self.left -= len(data)
                return
            data, self.left = data[self.left :], 0
            self._taken()
        self.held += data
        end = self.held.find(b"\r\n\r\n")
        if end < 0:
            return
        head, rest = bytes(self.held[:end]), self.held[end + 4 :]
        self.held = bytearray()
        path = head.split(b" ", 2)[1].decode()
        if path == "/ledger":
            body = json.dumps(LEDGER).encode()
            self.transport.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
            return
        length = _LENGTH.search(head)
        found = _ID.search(head)
        self.current = (f"{self.host}{path}", found[1].decode() if found else "", bool(_SIGNED.search(head)))
        self.left = max(0, (int(length[1]) if length else 0) - len(rest))
        if not self.left:
            self._taken()

    def _taken(self) -> None:
        LEDGER.append((time.time(), *self.current))
        self.transport.write(b"HTTP/1.1 204 No Content\r\n\r\n")


async def main(port: int, hosts: int) -> None:
    loop = asyncio.get_running_loop()
    for number in range(1, hosts + 1):
        host = f"127.2.0.{number}"
        await loop.create_server(lambda host=host: Taker(host), host, port, backlog=1024)
    await asyncio.Event().wait()


asyncio.run(main(int(sys.argv[1]), int(sys.argv[2])))
