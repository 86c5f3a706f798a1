"""What is sent, as the desk shows it: webhooks, hosts, and what became of one item."""

import re

import pytest
from desk_newsroom import Desk, words
from sqlalchemy import select

from feedsvc import clock, db, settings
from feedsvc.models import Announcement, Change, Delivery, Subscription
from feedsvc.push import partners, standing

URL = "https://agency.example/in"


def test_an_administrator_sets_a_webhook_up_tries_it_and_ends_it(desk: Desk) -> None:
    admin = desk.person("admin")
    assert desk.person("publisher").get("/desk/push").status_code == 403
    assert "No partner is told" in admin.get("/desk/push").text
    wrong = admin.post("/desk/push", {"name": "Agency", "url": "ftp://x", "events": "published"})
    assert (wrong.status_code, "http or https address" in words(wrong)) == (422, True)
    made = admin.post("/desk/push", {"name": "Agency <b>", "url": URL, "events": ["published", "withdrawn"]})
    secret = re.search(r'value="(whsec_[^"]+)"', made.text)
    assert made.status_code == 200
    assert secret
    page = admin.get("/desk/push")
    assert URL in page.text
    assert secret[1] not in page.text, "it is shown once"
    assert "Agency &lt;b&gt;" in page.text
    with db.reading() as session:
        [row] = partners.listed(session)
    assert row.events == "published,withdrawn"
    admin.post(f"/desk/push/webhooks/{row.id}/test")
    assert "on its way" in admin.get("/desk/push").text
    rotated = admin.post(f"/desk/push/webhooks/{row.id}/rotate")
    assert "whsec_" in rotated.text
    assert secret[1] not in rotated.text
    admin.post("/desk/push/pause", {"host": ""})
    assert "Everything is paused" in admin.get("/desk/push").text
    admin.post("/desk/push/resume", {"host": ""})
    assert "Everything is paused" not in admin.get("/desk/push").text
    admin.post(f"/desk/push/webhooks/{row.id}/remove")
    assert "No partner is told" in admin.get("/desk/push").text
    assert admin.post(f"/desk/push/webhooks/{row.id}/rotate").status_code == 404
    log = words(admin.get("/desk/audit"))
    assert "set up the webhook “Agency <b>” to agency.example" in log


def test_an_editor_sees_to_how_many_an_item_was_sent_and_why_others_wait(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FEEDSVC_EGRESS_ALLOW", "127.0.0.0/8")
    settings.current.cache_clear()
    writer, key = desk.person("writer"), desk.item(headline="Sent to two")
    assert "Nobody was subscribed" in writer.get(f"/desk/items/{key}/sent").text
    with db.transaction() as session:
        now = clock.now()
        for name in ("one.example", "two.example"):
            session.add(_subscription(name, now))
    desk.act("publish", key)
    with db.transaction() as session:
        now = clock.now()
        told = session.scalars(select(Announcement)).one()
        assert session.get_one(Change, told.change_id).kind == "live"
        numbers = session.scalars(select(Subscription.id).order_by(Subscription.id)).all()
        for number, state, tries, why in zip(
            numbers, ("arrived", "waiting"), (1, 2), ("", "answered 503"), strict=True
        ):
            ended = now if state == "arrived" else None
            row = Delivery(announcement_id=told.id, subscription_id=number, state=state, tries=tries, why=why)
            row.created_at = row.due_at = row.tried_at = now
            row.ended_at = ended
            session.add(row)
    page = words(writer.get(f"/desk/items/{key}/sent"))
    assert "Sent to 2, 1 arrived. 1 are still on their way." in page
    assert "two.example: answered 503." in page
    assert "/sent" in writer.get(f"/desk/items/{key}").text
    with db.reading() as session:
        assert [one.host for one in standing.hosts(session)] == ["one.example", "two.example"]


def _subscription(host: str, now: object) -> Subscription:
    whose = {"kind": "websub", "callback": f"https://{host}/", "digest": host, "host": host}
    what = {"scope": "news", "language": "en", "format": "atom", "state": "active"}
    return Subscription(**whose, **what, lease_until=clock.NEVER, created_at=now, verified_at=now)
