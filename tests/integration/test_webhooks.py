"""Partners who are told of each item: signed as Standard Webhooks says, in order, and nothing that was taken back."""

import base64
import hashlib
import hmac
import json
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient
from push_newsroom import deliveries, publish, settled, subscribe, until
from sqlalchemy import select
from subscribers import Got, Subscriber

from feedsvc import clock, db, road
from feedsvc.cli import cli
from feedsvc.errors import Invalid, NotAllowed, NotFound
from feedsvc.models import Item, Subscription
from feedsvc.newsroom import items, publishing
from feedsvc.newsroom.drafts import ItemDraft, checked
from feedsvc.newsroom.workflow import SYSTEM, Actor
from feedsvc.push import announcing, partners, queue, signing, standing, sweeping
from feedsvc.push.deliver import Sender

WRITER = Actor(1, "w@example.org", "W", frozenset(("read", "write", "publish")))


def verified(got: Got, secret: str) -> dict[str, object]:
    """What a partner's program does (Standard Webhooks, "Verifying webhook authenticity"); written from the text."""
    signed = f"{got.headers['Webhook-Id']}.{got.headers['Webhook-Timestamp']}.".encode() + got.body
    key = base64.b64decode(secret.removeprefix("whsec_"))
    wanted = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert f"v1,{wanted}" in got.headers["Webhook-Signature"].split(" ")
    assert abs(int(got.headers["Webhook-Timestamp"]) - got.at) < 300
    told: dict[str, object] = json.loads(got.body)
    return told


def test_the_signature_is_the_one_of_the_standards_own_example() -> None:
    secret, body = "whsec_plJ3nmyCDGBKInavdOK15jsl", b'{"event_type":"ping","data":{"success":true}}'
    given = signing.webhook_signature((secret,), "msg_loFOjxBNrRLzqYUf", 1731705121, body)
    assert given == "v1,rAvfW3dJ/X/qxhsaXPOyyCGmRKsaKWcsNccKXlIktD0="


def test_a_partner_is_told_of_each_step_of_an_item_in_order(
    client: FlaskClient, who: Subscriber, sender: Sender
) -> None:
    row = road.act(partners.add, "Agency", f"{who.base}/in", actor=SYSTEM)
    key = publish("First words")
    until(sender, lambda: len(who.got) == 1)
    text = checked(ItemDraft(headline="Better words", body_html="<p>Words.</p>"), ("en",))
    road.act(items.save, key, text, base=1, actor=SYSTEM)
    road.act(publishing.correct, key, "The name was wrong.", actor=SYSTEM)
    until(sender, lambda: len(who.got) == 2)
    road.act(publishing.withdraw, key, "It was not true.", actor=SYSTEM)
    until(sender, lambda: len(who.got) == 3)
    told = [verified(got, row.secret) for got in who.got]
    assert [one["type"] for one in told] == ["item.published", "item.corrected", "item.withdrawn"]
    data = [one["data"] for one in told]
    with db.reading() as session:
        guid = session.scalars(select(Item.guid).where(Item.key == key)).one()
    assert {one["id"] for one in data} == {guid}
    assert (data[0]["item"]["title"], data[1]["item"]["title"]) == ("First words", "Better words")
    assert (data[1]["note"], data[2]["reason"]) == ("The name was wrong.", "It was not true.")
    assert "words" not in who.got[2].body.decode()
    assert who.got[0].headers["Content-Type"] == "application/json"


def test_what_waited_is_not_told_when_it_is_old(client: FlaskClient, who: Subscriber, sender: Sender) -> None:
    """A partner that was away hears of the withdrawal, and never of what was withdrawn."""
    road.act(partners.add, "Agency", f"{who.base}/in", actor=SYSTEM)
    key = publish("Never to be told")
    other = publish("Another item")
    road.act(publishing.withdraw, key, "Wrong.", actor=SYSTEM)
    settled(sender)
    assert [json.loads(got.body)["type"] for got in who.got] == ["item.published", "item.withdrawn"]
    assert [row.state for row in deliveries()] == ["newer", "arrived", "arrived"]
    assert other


def test_after_a_rotation_both_secrets_hold_for_a_day(client: FlaskClient, who: Subscriber, sender: Sender) -> None:
    first = road.act(partners.add, "Agency", f"{who.base}/in", actor=SYSTEM).secret
    with db.reading() as session:
        number = session.scalars(select(Subscription.id)).one()
    second = road.act(partners.rotate, number, actor=SYSTEM).secret
    assert first != second
    road.act(partners.test, number, actor=SYSTEM)
    announcing.ring()
    until(sender, lambda: len(who.got) == 1)
    assert verified(who.got[0], first)["type"] == verified(who.got[0], second)["type"] == "test"
    with db.transaction() as session:
        session.get_one(Subscription, number).former_until = clock.now() - timedelta(seconds=1)
    road.act(partners.test, number, actor=SYSTEM)
    announcing.ring()
    until(sender, lambda: len(who.got) == 2)
    verified(who.got[1], second)
    with pytest.raises(AssertionError):
        verified(who.got[1], first)
    tampered = Got(who.got[1].path, who.got[1].headers, who.got[1].body + b" ", who.got[1].at)
    with pytest.raises(AssertionError):
        verified(tampered, second)


