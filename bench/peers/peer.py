"""A peer while it runs."""

import http.client
import time
from dataclasses import dataclass, field
from urllib.parse import urlsplit

GZIP = "Accept-Encoding: gzip"


@dataclass(slots=True)
class Peer:
    """A server with a feed on it."""

    name: str
    url: str
    roots: list[int]
    """Processes that, with their descendants, do its work."""
    versions: dict[str, str] = field(default_factory=dict)
    about: str = ""
    unchanged: list[str] = field(default_factory=list)
    """Headers that get a 304; empty where it never gives one."""

    def ask(self, headers: list[str]) -> tuple[int, http.client.HTTPMessage, bytes, float]:
        """Status, headers, body and seconds of one request."""
        parts = urlsplit(self.url)
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=120)
        began = time.perf_counter()
        try:
            connection.request(
                "GET", f"{parts.path}?{parts.query}", headers=dict(line.split(": ", 1) for line in headers)
            )
            response = connection.getresponse()
            return response.status, response.headers, response.read(), time.perf_counter() - began
        finally:
            connection.close()

    def prepare(self) -> dict[str, object]:
        """Warms it up and finds out how it says that nothing has changed. Gives what it sends and how long one answer takes."""
        self.ask([GZIP])
        status, headers, body, _ = self.ask([GZIP])
        if status != 200 or len(body) < 1000:
            raise SystemExit(f"{self.name} answers {status} with {len(body)} bytes")
        took = min(self.ask([GZIP])[3] for _ in range(3))
        self.unchanged = next((lines for lines in _conditions(headers) if self._gives_304(lines)), [])
        return {
            "bytes": len(body),
            "coding": headers.get("Content-Encoding", "identity"),
            "one_request_ms": round(took * 1000, 2),
            "unchanged_by": self.unchanged[-1].partition(":")[0] if self.unchanged else "never",
            "about": self.about,
        }

    def _gives_304(self, lines: list[str]) -> bool:
        """Asked three times, the last time after a second has passed: a feed that is stamped anew each time fails this."""
        if len(lines) < 2:
            return False
        first = [self.ask(lines)[0] for _ in range(2)]
        time.sleep(1.1)
        return {*first, self.ask(lines)[0]} == {304}


def _conditions(headers: http.client.HTTPMessage) -> list[list[str]]:
    """What a polite reader would send next time: the tag, and where that does not work the date alone."""
    etag, modified = headers.get("ETag"), headers.get("Last-Modified")
    return [
        [GZIP, f"If-None-Match: {etag}"] if etag else [],
        [GZIP, f"If-Modified-Since: {modified}"] if modified else [],
    ]
