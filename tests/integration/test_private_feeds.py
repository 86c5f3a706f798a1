"""Private feeds, both ways: whoever has the address and accepted the terms reads; everybody else meets what never was."""

from datetime import timedelta
from typing import Any

import feedparser
import pytest
from desk_newsroom import Desk, words
from picture_samples import picture
from sqlalchemy import select
from werkzeug.test import Client, TestResponse

from feedsvc import clock, db, road
from feedsvc.errors import Invalid, NotAllowed
from feedsvc.feeds import afterwards, which
from feedsvc.formats.registry import FORMATS
from feedsvc.models import Audit, Fragment, PrivateFeed, PrivateReading, Rendered
from feedsvc.newsroom import filters, partners, pictures, publishing, record, retention
from feedsvc.newsroom.captions import Caption
from feedsvc.newsroom.filters import Choice
from feedsvc.newsroom.partners import Asked
from feedsvc.newsroom.workflow import ROLES, SYSTEM, Actor
from feedsvc.web.front import front

SECRET = "Zeppelin"
"""In the headline of what is under embargo, and nowhere else."""


@pytest.fixture
def client(desk: Desk) -> Client:
    road.act(which.ensure, ("en",))
    app: Any = desk.app
    return Client(front(app.wsgi_app))


def made(kind: str = "partner", **fields: Any) -> tuple[PrivateFeed, str]:
    asked = Asked(**{"kind": kind, "name": "Jane Roe", "email": "jane@paper.example", **fields})
    row, secret = road.act(partners.make, asked, ("en",), actor=SYSTEM)
    return row, f"/private/{secret}"


def accepted(client: Client, path: str) -> None:
    with db.reading() as session:
        terms = partners.digest(partners.terms(session, "en"))
    assert client.post(path, data={"digest": terms}).status_code == 200


def planned(desk: Desk, **fields: Any) -> str:
    key = desk.item(**{"headline": f"{SECRET} takes off", "body_html": f"<p>A {SECRET} of words.</p>", **fields})
    road.act(publishing.schedule, key, clock.now() + timedelta(hours=3), actor=SYSTEM)
    return key


def audited(action: str) -> list[Audit]:
    with db.reading() as session:
        return list(session.scalars(select(Audit).where(Audit.action == action).order_by(Audit.id)))


def titles(answer: TestResponse) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [entry.title for entry in feedparser.parse(answer.get_data()).entries]


def everything_public(client: Client) -> str:
    """All that a stranger would look through for a trace."""
    paths = ["/", "/feeds", "/feeds.opml", "/sitemap.xml", "/news-sitemap.xml", "/robots.txt", "/archive", "/llms.txt"]
    paths += [f"/feeds/{scope}.{suffix}" for scope in ("news", "filter/chosen") for suffix in FORMATS]
    paths += ["/search?q=zeppelin", "/search.atom?q=zeppelin", "/metrics"]
    return "".join(client.get(path).text for path in paths)


def test_a_partner_reads_what_is_public_and_nobody_keeps_it(desk: Desk, client: Client) -> None:
    row = road.act(filters.add, Choice(name="Secret choice", words="robots", listed=False), ("en",), actor=SYSTEM)
    desk.act("publish", desk.item(headline="Robots knit"))
    desk.act("publish", desk.item(headline="Cables hum"))
    planned(desk)
    feed, path = made(filter=row.id)
    for suffix, fmt in FORMATS.items():
        answer = client.get(f"{path}/feed.{suffix}", headers={"User-Agent": "Miniflux/2.1"})
        assert answer.headers["Content-Type"] == fmt.media_type
        assert answer.headers["Cache-Control"] == "private, no-store"
        assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
        assert "Access-Control-Allow-Origin" not in answer.headers
        assert "Set-Cookie" not in answer.headers
        assert "hub" not in answer.headers.get("Link", "")
        assert "Robots knit" in answer.text
        assert "Cables hum" not in answer.text
        assert SECRET not in answer.text
        assert f"http://newsroom.test{path}/feed.{suffix}" in answer.text.replace(
            "http://localhost:8000", "http://newsroom.test"
        )
        again = client.get(f"{path}/feed.{suffix}", headers={"If-None-Match": answer.headers["ETag"]})
        assert (again.status_code, again.get_data()) == (304, b"")
        packed = client.get(f"{path}/feed.{suffix}", headers={"Accept-Encoding": "gzip"})
        assert packed.headers["Content-Encoding"] == "gzip"
    with db.reading() as session:
        read = session.scalars(select(PrivateReading)).all()
        assert sum(one.count for one in read) == 9
        assert {one.status for one in read} == {200, 304}
        assert "Miniflux" in {one.family for one in read}
    assert words(client.get(path)).count("Copy one of these addresses")
    assert path not in everything_public(client)
    assert "Secret choice" not in everything_public(client)
    publisher = desk.person("publisher")
    assert "Miniflux" in words(publisher.get(f"/desk/feeds/private/{feed.id}"))
    publisher.post(f"/desk/feeds/private/{feed.id}/revoke")
    gone, never = client.get(f"{path}/feed.atom"), client.get(f"/private/{'x' * 43}/feed.atom")
    assert (gone.status_code, gone.get_data()) == (never.status_code, never.get_data()) == (404, never.get_data())
    assert client.get(path).status_code == 404