def test_who_wants_only_some_events_or_one_language_gets_those(
    client: FlaskClient, who: Subscriber, sender: Sender
) -> None:
    road.act(partners.add, "Withdrawals", f"{who.base}/w", ("withdrawn",), actor=SYSTEM)
    road.act(partners.add, "English", f"{who.base}/en", (), "en", actor=SYSTEM)
    key = publish("Some words")
    settled(sender)
    assert [got.path for got in who.got] == ["/en"]
    road.act(publishing.withdraw, key, "Wrong.", actor=SYSTEM)
    settled(sender)
    assert sorted(got.path for got in who.got) == ["/en", "/en", "/w"]


def test_only_administrators_set_webhooks_up_and_mistakes_are_said(client: FlaskClient, who: Subscriber) -> None:
    with pytest.raises(NotAllowed):
        road.act(partners.add, "A", f"{who.base}/in", actor=WRITER)
    for fields, named in (
        (("", f"{who.base}/in"), "name"),
        (("A", "ftp://x/"), "url"),
        (("A", "http://10.0.0.1/"), "url"),
        (("A", f"{who.base}/in", ("danced",)), "events"),
        (("A", f"{who.base}/in", (), "de"), "language"),
    ):
        with pytest.raises(Invalid) as refused:
            road.act(partners.add, *fields, actor=SYSTEM)
        assert set(refused.value.problems) == {named}
    row = road.act(partners.add, "A", f"{who.base}/in", actor=SYSTEM)
    with pytest.raises(Invalid):
        road.act(partners.add, "B", f"{who.base}/in", actor=SYSTEM)
    for verb in (partners.rotate, partners.test, partners.remove):
        with pytest.raises(NotAllowed):
            road.act(verb, row.id, actor=WRITER)
        with pytest.raises(NotFound):
            road.act(verb, 999, actor=SYSTEM)
    road.act(partners.remove, row.id, actor=SYSTEM)
    with pytest.raises(NotFound):
        road.act(partners.rotate, row.id, actor=SYSTEM)
    again = road.act(partners.add, "A", f"{who.base}/in", actor=SYSTEM)
    assert (again.id, again.secret != row.secret) == (row.id, True)


def test_editors_see_what_became_of_an_item(client: FlaskClient, who: Subscriber, sender: Sender) -> None:
    """“Sent to 3, 2 arrived, 1 retrying at …: why”; and a newer version that arrived counts for the older one."""
    for name in ("good", "also", "bad"):
        subscribe(client, sender, f"{who.base}/{name}")
    who.take = lambda got: (503 if got.path == "/bad" else 204, {})
    key = publish("Seen by two")
    until(sender, lambda: sum(row.tries for row in deliveries()) == 3)
    with db.reading() as session:
        number = session.scalars(select(Item.id).where(Item.key == key)).one()
        [sent] = standing.of_item(session, number)
    assert (sent.to, sent.arrived, sent.more, sent.given_up) == (3, 2, 1, 0)
    [late] = sent.waiting
    assert (late.why, late.subscription.callback) == ("answered 503", f"{who.base}/bad")
    who.take = lambda _: (204, {})
    road.act(publishing.withdraw, key, "Wrong.", actor=SYSTEM)
    settled(sender)
    with db.reading() as session:
        taken_back, first = standing.of_item(session, number)
    assert (taken_back.publication.kind, taken_back.to, taken_back.arrived) == ("withdraw", 3, 3)
    assert (first.to, first.arrived, first.more) == (3, 3, 0), "the newest state arrived"


def test_operators_pause_a_host_and_go_on(client: FlaskClient, who: Subscriber, sender: Sender) -> None:
    subscribe(client, sender, f"{who.base}/in")
    run = CliRunner().invoke
    assert run(cli, ["push", "pause", "--host", "127.0.0.1", "--drain"]).exit_code == 0
    publish()
    with db.transaction() as session:
        now = clock.now()
        assert announcing.fan_out(session, now=now) == 1
        assert queue.claim(session, "x", avoid=(), most=9, now=now) == []
        [host] = standing.hosts(session)
    assert (host.host, host.subscriptions, host.paused) == ("127.0.0.1", 1, True)
    told = run(cli, ["push", "status"])
    assert told.exit_code == 0
    assert "waiting" in told.output
    assert run(cli, ["push", "resume", "--now"]).exit_code == 0
    settled(sender)
    assert len(who.got) == 1


def test_webhooks_by_command(client: FlaskClient, who: Subscriber, sender: Sender, open_loopback: Path) -> None:
    run = CliRunner().invoke
    added = run(cli, ["webhooks", "add", "Agency", f"{who.base}/in", "--event", "withdrawn"])
    number, secret = added.output.split()
    assert run(cli, ["webhooks", "test", number]).exit_code == 0
    until(sender, lambda: who.got)
    assert verified(who.got[0], secret)["type"] == "test"
    assert run(cli, ["webhooks", "rotate", number]).output.startswith("whsec_")
    [told] = json.loads(run(cli, ["webhooks", "list", "--json"]).output)
    assert (told["name"], told["events"], "secret" in told) == ("Agency", "withdrawn", False)
    assert run(cli, ["webhooks", "remove", number]).exit_code == 0
    assert json.loads(run(cli, ["webhooks", "list", "--json"]).output) == []


def test_the_sweep_leaves_webhooks_alone(client: FlaskClient, who: Subscriber) -> None:
    row = road.act(partners.add, "Agency", f"{who.base}/in", actor=SYSTEM)
    with db.transaction() as session:
        assert sweeping.sweep(session, now=clock.now()) == 0
    with db.reading() as session:
        assert session.get_one(Subscription, row.id).state == "active"
