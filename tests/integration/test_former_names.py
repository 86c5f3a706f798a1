"""A newsroom from before names were remembered: what was renamed and merged by then is known by its old name too."""

from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from databases import Database

from feedsvc import clock, db, migrate, road, settings
from feedsvc.characters import folded
from feedsvc.models import FormerName
from feedsvc.newsroom import taxonomy
from feedsvc.newsroom.drafts import TagName

TAGS = ((1, "theme", "towers", "Towers"), (2, "place", "susa", "Şuşa"), (3, "theme", "masts", "Masts"))
DEEDS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("rename-tag", "poles", {"name": ["Sticks", "Poles"], "address": ["sticks", "poles"]}),
    ("merge-tag", "poles", {"name": "Poles", "into": "towers"}),
    ("rename-tag", "susa", {"name": ["Shusha", "Şuşa"], "kind": ["theme", "place"]}),
    ("rename-tag", "gone", {"name": ["Left", "Gone"]}),
    ("delete-tag", "gone", {"name": "Gone", "texts": 1}),
    ("rename-tag", "towers", {"name": ["Masts", "Towers"]}),  # another one is called so by now
    ("rename-category", "tech", {"name": ["IT", "Technology"]}),
)


@pytest.fixture(autouse=True)
def of_its_own(tmp_path: Path, database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FEEDSVC_INSTANCE", str(tmp_path / "instance"))
    (tmp_path / "instance").mkdir(exist_ok=True)
    settings.current.cache_clear()


def test_old_names_are_read_out_of_the_log() -> None:
    with db.migrating() as connection:
        migrate.to_head(connection, "0010")
        tables, now = sa.MetaData(), clock.now()
        tables.reflect(connection)
        known = [{"id": 1, "slug": "tech", "name": "Technology", "folded": "technology", "created_at": now}]
        connection.execute(sa.insert(tables.tables["category"]), known)
        for number, kind, slug, name in TAGS:
            row = {"id": number, "kind": kind, "slug": slug, "name": name, "folded": folded(name), "created_at": now}
            connection.execute(sa.insert(tables.tables["tag"]), [row])
        for action, subject, detail in DEEDS:
            deed = {"at": now, "actor": "system", "action": action, "subject": subject, "detail": detail, "seal": ""}
            connection.execute(sa.insert(tables.tables["audit"]), [deed])
        migrate.to_head(connection)
    with db.reading() as session:
        led = {(row.kind, row.folded, row.sort): row.target for row in session.scalars(sa.select(FormerName))}
    assert led == {
        ("tag", "sticks", "theme"): 1,
        ("tag", "poles", "theme"): 1,
        ("tag", "shusha", "theme"): 2,
        ("category", "it", ""): 1,
    }
    (tag,) = road.act(taxonomy.tags, (TagName("Sticks"),))
    assert tag.slug == "towers"
