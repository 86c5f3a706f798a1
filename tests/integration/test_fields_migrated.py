"""A newsroom from before contacts and boilerplates: its “about” texts become boilerplates, and no text changes."""

from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from databases import Database

from feedsvc import clock, db, migrate, settings
from feedsvc.models import Boilerplate, Revision, RevisionBoilerplate, Wording
from feedsvc.newsroom import finding, items, publishing, revisions
from feedsvc.newsroom.drafts import ItemDraft, checked
from feedsvc.newsroom.standing import find
from feedsvc.newsroom.workflow import SYSTEM

ROWS: dict[str, list[dict[str, Any]]] = {
    "organisation": [
        {"id": 1, "slug": "a", "name": "A", "folded": "a", "about_heading": "About A", "about_html": "<p>New</p>"},
        {"id": 2, "slug": "b", "name": "B", "folded": "b", "about_heading": "", "about_html": ""},
    ],
    "item": [{"id": 1, "key": "k1", "guid": "g1", "organisation_id": 1}],
    "translation": [{"id": 1, "item_id": 1, "language": "en", "state": "draft", "version": 1}],
    "revision": [
        {"id": n, "translation_id": 1, "number": n, "slug": f"s{n}", "organisation_id": 1, "organisation_name": "A"}
        | {"headline": f"H{n}", "summary": "", "body_html": "<p>x</p>", "about_heading": heading, "about_html": about}
        for n, heading, about in ((1, "About A", "<p>Old</p>"), (2, "About A", "<p>New</p>"), (3, "", ""))
    ],
}


@pytest.fixture(autouse=True)
def of_its_own(tmp_path: Path, database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FEEDSVC_INSTANCE", str(tmp_path / "instance"))
    (tmp_path / "instance").mkdir(exist_ok=True)
    settings.current.cache_clear()


def before() -> None:
    with db.migrating() as connection:
        migrate.to_head(connection, "0005")
        tables = sa.MetaData()
        tables.reflect(connection)
        for name, rows in ROWS.items():
            table = tables.tables[name]
            moments = {
                column.name: clock.now() for column in table.columns if column.name in ("created_at", "changed_at")
            }
            connection.execute(sa.insert(table), [row | moments for row in rows])
        connection.execute(sa.text("UPDATE translation SET head_id = 2"))


def test_about_texts_become_boilerplates() -> None:
    before()
    with db.migrating() as connection:
        migrate.to_head(connection)
    with db.reading() as session:
        row = session.scalars(sa.select(Boilerplate)).one()
        assert (row.heading, row.html, row.organisation_id, row.name) == ("About A", "<p>New</p>", 1, "About A")
        links = session.scalars(sa.select(RevisionBoilerplate).order_by(RevisionBoilerplate.revision_id))
        assert [(link.revision_id, link.version) for link in links] == [(1, 0), (2, 1)]
        assert [(one.headline, one.words) for one in session.scalars(sa.select(Wording))] == [("h2", "h2 s2 x")]
        assert [here.head.number for _, here in finding.items(session, "h2", now=clock.now(), limit=9)] == [2]
        texts = session.scalars(sa.select(Revision).order_by(Revision.id)).all()
        assert [(one.headline, one.about_html, one.subhead, one.dateline) for one in texts] == [
            ("H1", "<p>Old</p>", "", ""),
            ("H2", "<p>New</p>", "", ""),
            ("H3", "", "", ""),
        ]
    with pytest.raises(Exception, match="append-only"), db.transaction() as session:
        session.execute(sa.text("UPDATE revision SET headline = 'x'"))  # the triggers are still there
    with db.transaction() as session:
        text = checked(ItemDraft(headline="H2", body_html="<p>x</p>", slug="s2"), ("en",))
        items.save(session, "k1", text, base=2, actor=SYSTEM, now=clock.now())
        assert find(session, "k1").head.number == 2  # nothing differs
        publishing.publish(session, "k1", actor=SYSTEM, now=clock.now())
        assert revisions.says(find(session, "k1").head)[6:9] == ("A", "About A", "<p>New</p>")
