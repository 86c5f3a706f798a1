"""What every test may use: what must be there, a newsroom in a folder of its own, a served one as real processes."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from feedsvc import db, settings

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
    "ruby": _has_ruby_rss,
}
"""Marker → whether what it needs is there."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skips what needs a program that is not here, and says so; a required one that is missing fails instead."""
    required = set(filter(None, os.environ.get("FEEDSVC_TEST_REQUIRE", "").split(",")))
    for name, there in THERE.items():
        marked = [item for item in items if item.get_closest_marker(name)]
        if marked and not there():
            if name in required:
                pytest.exit(f"FEEDSVC_TEST_REQUIRE asks for {name}, and it is not here", returncode=1)
            for item in marked:
                item.add_marker(pytest.mark.skip(reason=f"{name} is not here"))


@pytest.fixture
def instance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A prepared instance with the seeded item; this process's settings point at it."""
    from feedsvc.feeds import pieces
    from feedsvc.setup import prepare

    # Its keys are numbers of rows, which say other things in another newsroom.
    monkeypatch.setattr(pieces, "_MEMORY", pieces._Memory())
    for name in [n for n in os.environ if n.startswith("FEEDSVC_")]:
        monkeypatch.delenv(name)
    folder = tmp_path / "instance"
    monkeypatch.setenv("FEEDSVC_INSTANCE", str(folder))
    monkeypatch.setenv("FEEDSVC_BASE_URL", "http://newsroom.test")
    settings.current.cache_clear()
    prepare()
    yield folder
    db.engine(settings.current().database).dispose()
    settings.current.cache_clear()
