"""What every test may use: what must be there, a newsroom in a folder of its own, a served one as real processes."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import databases
import pytest
from databases import Database, let_go

from feedsvc import clock, settings

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


def _has_ruby_rss() -> bool:
    ruby = shutil.which("ruby")
    return (
        ruby is not None
        and subprocess.run([ruby, "-e", 'require "rss"'], capture_output=True, check=False).returncode == 0
    )


THERE = {
    "browser": lambda: CHROMIUM is not None,
    "newsboat": lambda: shutil.which("newsboat") is not None,
    "postgresql": databases.is_there,
    "ruby": _has_ruby_rss,
}
"""Marker → whether what it needs is there."""


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


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """An empty database of this test's own, which this process's settings name, and nothing else in the environment."""
    for name in [n for n in os.environ if n.startswith("FEEDSVC_")]:
        monkeypatch.delenv(name)
    with databases.made(tmp_path) as one:
        monkeypatch.setenv("FEEDSVC_DATABASE_URL", one.url)
        settings.current.cache_clear()
        clock.forget()
        yield one
        let_go()
    settings.current.cache_clear()
    clock.forget()


@pytest.fixture
def instance(tmp_path: Path, database: Database, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A prepared instance with the seeded item; this process's settings point at it."""
    from feedsvc.setup import prepare

    folder = tmp_path / "instance"
    monkeypatch.setenv("FEEDSVC_INSTANCE", str(folder))
    monkeypatch.setenv("FEEDSVC_BASE_URL", "http://newsroom.test")
    settings.current.cache_clear()
    prepare()
    return folder
