import sys
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from patience import PATIENCE
from playwright.sync_api import Browser, expect, sync_playwright

sys.path.insert(0, str(Path(__file__).parent))

from served import CHROMIUM, PLAIN, Served, newsroom

expect.set_options(timeout=5_000 * PATIENCE)
ALONE = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    f"--host-resolver-rules=MAP {PLAIN} 127.0.0.1",
)
"""A Chromium that keeps to itself: it asks nobody for anything but the newsroom under test."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser for all tests of a module, each in contexts of its own."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=ALONE)
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One newsroom for all tests of a module that leave it standing."""
    with newsroom(tmp_path_factory.mktemp("newsroom")) as one:
        yield one


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Served]:
    """A newsroom of a test's own, to be killed, starved and moved about."""
    with newsroom(tmp_path / "fresh") as one:
        yield one


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Function, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """What the server said, beside a test that failed: it is gone with its folder otherwise."""
    report = yield
    if call.excinfo and call.when == "call":
        for one in filter(lambda arg: isinstance(arg, Served), item.funcargs.values()):
            with (one.folder / "log").open(errors="replace") as log:
                report.sections.append((f"log of {one.folder.name}", "".join(log.readlines()[-60:])))
    return report
