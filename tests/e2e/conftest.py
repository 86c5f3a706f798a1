import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from served import Served, newsroom


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
