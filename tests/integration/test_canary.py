"""A small sweep of `tests/canary.py` in this process, through the front that serves feeds: `make canary` asks 20,000."""

from datetime import timedelta
from pathlib import Path

import pytest
from apps import application
from canary import LANGUAGES, Answer, plant, probes, sweep
from werkzeug.test import Client

from feedsvc import clock, road, settings
from feedsvc.newsroom import publishing
from feedsvc.newsroom.workflow import SYSTEM
from feedsvc.setup import prepare
from feedsvc.web.front import front

PROBES = 240


def test_nothing_that_is_not_public_is_answered_anywhere(instance: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FEEDSVC_LANGUAGES", ",".join(LANGUAGES))
    settings.current.cache_clear()
    prepare()
    planted = plant((clock.now() + timedelta(days=1)).replace(microsecond=0), ("en",))
    app = application()
    client = Client(front(app.wsgi_app))

    def ask(method: str, path: str, headers: dict[str, str]) -> Answer:
        response = client.open(path, method=method, headers=headers)
        return response.status_code, list(response.headers), response.get_data()

    done = sweep(ask, planted, probes(app, planted, seed=1), PROBES)
    assert (done.leaks, done.failures, done.asked) == ([], [], PROBES)
    assert done.twins > PROBES // 4
    assert done.statuses[200] > PROBES // 20
    for key in planted.planned:  # The sweep sees what there is to be seen.
        road.act(publishing.publish, key, actor=SYSTEM)
    assert sweep(ask, planted, probes(app, planted, seed=1), PROBES // 2).leaks
