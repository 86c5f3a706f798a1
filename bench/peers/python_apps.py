"""The peers in Python, under the server that we use ourselves, so that what differs is what they do for a request."""

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from ours import ROOT, free_port
from processes import Missing, running, wait_for_port

from peers.peer import Peer

HERE = Path(__file__).parent
_VERSIONS = "import importlib.metadata as m, sys; print('\\n'.join(f'{n}={m.version(n)}' for n in sys.argv[1:]))"


@contextlib.contextmanager
def flask(home: Path, posts: int) -> Iterator[Peer]:
    """Flask, feedgen and SQLAlchemy on SQLite."""
    names = ("Flask", "feedgen", "SQLAlchemy", "granian")
    with _served("flask", sys.executable, names, home, posts) as peer:
        peer.about = "feedgen and the ORM in the view, no gzip, as tutorials do it; granian"
        yield peer


@contextlib.contextmanager
def django(home: Path, posts: int, *, cached: bool = False) -> Iterator[Peer]:
    """Django's syndication framework, in an environment of its own."""
    python = ROOT / ".venv-bench" / "bin" / "python"
    if not python.exists():
        raise Missing("Django has an environment of its own, .venv-bench, which `make bench` prepares")
    extra = {"BENCH_CACHED": "1"} if cached else {}
    with _served("django", str(python), ("Django", "granian"), home, posts, **extra) as peer:
        peer.about = "syndication framework, GZip and ConditionalGet middleware; granian"
        if cached:
            peer.name, peer.about = "django cached", "the same with the cache middleware (memory, 300 s); granian"
        yield peer


@contextlib.contextmanager
def _served(name: str, python: str, packages: tuple[str, ...], home: Path, posts: int, **extra: str) -> Iterator[Peer]:
    """One of the modules beside this one as a WSGI application, one process per processor."""
    home.mkdir(parents=True)
    path = os.pathsep.join([str(HERE), str(HERE.parent)])
    env = {"PYTHONPATH": path, "BENCH_DATABASE": str(home / "posts.db"), **extra}
    filled = subprocess.run(
        [python, str(HERE / f"{name}_app.py"), str(posts)],
        env={**os.environ, **env},
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    if filled.returncode:
        raise Missing(f"It could not be filled: {filled.stderr[-500:]}")
    port, log = free_port(), home / "log"
    options = ["--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port), "--no-ws"]
    command = [python, "-m", "granian", *options, "--workers", str(os.cpu_count() or 1), f"{name}_app:app"]
    with running(command, log, env=env) as process:
        wait_for_port(port, process, log)
        said = subprocess.run([python, "-c", _VERSIONS, *packages], capture_output=True, text=True, check=True).stdout
        versions = dict(line.split("=", 1) for line in said.split())
        yield Peer(name, f"http://127.0.0.1:{port}/feed.atom", [process.pid], versions)
