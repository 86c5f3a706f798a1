"""One name is one tag, whatever its case, in every alphabet, on every database."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command

from feedsvc import db, migrate
from feedsvc.characters import FOLDED_MAX, folded
from feedsvc.models import Category, Organisation, Tag
from feedsvc.newsroom import taxonomy
from feedsvc.newsroom.drafts import TagName
from feedsvc.newsroom.workflow import SYSTEM

NOW = datetime(2026, 3, 5, 12, tzinfo=UTC)
SAME = [
    ("Şəhər", "ŞƏHƏR"),
    ("Bakı", "BAKI"),
    ("İnnovasiya", "innovasiya"),
    ("İnnovasiya", "I\u0307NNOVASI\u0307YA"),
    ("Innovation", "INNOVATION"),
    ("Культура", "КУЛЬТУРА"),
    ("Straße", "STRASSE"),
    ("Bakı Şəhəri", "  bakı \u00a0 şəhəri "),
    ("４Ｇ", "4g"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_one_name_in_two_cases_is_one_tag_and_one_category(instance: Path, one: str, other: str) -> None:
    with db.transaction() as session:
        (first,) = taxonomy.tags(session, (TagName(one),), now=NOW)
        (second,) = taxonomy.tags(session, (TagName(other),), now=NOW)
        assert first is second
        (made,) = taxonomy.categories(session, (one,), actor=SYSTEM, now=NOW)
        assert taxonomy.categories(session, (other,), actor=SYSTEM, now=NOW) == [made]
        session.add(Organisation(slug="named", name=one, created_at=NOW))
        assert taxonomy.organisation(session, other).slug == "named"


def test_other_letters_are_other_names() -> None:
    assert folded("Gənc") != folded("Genc")
    assert folded("Şuşa") != folded("Susa")
    assert folded("й") != folded("и")
    assert folded("żaba") != folded("zaba")


def test_a_folded_name_fits_its_column() -> None:
    assert len(folded("\ufdfa" * 120)) == FOLDED_MAX
    assert folded("") == ""


def test_a_renamed_tag_is_found_by_its_new_name(instance: Path) -> None:
    with db.transaction() as session:
        (tag,) = taxonomy.tags(session, (TagName("Old"),), now=NOW)
        tag.name = "YENİ"
        session.flush()
        assert taxonomy.tags(session, (TagName("yeni"),), now=NOW) == [tag]


def test_names_from_before_are_folded_by_the_migration(instance: Path) -> None:
    with db.migrating() as connection:
        for table in ("organisation", "category", "tag"):
            connection.execute(sa.text(f"DROP INDEX ix_{table}_folded"))
            connection.execute(sa.text(f"ALTER TABLE {table} DROP COLUMN folded"))
        connection.execute(sa.text("UPDATE category SET name = 'ŞƏHƏR'"))
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '0001'"))
    with db.migrating() as connection:
        config = migrate._config()
        config.attributes["connection"] = connection
        command.upgrade(config, "0002")
    with db.reading() as session:
        assert set(session.scalars(sa.select(Category.folded))) == {"şəhər"}
        rows = session.execute(sa.select(Tag.name, Tag.folded)).all()
        assert rows
        assert all(found == folded(name) for name, found in rows)


def test_names_are_shown_by_code_point_on_every_database(instance: Path) -> None:
    names = ("b", "B", "ə", "a", "A-b", "Ab", "я", "Z")
    with db.transaction() as session:
        session.add_all(Category(slug=f"c{n}", name=name, created_at=NOW) for n, name in enumerate(names))
        session.flush()
        shown = [row.name for row in taxonomy.all_categories(session)]
    assert shown == sorted([*names, "Innovation"])