def test_under_embargo_is_read_after_the_terms_and_by_nobody_else(desk: Desk, client: Client) -> None:
    """Both ways: what one journalist sees, strangers, partners and who has not accepted see nothing of, before and after."""
    twin = everything_public(client)
    key = planned(desk)
    _, path = made("embargo")
    _, partner = made("partner")
    _, other = made("embargo", name="John Doe", email="john@paper.example")
    door = client.get(path)
    assert "I accept these terms" in words(door)
    assert SECRET not in door.text
    for refused in (path, other):
        answer = client.get(f"{refused}/feed.atom")
        assert answer.status_code == 403
        assert SECRET not in answer.text
    assert client.post(path, data={"digest": "0" * 64}).status_code == 409
    assert client.get(f"{path}/feed.atom").status_code == 403
    accepted(client, path)

    for suffix in FORMATS:
        answer = client.get(f"{path}/feed.{suffix}")
        assert answer.headers["Cache-Control"] == "private, no-store"
        assert f"{SECRET} takes off" in answer.text
        assert "Under embargo until" in answer.text
    entry = feedparser.parse(client.get(f"{path}/feed.atom").get_data()).entries[0]
    with db.reading() as session:
        moment = publishing_moment(session, key)
    assert (
        f'<time datetime="{moment:%Y-%m-%dT%H:%M:%SZ}">'
        in client.get(f"{path}/feed.json").json["items"][0]["content_html"]
    )
    assert entry.id == f"urn:uuid:{key}"
    assert entry.published <= clock.now().isoformat()
    assert next(tag.term for tag in entry.tags) == f"{moment:%Y-%m-%dT%H:%M:%SZ}"

    assert client.get(f"{other}/feed.atom").status_code == 403
    assert SECRET not in client.get(f"{partner}/feed.atom").text
    assert SECRET not in everything_public(client)
    assert strip(everything_public(client)) == strip(twin)
    afterwards.wait()
    with db.reading() as session:
        for kept in (*session.scalars(select(Fragment.content)), *map(str, session.scalars(select(Rendered.findings)))):
            assert SECRET.encode() not in (kept if isinstance(kept, bytes) else kept.encode())

    (taken,) = audited("embargo-accept")
    assert taken.actor == "Jane Roe <jane@paper.example>"
    assert [row.detail["items"] for row in audited("embargo-read")] == [[key]] * 5
    with db.reading() as session:
        assert record.broken_seal(session) is None

    road.act(publishing.unschedule, key, actor=SYSTEM)
    assert titles(client.get(f"{path}/feed.atom")) == []


def publishing_moment(session: Any, key: str) -> Any:
    from feedsvc.newsroom import standing

    here = standing.standing(session, standing.find(session, key), now=clock.now())
    assert here.pending is not None
    return here.pending.at


def strip(text: str) -> str:
    """Without what is of the moment."""
    return "\n".join(line for line in text.split("\n") if "feedsvc_" not in line)


def test_what_goes_live_leaves_the_embargo_and_a_hold_keeps_it(
    desk: Desk, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = planned(desk)
    draft = desk.item(headline="Only a draft")
    desk.act("publish", desk.item(headline="Live already"))
    _, path = made("embargo")
    accepted(client, path)
    now = clock.now()
    assert ["takes off" in one for one in titles(client.get(f"{path}/feed.rss"))] == [True]
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(hours=2))
    road.act(publishing.hold, actor=SYSTEM)
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(hours=4))
    (held,) = titles(client.get(f"{path}/feed.rss"))
    assert "held back by the newsroom" in held
    assert SECRET in held
    road.act(publishing.unhold, actor=SYSTEM)
    assert titles(client.get(f"{path}/feed.rss")) == []
    assert f"{SECRET} takes off" in client.get(f"/news/{desk.stands(key).head.slug}").text
    assert draft


def test_new_terms_close_every_feed_until_they_are_accepted(desk: Desk, client: Client) -> None:
    planned(desk)
    _, path = made("embargo")
    accepted(client, path)
    assert client.get(f"{path}/feed.atom").status_code == 200
    road.act(partners.set_terms, "Say nothing.\n\nTo nobody.", actor=SYSTEM)
    assert client.get(f"{path}/feed.atom").status_code == 403
    assert "Say nothing." in client.get(path).text
    accepted(client, path)
    assert client.get(f"{path}/feed.atom").status_code == 200
    writer = Actor(None, "w@example.org", "W", frozenset(ROLES["editor"]))
    with pytest.raises(NotAllowed):
        road.act(partners.set_terms, "Anything goes.", actor=writer)


def test_an_embargo_limited_to_a_choice_shows_that_alone(desk: Desk, client: Client) -> None:
    row = road.act(filters.add, Choice(name="Airships", words="zeppelins", listed=False), ("en",), actor=SYSTEM)
    planned(desk)
    planned(desk, headline="Trains run", body_html="<p>On rails.</p>")
    _, path = made("embargo", filter=row.id)
    accepted(client, path)
    assert [SECRET in one for one in titles(client.get(f"{path}/feed.atom"))] == [True]


