"""What every test may use: what must be there, a newsroom in a folder of its own, a served one as real processes."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import databases
import hypothesis
import pytest
from databases import Database, let_go
from flask import Flask
from jinja2.bccache import Bucket, BytecodeCache
from patience import PATIENCE

from feedsvc import clock, confined, settings

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


def _has_ruby_rss() -> bool:
    ruby = shutil.which("ruby")
    return (
        ruby is not None
        and subprocess.run([ruby, "-e", 'require "rss"'], capture_output=True, check=False).returncode == 0
    )


def _program(name: str) -> bool:
    """Whether a server is here; Debian keeps servers where users do not look."""
    return shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin") is not None


THERE = {
    "browser": lambda: CHROMIUM is not None,
    "caddy": lambda: _program("caddy"),
    "nginx": lambda: _program("nginx"),
    "varnish": lambda: _program("varnishd"),
    "newsboat": lambda: shutil.which("newsboat") is not None,
    "postgresql": databases.is_there,
    "ruby": _has_ruby_rss,
}
"""Marker → whether what it needs is there."""
ADDRESS = "http://newsroom.test"

# How long an example takes says how busy the machine is, and nothing of what is tested.
hypothesis.settings.register_profile("ours", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("ours")


# A child that shares its core with other parts of the suite is slow through no fault of the file that it reads.
confined.run.__kwdefaults__["seconds"] *= PATIENCE


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skips what needs a program that is not here, and says so; a required one that is missing fails instead."""
    required = set(filter(None, os.environ.get("FEEDSVC_TEST_REQUIRE", "").split(",")))
    if databases.KIND == "postgresql" and not databases.is_there():
        pytest.exit("FEEDSVC_TEST_DATABASE asks for PostgreSQL, and no server's programs are here", returncode=1)
    for name, there in THERE.items():
        marked = [item for item in items if item.get_closest_marker(name)]
        if marked and not there():
            if name in required:
                pytest.exit(f"FEEDSVC_TEST_REQUIRE asks for {name}, and it is not here", returncode=1)
            for item in marked:
                item.add_marker(pytest.mark.skip(reason=f"{name} is not here"))


class _Compiled(BytecodeCache):
    """Templates that another application of this process has compiled."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self.kept:
            bucket.bytecode_from_string(self.kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.kept[bucket.key] = bucket.bytecode_to_string()


Flask.jinja_options = {**Flask.jinja_options, "bytecode_cache": _Compiled()}


_FILLERS = {"instance", "desk", "newsroom"}
"""Fixtures that make the database a copy of another one: an empty one would be made for nothing."""


@pytest.fixture
def database(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """An empty database of this test's own, which this process's settings name, and nothing else in the environment."""
    for name in [n for n in os.environ if n.startswith("FEEDSVC_")]:
        monkeypatch.delenv(name)
    with databases.made(tmp_path, empty=not _FILLERS & set(request.fixturenames)) as one:
        monkeypatch.setenv("FEEDSVC_DATABASE_URL", one.url)
        settings.current.cache_clear()
        clock.forget()
        yield one
        let_go()
    settings.current.cache_clear()
    clock.forget()


@pytest.fixture(scope="session")
def first_start(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """The database of a newsroom after its first start, in another process: the tables and the seeded item."""
    folder = tmp_path_factory.mktemp("first-start")
    with databases.made(folder) as one:
        mine = {k: v for k, v in os.environ.items() if not k.startswith("FEEDSVC_")}
        ours = {"FEEDSVC_INSTANCE": str(folder), "FEEDSVC_BASE_URL": ADDRESS}
        if one.url:
            ours["FEEDSVC_DATABASE_URL"] = one.url
        subprocess.run([sys.executable, "-m", "feedsvc", "init"], env={**mine, **ours}, check=True, capture_output=True)
        yield one


@pytest.fixture
def instance(tmp_path: Path, database: Database, first_start: Database, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A prepared instance with the seeded item, at its second start; this process's settings point at it."""
    from feedsvc.feeds import pieces
    from feedsvc.setup import prepare

    # Its keys are numbers of rows, which say other things in another newsroom.
    monkeypatch.setattr(pieces, "_MEMORY", pieces._Memory())
    folder = tmp_path / "instance"
    replace(database, folder=folder).copy(first_start)
    monkeypatch.setenv("FEEDSVC_INSTANCE", str(folder))
    monkeypatch.setenv("FEEDSVC_BASE_URL", ADDRESS)
    settings.current.cache_clear()
    prepare()
    return folder
