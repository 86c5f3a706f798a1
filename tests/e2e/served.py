"""A newsroom as its users meet it: real processes in a folder of their own, driven over HTTP and signals."""

import atexit
import contextlib
import http.client
import itertools
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tests"))

import databases  # noqa: E402
from databases import Database  # noqa: E402
from patience import PATIENCE  # noqa: E402

EMAIL, PASSWORD = "editor@example.org", "a long enough password"
FORMATS = ("atom", "rss", "json")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
PLAIN = "newsroom.example"
"""This machine, by a name that no browser trusts over plain http, so that there is no clipboard."""


_FIRST = 18_000 + os.getpid() % 140 * 100
_ports = itertools.cycle(random.sample(range(_FIRST, _FIRST + 100), 100))


def free_port() -> int:
    """A port that nobody listens on and that nobody here was given lately, since who was given one may not listen yet:
    below those that the kernel gives to clients, and apart for suites side by side.
    """
    for port in itertools.islice(_ports, 100):
        with contextlib.suppress(OSError), socket.socket() as probe:
            probe.bind(("127.0.0.1", port))
            return port
    raise AssertionError("a hundred ports and none is free")


def wait_for(question: Callable[[], Any], seconds: float, step: float = 0.02) -> Any:
    """The first true answer within the time, else the last one."""
    end = time.monotonic() + seconds * PATIENCE
    while True:
        answer = question()
        if answer or time.monotonic() > end:
            return answer
        time.sleep(step)


@dataclass
class Answer:
    status: int
    headers: http.client.HTTPMessage
    body: bytes
    began: float
    ended: float

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Served:
    """One newsroom. `start` waits until it is ready; `kill` ends every process of it with SIGKILL."""

    folder: Path
    extra: dict[str, str] = field(default_factory=dict)
    port: int = field(default_factory=free_port)
    process: "subprocess.Popen[bytes] | None" = None
    token: str = ""
    database: Database = field(init=False)

    def __post_init__(self) -> None:
        self.database = databases.database(self.instance)

    @property
    def instance(self) -> Path:
        return self.folder / "instance"

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        mine = {k: v for k, v in os.environ.items() if not k.startswith("FEEDSVC_")}
        ours = {
            "FEEDSVC_INSTANCE": str(self.instance),
            "FEEDSVC_DATABASE_URL": self.database.url,
            "FEEDSVC_BASE_URL": self.base,
            "FEEDSVC_ADMIN_EMAIL": EMAIL,
            "FEEDSVC_ADMIN_PASSWORD": PASSWORD,
            "PORT": str(self.port),
            "PYTHONUTF8": "1",
        }
        return {**mine, **ours, **self.extra}

    def command(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "feedsvc", *words]

    def start(self, *options: str, patience: float = 90) -> float:
        """Serves; gives the seconds until it was ready."""
        began = time.monotonic()
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                self.command("serve", "--port", str(self.port), *options),
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        assert wait_for(self._ready, patience, 0.05), f"not ready in {patience} s: {self.log()[-1500:]}"
        return time.monotonic() - began

    def _ready(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, f"it ended by itself: {self.log()[-1500:]}"
        try:
            return self.get("/feeds/news.atom").status == 200 and self.get("/healthz").status == 200
        except (OSError, http.client.HTTPException):
            return False

    def log(self) -> str:
        return (self.folder / "log").read_text(errors="replace")

    def run(self, *words: str, stdin: str = "", check: bool = True) -> "subprocess.CompletedProcess[str]":
        """A command of the CLI on this instance."""
        done = subprocess.run(
            self.command(*words),
            cwd=ROOT,
            env=self.environment,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=180,
            check=False,
        )
        assert not check or done.returncode == 0, done.stderr
        return done

    def ask(self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        began = time.time()
        try:
            connection.request(method, path, body, headers or {})
            response = connection.getresponse()
            return Answer(response.status, response.headers, response.read(), began, time.time())
        finally:
            connection.close()

    def get(self, path: str, **headers: str) -> Answer:
        return self.ask("GET", path, headers={k.replace("_", "-"): v for k, v in headers.items()})

    def api(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        """A request to the API with an administrator's token."""
        if not self.token:
            self.token = self.add_token()
        sent = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        sent |= {k.replace("_", "-"): v for k, v in headers.items()}
        return self.ask(method, f"/api/v1{path}", json.dumps(body).encode() if body is not None else None, sent)

    def add_token(self) -> str:
        return self.run("token", "add", EMAIL, "--scope", "admin").stdout.strip()

    def draft(self, headline: str, **fields: Any) -> str:
        """A new item; gives its id."""
        answer = self.api("POST", "/items", {"headline": headline, "body_html": f"<p>{headline}</p>", **fields})
        assert answer.status == 201, answer.text
        return str(answer.json()["id"])

    def act(self, key: str, verb: str, **fields: Any) -> Any:
        answer = self.api("POST", f"/items/{key}/{verb}", fields)
        assert answer.status == 200, answer.text
        return answer.json()

    def edit(self, key: str, **fields: Any) -> Any:
        answer = self.api("PATCH", f"/items/{key}", fields, If_Match="*")
        assert answer.status == 200, answer.text
        return answer.json()

    def processes(self) -> dict[int, str]:
        """Every process of this newsroom: id → command line."""
        mark = f"FEEDSVC_INSTANCE={self.instance}".encode()
        found = {}
        for folder in Path("/proc").iterdir():
            if folder.name.isdecimal() and int(folder.name) != os.getpid():
                try:
                    if mark in (folder / "environ").read_bytes().split(b"\0"):
                        found[int(folder.name)] = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                except OSError:
                    continue
        return found

    def pid_of(self, part: str) -> int | None:
        """A process whose command line holds this."""
        return next((pid for pid, line in self.processes().items() if part in line), None)

    def kill(self) -> None:
        """SIGKILL to all of them at once."""
        for _ in range(50):
            pids = list(self.processes())
            for pid in pids:
                try:
                    os.kill(pid, signal.SIGKILL)
                except ProcessLookupError:
                    continue
            if self.process is not None and self.process.pid in pids:
                self.process.wait(5)
            if not pids:
                return
            time.sleep(0.02)

    def stop(self) -> None:
        """As an operator stops it."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                self.kill()


@lru_cache(maxsize=1)
def _started_once() -> Served:
    """A newsroom after its first start, with a token of its administrator: both take seconds, and are others' subject."""
    folder = Path(tempfile.mkdtemp(prefix="feedsvc-started-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    one = Served(folder, {"FEEDSVC_BASE_URL": "http://newsroom.test"})
    one.database.create()
    one.run("init")
    one.token = one.add_token()
    return one


@contextmanager
def newsroom(folder: Path, *options: str, **extra: str) -> Iterator[Served]:
    """A served newsroom that is gone at the end, whatever happens.

    It is at its second start, unless it says itself who is in it or where its database is.
    """
    served = Served(folder, extra)
    folder.mkdir(parents=True, exist_ok=True)
    try:
        if {"FEEDSVC_ADMIN_EMAIL", "FEEDSVC_DATABASE_URL"} & extra.keys():
            served.database.create()
        else:
            served.database.copy(_started_once().database)
            served.token = _started_once().token
        served.start(*options)
        yield served
    finally:
        served.kill()
        served.database.drop()


def path_of(url: str) -> str:
    return urlsplit(url).path
