"""The gate in a newsroom: a poisoned row is served in a safe form, the desk says so, and a correction ends it."""

from typing import Any

import pytest
from click.testing import CliRunner
from desk_newsroom import Desk
from sqlalchemy import select, update

from feedsvc import clock, db, road
from feedsvc.cli import cli
from feedsvc.feeds import afterwards, assemble, build, findings, pieces, which
from feedsvc.models import Fragment, Item, Rendered, Revision
from feedsvc.newsroom import html, publishing
from feedsvc.newsroom.workflow import SYSTEM
from feedsvc.shelf import Key


@pytest.fixture(autouse=True)
def _feeds(desk: Desk) -> None:
    road.act(which.ensure, ("en",))
    pieces.forget()


@pytest.fixture
def poisoned(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> str:
    """A live item whose text has addresses that nothing made absolute, as a defect of ours could leave them."""
    with monkeypatch.context() as defect:
        defect.setattr(html, "absolute", lambda markup, _base: markup)
        assemble._composed.cache_clear()
        key = desk.item(headline="A tower opens", body_html='<p>Look <a href="/news/x">here</a> &amp;amp; there.</p>')
        desk.act("publish", key)
        build.build(Key("en", "news"))
        afterwards.wait()
    assemble._composed.cache_clear()
    return key


def served(desk: Desk, suffix: str = "atom") -> str:
    from werkzeug.test import Client

    from feedsvc.web.front import front

    app: Any = desk.app
    return Client(front(app.wsgi_app)).get(f"/feeds/news.{suffix}").text


def lint(*more: str) -> tuple[int, str]:
    done = CliRunner().invoke(cli, ["feeds", "lint", *more])
    return done.exit_code, done.output


def test_a_poisoned_row_goes_out_safely_and_the_desk_says_so(desk: Desk, poisoned: str) -> None:
    for suffix in ("atom", "rss", "json"):
        text = served(desk, suffix)
        assert "A tower opens" in text
        assert "/news/x" not in text
    page = desk.person("writer").get("/desk/").text
    assert "Feeds cannot carry these items as they are" in page
    assert "simpler form" in page
    assert "signs where there should be a letter: “&amp;amp;”" in page
    assert f"/desk/items/{poisoned}" in page

    desk_text = desk.stands(poisoned)
    assert desk_text.state == "published"
    with db.transaction() as session:
        session.execute(
            update(Revision).where(Revision.id == desk_text.head.id).values(body_html="<p>Look here and there.</p>")
        )
    road.act(which.renew, "again")
    build.build(Key("en", "news"))
    afterwards.wait()
    assert "Feeds cannot carry" not in desk.person("writer").get("/desk/").text


def test_a_withdrawn_item_is_no_problem_any_more(desk: Desk, poisoned: str) -> None:
    with db.reading() as session:
        assert [one.key for one in findings.of_public(session, now=clock.now(), limit=9)] == [poisoned]
    road.act(publishing.withdraw, poisoned, "A mistake.", actor=SYSTEM)
    with db.reading() as session:
        assert findings.of_public(session, now=clock.now(), limit=9) == []


def test_lint_tells_what_is_wrong_and_ends_with_1(desk: Desk, poisoned: str) -> None:
    assert lint("--all")[0] == 1
    code, said = lint()
    assert code == 1
    assert "Readers of feeds see signs" in said
    # The defect is gone by now, so that what is served differs from what would be made.
    assert "is not what its text makes" in said
    road.act(publishing.withdraw, poisoned, "A mistake.", actor=SYSTEM)
    afterwards.wait()
    assert lint("--all") == (0, "Every feed is as the standards ask.\n")


def test_lint_finds_an_id_that_changed(desk: Desk) -> None:
    key = desk.item(headline="Fibre for all", body_html="<p>Words.</p>")
    desk.act("publish", key)
    build.build(Key("en", "news"))
    afterwards.wait()
    assert lint()[0] == 0
    with db.transaction() as session:
        session.execute(update(Item).where(Item.key == key).values(guid="urn:uuid:another"))
    pieces.forget()
    desk.act("withdraw", key, "Once more.")
    desk.act("publish", key)
    build.build(Key("en", "news"))
    afterwards.wait()
    code, said = lint()
    assert code == 1
    assert "another id than it has" in said


def test_findings_that_do_not_fit_are_left_out_whole(desk: Desk) -> None:
    told = [findings.Finding("escaped_twice", {"quoted": f"{n}" + "&amp;" * 100}) for n in range(9)]
    row = findings.kept(told)
    assert 0 < len(row) <= Rendered.findings.type.length
    assert findings.read(row) == tuple(told[: len(findings.read(row))])
    assert findings.kept([told[0], told[0]]) == findings.kept([told[0]])
    assert (findings.kept([]), findings.read("")) == ("", ())


def test_a_good_entry_leaves_no_finding(desk: Desk) -> None:
    desk.act("publish", desk.item(headline="All is well", body_html="<p>R&amp;D &lt;ok&gt;</p>"))
    build.build(Key("en", "news"))
    afterwards.wait()
    with db.reading() as session:
        assert set(session.scalars(select(Rendered.findings))) == {""}
        assert set(session.scalars(select(Fragment.problem))) == {""}
