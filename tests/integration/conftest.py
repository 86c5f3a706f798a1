"""Fixtures that several files here share."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from desk_newsroom import desk
from flask.testing import FlaskClient
from subscribers import Subscriber, subscriber

from feedsvc import settings
from feedsvc.push.deliver import Sender
from feedsvc.web.app import create_app

__all__ = ["desk"]


@pytest.fixture
def open_loopback(instance: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FEEDSVC_EGRESS_ALLOW", "127.0.0.0/8")
    settings.current.cache_clear()
    return instance


@pytest.fixture
def client(open_loopback: Path) -> FlaskClient:
    return create_app().test_client()


@pytest.fixture
def who() -> Iterator[Subscriber]:
    with subscriber() as one:
        yield one


@pytest.fixture
def sender(open_loopback: Path) -> Iterator[Sender]:
    one = Sender(open_loopback, 32, 8)
    yield one
    one.finish()
