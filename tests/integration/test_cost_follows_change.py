"""What the database does for a call follows what the call touches, and not how much ever came out."""

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from apps import application
from sqlalchemy import event, select, update

from feedsvc import clock, db, settings
from feedsvc.feeds import afterwards, build, contents, watch
from feedsvc.models import Feed
from feedsvc.newsroom import items, publishing
from feedsvc.newsroom.drafts import ItemDraft, TagName, checked
from feedsvc.newsroom.workflow import SYSTEM
from feedsvc.road import act
from feedsvc.shelf import Key

FEW, MANY = 300, 2_500
EACH = 20
"""Steps of SQLite's machine between two looks at its count."""
ENOUGH = 15_000
"""Steps for the largest page that there is: a feed's 50 items and what waits behind them for an archive document.
Going through all items of the larger newsroom takes more.
"""


@pytest.fixture(scope="module")
def newsrooms(tmp_path_factory: pytest.TempPathFactory) -> dict[int, Path]:
    """Demonstration newsrooms of both sizes. In SQLite, whose steps can be counted, whatever else is tested on."""
    found = {}
    for size in (FEW, MANY):
        folder = tmp_path_factory.mktemp(f"of-{size}")
        mine = {k: v for k, v in os.environ.items() if not k.startswith("FEEDSVC_")}
        ours = {"FEEDSVC_INSTANCE": str(folder), "FEEDSVC_LANGUAGES": "en,az"}
        for words in (["init"], ["demo", "--items", str(size), "--seed", "3"]):
            run = [sys.executable, "-m", "feedsvc", *words]
            subprocess.run(run, env={**mine, **ours}, check=True, capture_output=True)
        found[size] = folder
    return found


def counted(deed: Callable[[], object]) -> dict[str, int]:
    """SQLite's steps for each statement that a deed has executed, on the average of its executions."""
    steps: Counter[str] = Counter()
    times: Counter[str] = Counter()
    said = [""]

    def before(connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        said[0] = " ".join(statement.split())
        times[said[0]] += 1
        connection.connection.dbapi_connection.set_progress_handler(step, EACH)

    def step() -> int:
        steps[said[0]] += EACH
        return 0

    engine = db.engine(settings.current().database)
    event.listen(engine, "before_cursor_execute", before)
    try:
        deed()
    finally:
        event.remove(engine, "before_cursor_execute", before)
    return {statement: steps[statement] // times[statement] for statement in times}


def written(number: int) -> str:
    """A draft under what much is under."""
    fields: dict[str, Any] = {"categories": ("Network",), "tags": (TagName("Baku", "place"), TagName("4G", "theme"))}
    draft = ItemDraft(headline=f"Measured {number}", body_html="<p>Text.</p>", language="en", **fields)
    return str(act(items.create, checked(draft, ("en", "az")), actor=SYSTEM).item.key)


def deeds() -> Iterator[tuple[str, dict[str, int]]]:
    """What editors, readers and the ticker do, each with its steps."""
    client = application().test_client()
    scopes = ("news", "category/network", "tag/baku", "tag/4g")
    with db.transaction() as session:
        session.execute(update(Feed).where(Feed.scope.in_(scopes)).values(read_at=clock.now()))
    build.build_all(Key("en", scope) for scope in scopes)
    afterwards.wait()
    look = watch.Watch()
    watch.follow(look)
    one, two = written(1), written(2)
    act(publishing.publish, written(3), actor=SYSTEM)
    afterwards.wait()
    later = clock.now() + timedelta(days=1)
    yield "create", counted(lambda: written(4))
    yield "publish", counted(lambda: act(publishing.publish, one, actor=SYSTEM))
    afterwards.wait()
    yield "schedule", counted(lambda: act(publishing.schedule, two, later, actor=SYSTEM))
    yield "withdraw", counted(lambda: act(publishing.withdraw, one, "Wrong.", actor=SYSTEM))
    yield "tick", counted(lambda: watch.follow(look))
    with db.reading() as session:
        feed = session.scalars(select(Feed).where(Feed.scope == "news", Feed.language == "en")).one()
        archive = contents.at(session, feed, now=clock.now()).doc.prev_archive
    for path in ("/", "/category/network", "/measured-3", "/no-such-item", "/robots.txt"):
        yield f"GET {path}", counted(lambda path=path: client.get(path))
    oldest = client.get("/archive").text.rpartition('href="/archive/')[2].partition('"')[0]
    yield "GET the oldest year", counted(lambda: client.get(f"/archive/{oldest}"))
    yield "archive", counted(lambda: client.get(f"/feeds/news/archive/{archive}.atom"))


def test_no_statement_goes_through_all_that_ever_came_out(
    newsrooms: dict[int, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    took: dict[int, dict[str, dict[str, int]]] = {}
    for name in [n for n in os.environ if n.startswith("FEEDSVC_")]:
        monkeypatch.delenv(name)
    for size, folder in newsrooms.items():
        monkeypatch.setenv("FEEDSVC_INSTANCE", str(folder))
        monkeypatch.setenv("FEEDSVC_LANGUAGES", "en,az")
        settings.current.cache_clear()
        took[size] = dict(deeds())
    afterwards.wait()
    grown = [
        f"{deed}: {steps} steps, {took[FEW][deed].get(statement, 0)} of {FEW} items: {statement}"
        for deed, statements in took[MANY].items()
        for statement, steps in statements.items()
        if steps > max(2 * took[FEW][deed].get(statement, 0), ENOUGH)
    ]
    assert not grown, "\n".join(grown)
