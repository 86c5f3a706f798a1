"""How SQLite goes about questions that must not grow with the newsroom: by which index, and never through a whole table."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from desk_newsroom import Desk
from sqlalchemy import event

from feedsvc import clock, db
from feedsvc.newsroom import agenda, indexing, overview, pictures, searching

BERLIN = ZoneInfo("Europe/Berlin")


def scans(plan: list[str]) -> list[str]:
    return [step for step in plan if step.startswith("SCAN") and "hold" not in step]


def test_whether_a_picture_is_public_is_looked_up_by_keys_alone(desk: Desk) -> None:
    with db.reading() as session:
        asked = {"key": "k", "name": "320.jpg", "now": clock.now()}
        compiled = pictures._public().compile(session.get_bind(), compile_kwargs={"render_postcompile": True})
        values = compiled.construct_params(asked)
        values = {n: str(v) if n == "now" else v for n, v in values.items()}
        ordered = tuple(values[name] for name in compiled.positiontup or ())
        plan = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {compiled}", ordered).all()
    assert not scans([row[3] for row in plan])


def test_calendar_first_page_and_search_enter_an_index_however_much_there_is(desk: Desk) -> None:
    asked: list[tuple[str, object]] = []
    now = datetime(2027, 5, 20, 12, tzinfo=UTC)
    with db.reading() as session:
        engine = session.get_bind().engine
        event.listen(engine, "before_cursor_execute", lambda _c, _u, sql, given, *_r: asked.append((sql, given)))
        agenda.day(session, now.date(), BERLIN, now=now, limit=3)
        agenda.page(session, now, now + timedelta(days=7), now=now, limit=3, after=(now, 7))
        agenda.planned(session, now=now, limit=3)
        agenda.held_back(session, now=now, limit=3)
        agenda.went(session, now - timedelta(hours=1), now=now, limit=3)
        overview.mine(session, 1, now=now)
        overview.waiting(session, 1, reviews=True, now=now)
        indexing.waiting(session, now=now)
        indexing.waiting(session, now=now, lately=True)
        searching.find(session, searching.question("news", ("en",)), now=now, limit=3)
        raw = session.connection().connection.cursor()
        for sql, given in asked:
            if "publication" in sql or "revision" in sql:
                assert not scans([row[3] for row in raw.execute(f"EXPLAIN QUERY PLAN {sql}", given)]), sql