def test_what_journalists_are_shown_is_not_widened_by_who_may_not_publish(desk: Desk) -> None:
    row = road.act(filters.add, Choice(name="Airships", words="zeppelins"), ("en",), actor=SYSTEM)
    editor = Actor(None, "e@example.org", "E", frozenset(ROLES["editor"]))
    road.act(filters.change, row.id, Choice(name="Ships", words="zeppelins"), ("en",), actor=editor)
    feed, _ = made("embargo", filter=row.id)
    with pytest.raises(NotAllowed):
        road.act(filters.change, row.id, Choice(name="Everything"), ("en",), actor=editor)
    road.act(partners.revoke, feed.id, actor=SYSTEM)
    road.act(filters.change, row.id, Choice(name="Everything"), ("en",), actor=editor)


def test_pictures_under_embargo_lie_behind_the_same_secret(desk: Desk, client: Client) -> None:
    row = road.act(pictures.add, pictures.prepared(picture(320, 240), "ship.jpg"), actor=SYSTEM)
    planned(desk, pictures=(Caption(row.key, "A ship"),))
    _, path = made("embargo")
    _, partner = made("partner")
    shown = f"{path}/media/{row.key}/320.jpg"
    assert client.get(shown).status_code == 404
    accepted(client, path)
    item = client.get(f"{path}/feed.json").json["items"][0]
    assert f"{path}/media/{row.key}/" in item["image"]
    assert f"{path}/media/{row.key}/" in item["content_html"]
    assert "test/media/" not in str(item)
    answer = client.get(path + item["image"].partition(path)[2])
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "private, no-store")
    name = item["image"].rpartition("/")[2]
    assert client.get(f"/media/{row.key}/{name}").status_code == 404
    assert client.get(f"{partner}/media/{row.key}/{name}").status_code == 404
    for strange in ("0" * 32, "é", "%F0%9F%9A%80"):
        assert client.get(f"{path}/media/{strange}/{name}").status_code == 404


def test_who_asks_too_often_is_told_to_keep_the_etag(
    desk: Desk, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(partners, "AN_HOUR", 3)
    planned(desk)
    _, path = made("embargo")
    accepted(client, path)
    answers = [client.get(f"{path}/feed.atom") for _ in range(4)]
    assert [one.status_code for one in answers] == [200, 200, 200, 429]
    assert answers[3].headers["Retry-After"] == "60"
    assert SECRET not in answers[3].text
    assert client.get(f"{path}/feed.atom", headers={"If-None-Match": answers[0].headers["ETag"]}).status_code == 304
    assert len(audited("embargo-read")) == 3


def test_it_ends_by_itself_and_is_forgotten(desk: Desk, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    _, path = made(days=30)
    assert client.get(f"{path}/feed.atom").status_code == 200
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(days=30))
    assert client.get(f"{path}/feed.atom").status_code == 404
    assert road.act(retention.sweep) == 0
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(days=211))
    assert road.act(retention.sweep) == 2
    with db.reading() as session:
        assert not session.scalars(select(PrivateFeed)).all()


def test_what_cannot_be_made_is_refused_by_name(desk: Desk) -> None:
    for fields, field in (
        ({"name": " "}, "name"), ({"email": "nobody"}, "email"), ({"kind": "embargo", "email": ""}, "email"),
        ({"kind": "other"}, "kind"), ({"language": "xx"}, "language"), ({"filter": 99}, "filter"), ({"days": 99_999}, "days"),
    ):  # fmt: skip
        with pytest.raises(Invalid) as refused:
            made(**{"kind": "partner", **fields})
        assert list(refused.value.problems) == [field]
    editor = Actor(None, "e@example.org", "E", frozenset(ROLES["editor"]))
    with pytest.raises(NotAllowed):
        road.act(partners.make, Asked("partner", "X"), ("en",), actor=editor)


def test_the_desk_makes_one_and_shows_its_address_once(desk: Desk, client: Client) -> None:
    publisher = desk.person("publisher")
    assert desk.person("editor").get("/desk/feeds/private").status_code == 403
    made_page = publisher.post(
        "/desk/feeds/private", {"name": "Jane", "email": "jane@paper.example", "kind": "embargo"}
    )
    assert made_page.status_code == 200
    address = made_page.text.partition('id="key" value="')[2].partition('"')[0]
    assert "I accept these terms" in client.get("/private/" + address.rpartition("/")[2]).text
    page = publisher.get("/desk/feeds/private")
    assert "terms not accepted yet" in words(page)
    assert address.rpartition("/")[2] not in page.text
    assert "called back the private feed of Jane" not in words(desk.person("admin").get("/desk/audit"))
    assert publisher.post("/desk/feeds/private", {"name": "", "kind": "partner"}).status_code == 422
    assert publisher.post("/desk/feeds/private/terms", {"terms": "x" * 20_001}).status_code == 422
    assert publisher.post("/desk/feeds/private/terms", {"terms": "Our own."}).status_code == 303
    assert "Our own." in publisher.get("/desk/feeds/private").text
