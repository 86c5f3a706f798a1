"""Our own newsroom as it is measured: served by the default command, driven as `tests/e2e` drives it."""

import http.client
import json
import sys
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests" / "e2e"))

import corpus  # noqa: E402
from served import EMAIL, Served, free_port, newsroom, wait_for  # noqa: E402  # found by the line above

__all__ = ["EMAIL", "NEWS", "ROOT", "Caller", "Served", "fill", "free_port", "newsroom", "wait_for", "web_processes"]

NEWS = "/feeds/news.atom"
IDLE = 5.0
"""Seconds after which a connection is not trusted to be open still."""


class Caller:
    """The API on one connection that stays open, so that a measured call is the call and no handshake."""

    def __init__(self, served: Served) -> None:
        served.api("GET", "/items?limit=1")  # Makes the token.
        self._headers = {"Authorization": f"Bearer {served.token}", "Content-Type": "application/json"}
        self._connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=120)
        self._used = 0.0

    def call(self, method: str, path: str, body: Any = None) -> tuple[Any, float]:
        """The answer's JSON, and the milliseconds that it took. A refusal ends the measurement."""
        if time.monotonic() - self._used > IDLE:
            self._connection.close()  # The server may have done so already; the next request opens it again.
        sent = None if body is None else json.dumps(body).encode()
        began = time.perf_counter()
        self._connection.request(method, f"/api/v1{path}", sent, self._headers)
        response = self._connection.getresponse()
        said = response.read()
        took = (time.perf_counter() - began) * 1000
        self._used = time.monotonic()
        if response.status >= 400:
            raise SystemExit(f"{method} {path}: {response.status} {said[:400]!r}")
        return json.loads(said), took

    def draft(self, headline: str, **fields: Any) -> str:
        """A new item; gives its id."""
        made, _ = self.call("POST", "/items", {"headline": headline, "body_html": f"<p>{headline}</p>", **fields})
        return str(made["id"])

    def close(self) -> None:
        """Gives the connection back."""
        self._connection.close()


def fill(served: Served) -> None:
    """Publishes the corpus, oldest first."""
    for release in corpus.releases():
        key = served.draft(release.headline, summary=release.summary, body_html=release.body_html)
        served.act(key, "publish")


def web_processes(served: Served) -> dict[str, list[int]]:
    """The newsroom's processes by what they are: supervisor, server (granian's parent), web (its workers), ticker."""
    found: dict[str, list[int]] = {"supervisor": [], "server": [], "web": [], "ticker": []}
    lines = served.processes()
    for pid, line in lines.items():
        parent = _parent(pid)
        if served.process is not None and pid == served.process.pid:
            found["supervisor"].append(pid)
        elif " worker" in line and "webserver" not in line:
            found["ticker"].append(pid)
        elif served.process is not None and parent == served.process.pid:
            found["server"].append(pid)
        elif parent in lines:
            found["web"].append(pid)
    return found


def _parent(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0
