"""The WebSub hub against a subscriber that nobody mocks: section numbers are those of the Recommendation."""

import json
import threading
import time
from datetime import datetime, timedelta
from pathlib import Path

import feedparser
import pytest
from flask.testing import FlaskClient
from patience import PATIENCE
from push_newsroom import TOPIC, ask, deliveries, publish, settled, subscribe, subscriptions, until
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from subscribers import Subscriber

from feedsvc import clock, db, jobs, road, settings
from feedsvc.formats.registry import FORMATS
from feedsvc.models import Announcement, Delivery, Intent, Subscription
from feedsvc.newsroom import items, publishing
from feedsvc.newsroom.drafts import ItemDraft, TagName, checked
from feedsvc.newsroom.workflow import SYSTEM
from feedsvc.push import announcing, asking, bodies, hub, queue, sweeping
from feedsvc.push.deliver import QUESTIONS, Sender
from feedsvc.push.topics import Topic
from feedsvc.web.front import front

SECRET = "a secret that was agreed"


def test_a_subscriber_is_asked_back_and_then_sent_what_is_new(
    client: FlaskClient, who: Subscriber, sender: Sender
) -> None:
    topic = TOPIC
    callback = f"{who.base}/in?room=7&x=%C3%A9"
    answer = ask(client, callback, topic, secret=SECRET, lease_seconds="86400", foo="ignored")
    assert answer.status_code == 202
    assert subscriptions() == [], "nothing counts before the callback said yes (§5.1)"
    settled(sender)
    [asked] = who.asked
    assert asked["path"].startswith("/in?room=7&x=%C3%A9&hub.mode=subscribe&"), "its own query is kept (§5.3)"
    assert (asked["hub.topic"], asked["hub.lease_seconds"]) == (topic, "86400")
    assert len(asked["hub.challenge"]) >= 32
    [row] = subscriptions()
    assert timedelta(hours=23) < row.lease_until - clock.now() <= timedelta(days=1)
    publish("Told to all")
    until(sender, lambda: who.got)
    [got] = who.got
    assert (got.path, got.headers["Content-Type"]) == ("/in?room=7&x=%C3%A9", "application/atom+xml; charset=utf-8")
    assert got.headers["Link"] == f'<http://newsroom.test/hub>; rel="hub", <{topic}>; rel="self"', (
        "both in one header (§7)"
    )
    assert got.is_signed_with(SECRET)
    assert got.headers["X-Hub-Signature"].startswith("sha256=")
    assert b"Told to all" in got.body
    settled(sender)
    [row] = deliveries()
    assert (row.state, row.tries, row.status) == ("arrived", 1, 204)


def test_what_is_sent_is_the_document_byte_for_byte_and_unsigned_without_a_secret(
    client: FlaskClient, who: Subscriber, sender: Sender
) -> None:
    """Each format is a topic for itself (§4.1)."""
    for suffix in FORMATS:
        subscribe(client, sender, f"{who.base}/{suffix}", TOPIC.replace("atom", suffix))
    publish()
    settled(sender)
    got = {one.path[1:]: one for one in who.got}
    for suffix, fmt in FORMATS.items():
        environ = {"REQUEST_METHOD": "GET", "PATH_INFO": f"/feeds/news.{suffix}"}
        assert got[suffix].body == b"".join(front(client.application)(environ, lambda *_: None))
        assert got[suffix].headers["Content-Type"] == fmt.media_type
        assert "X-Hub-Signature" not in got[suffix].headers
    links = feedparser.parse(got["atom"].body).feed.links
    assert [one.href for one in links if one.rel == "hub"] == ["http://newsroom.test/hub"]
    assert [one.href for one in links if one.rel == "self"] == [TOPIC]


def test_whoever_does_not_say_yes_is_not_subscribed(client: FlaskClient, who: Subscriber, sender: Sender) -> None:
    """§5.3.1: 2xx with exactly the challenge, and nothing else; a redirect is not followed."""
    noes = [(404, "{}"), (302, "{}"), (500, "{}"), (410, "{}"), (200, "no"), (200, ""), (200, "{}\n"), (200, " {}")]
    for number, (status, body) in enumerate(noes):
        who.confirm = lambda said, status=status, body=body: (status, body.replace("{}", said["hub.challenge"]))
        assert ask(client, f"{who.base}/{number}").status_code == 202
        settled(sender)
        assert len(who.asked) == number + 1
    assert subscriptions() == []
    with db.reading() as session:
        assert all(session.scalars(select(Intent.why)))


def test_a_renewal_counts_once_it_is_confirmed_and_a_refused_one_changes_nothing(
    client: FlaskClient, who: Subscriber, sender: Sender
) -> None:
    first = subscribe(client, sender, who.base, secret="first", lease_seconds="86400")
    who.confirm = lambda _: (404, "")
    ask(client, who.base, secret="of somebody else", lease_seconds="7200")
    settled(sender)
    [row] = subscriptions()
    assert (row.secret, row.lease_until) == ("first", first.lease_until)
    who.confirm = lambda said: (200, said["hub.challenge"])
    again = subscribe(client, sender, who.base, secret="second", lease_seconds="172800")
    assert (again.id, again.secret) == (first.id, "second")
    assert again.lease_until > first.lease_until
    assert len({one["hub.challenge"] for one in who.asked}) == 3, "each challenge is good once"


def test_a_renewal_loses_nothing_that_was_announced_before_it(
    client: FlaskClient, who: Subscriber, sender: Sender
) -> None:
    subscribe(client, sender, who.base)
    publish()
    assert ask(client, who.base).status_code == 202
    with db.transaction() as session:  # the callback says yes before anybody was written down for the announcement
        [question] = asking.claim(session, "another", now=clock.now())
        asking.answered(session, question.id, "", now=clock.now())
    until(sender, lambda: len(who.got) == 1)


def test_one_document_that_cannot_be_made_holds_up_no_other(
    client: FlaskClient, who: Subscriber, sender: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    subscribe(client, sender, f"{who.base}/broken", "http://newsroom.test/feeds/news.rss")
    subscribe(client, sender, f"{who.base}/whole")
    real = bodies._document

    def fails(session: Session, topic: Topic, now: datetime) -> bodies.Body | None:
        if topic.format == "rss":
            raise RuntimeError("a defect of ours")
        return real(session, topic, now)

    monkeypatch.setattr(bodies, "_document", fails)
    publish()
    until(sender, lambda: [got.path for got in who.got] == ["/whole"])
    settled(sender)
    assert sorted(row.state for row in deliveries()) == ["arrived", "waiting"]


def test_strangers_are_asked_a_few_at_a_time_and_nobody_waits_for_them(
    client: FlaskClient, who: Subscriber, sender: Sender
) -> None:
    subscribe(client, sender, who.base)
    most, hanging = 0, threading.Event()
    who.confirm = lambda said: (200, said["hub.challenge"]) if hanging.wait(20 * PATIENCE) else (404, "")
    for number in range(3 * QUESTIONS):
        ask(client, f"{who.base}/stranger/{number}")
    publish()
    end = time.monotonic() + 10 * PATIENCE
    while not who.got and time.monotonic() < end:
        sender.go_on()
        most = max(most, len(sender._questions))
    hanging.set()
    assert who.got, "a delivery waited for strangers"
    assert 0 < most <= QUESTIONS


def test_unsubscribing_needs_a_yes_too_and_ends_what_was_to_be_sent(
    client: FlaskClient, who: Subscriber, sender: Sender
) -> None:
    subscribe(client, sender, who.base)
    who.confirm = lambda _: (404, "")
    assert ask(client, who.base, mode="unsubscribe").status_code == 202
    settled(sender)
    assert subscriptions()[0].state == "active", "somebody else asked"
    who.confirm = lambda said: (200, said["hub.challenge"])
    ask(client, who.base, mode="unsubscribe")
    settled(sender)
    assert who.asked[-1]["hub.mode"] == "unsubscribe"
    assert "hub.lease_seconds" not in who.asked[-1]
    assert subscriptions()[0].state == "ended"
    publish()
    settled(sender)
    assert who.got == []


def test_leases_are_finite_and_within_bounds() -> None:
    settings.current.cache_clear()
    asked = ("", "1", "0", "99999999999999999999", "90000")
    assert [hub.lease(one) for one in asked] == [864_000, 3_600, 3_600, 2_592_000, 90_000]


REFUSED: list[tuple[dict[str, str], int]] = [
    ({"hub.mode": "publish", "hub.topic": TOPIC}, 400),
    ({"hub.mode": "dance"}, 400),
    ({}, 400),
    ({"hub.topic": "http://newsroom.test/feeds/nothing.atom"}, 404),
    ({"hub.topic": "http://newsroom.test/feeds/news.atom?x=1"}, 404),
    ({"hub.topic": "http://newsroom.test/feeds/news/archive/1.atom"}, 404),
    ({"hub.topic": "http://newsroom.test/en/feeds/news.atom"}, 404),
    ({"hub.topic": "http://elsewhere.test/feeds/news.atom"}, 404),
    ({"hub.topic": ""}, 404),
    ({"hub.secret": "x" * 200}, 400),
    ({"hub.secret": "ə" * 100}, 400),
    ({"hub.secret": "a\0b"}, 400),
    ({"hub.lease_seconds": "-1"}, 400),
    ({"hub.lease_seconds": "soon"}, 400),
    ({"hub.lease_seconds": "٣"}, 400),
    ({"hub.callback": "ftp://example.org/"}, 400),
    ({"hub.callback": "http://user:word@example.org/"}, 400),
    ({"hub.callback": "http://example.org/#part"}, 400),
    ({"hub.callback": "http://example.org/ə"}, 400),
    ({"hub.callback": "http://example.org:99999/"}, 400),
    ({"hub.callback": "http://[::1"}, 400),
    ({"hub.callback": "http:///x"}, 400),
    ({"hub.callback": "http://example.org/" + "a" * 2_000}, 400),
    ({"hub.callback": "http://10.1.2.3/"}, 403),
    ({"hub.callback": "http://0x0a010203/"}, 403),
    ({"hub.callback": "http://167838211/"}, 403),
    ({"hub.callback": "http://[::ffff:10.1.2.3]/"}, 403),
    ({"hub.callback": "http://[fe80::1]/"}, 403),
    ({"hub.callback": "http://example.org:25/"}, 202),
    ({"hub.callback": "http://1.1.1.1:25/"}, 403),
]


def test_what_the_hub_does_not_take_it_says_in_plain_words(client: FlaskClient) -> None:
    for fields, status in REFUSED:
        said = {"hub.mode": "subscribe", "hub.topic": TOPIC, "hub.callback": "https://example.org/in"} if fields else {}
        answer = client.post("/hub", data=said | fields)
        assert (answer.status_code, answer.mimetype) == (status, "text/plain"), fields
    with db.reading() as session:
        assert session.scalar(select(func.count()).select_from(Intent)) == sum(status == 202 for _, status in REFUSED)


def test_twice_the_same_is_one_question_and_a_body_of_another_kind_is_none(client: FlaskClient, instance: Path) -> None:
    for secret in ("one", "two"):
        ask(client, "https://example.org/in", secret=secret)
    with db.reading() as session:
        assert session.scalars(select(Intent.secret)).all() == ["two"]
    assert client.post("/hub", json={"hub.mode": "subscribe"}).status_code == 400
    twice = "hub.mode=subscribe&hub.topic=a&hub.topic=b&hub.callback=c"
    assert client.post("/hub", data=twice, content_type="application/x-www-form-urlencoded").status_code == 400
    assert client.post("/hub", data={"hub.mode": "x" * 20_000}).status_code == 400
    assert client.get("/hub").status_code == 200


def test_a_feed_that_only_the_newsroom_knows_is_no_topic(client: FlaskClient, instance: Path) -> None:
    draft = checked(ItemDraft(headline="Later", body_html="<p>x</p>", tags=(TagName("Secret theme"),)), ("en",))
    key = road.act(items.create, draft, actor=SYSTEM).item.key
    road.act(publishing.schedule, key, clock.now() + timedelta(hours=1), actor=SYSTEM)
    there = ask(client, "https://example.org/", "http://newsroom.test/feeds/tag/secret-theme.atom")
    not_there = ask(client, "https://example.org/", "http://newsroom.test/feeds/tag/never-was.atom")
    assert (there.status_code, there.data) == (not_there.status_code, not_there.data) == (404, not_there.data)


def test_one_host_cannot_make_the_hub_a_flood(
    client: FlaskClient, who: Subscriber, sender: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A18: of a host that never said yes, thirty a minute are asked; what waits for it is bounded."""
    monkeypatch.setattr(hub, "WAITING_OF_HOST", asking.OF_STRANGERS + 10)
    who.confirm = lambda _: (404, "")
    answers = [ask(client, f"{who.base}/{number}").status_code for number in range(hub.WAITING_OF_HOST + 1)]
    assert answers == [202] * hub.WAITING_OF_HOST + [429]
    until(sender, lambda: len(who.asked) >= asking.OF_STRANGERS)
    end = time.monotonic() + 1
    while time.monotonic() < end:
        sender.go_on()
    assert len(who.asked) == asking.OF_STRANGERS


def test_scheduled_corrected_and_withdrawn_reach_everyone_who_got_the_old_version(
    client: FlaskClient, who: Subscriber, sender: Sender
) -> None:
    subscribe(client, sender, who.base, topic=TOPIC.replace("atom", "json"))
    key = publish("Planned words", at=clock.now() + timedelta(seconds=3))
    settled(sender)
    assert who.got == [], "not before its moment"
    until(sender, lambda: jobs.live() or who.got)
    until(sender, lambda: who.got)
    changed = checked(ItemDraft(headline="Corrected words", body_html="<p>Words.</p>"), ("en",))
    road.act(items.save, key, changed, base=1, actor=SYSTEM)
    road.act(publishing.correct, key, "The figure was wrong.", actor=SYSTEM)
    until(sender, lambda: len(who.got) == 2)
    road.act(publishing.withdraw, key, "It was not true.", actor=SYSTEM)
    until(sender, lambda: len(who.got) == 3)
    titles = [[one["title"] for one in json.loads(got.body)["items"]] for got in who.got]
    assert [("Planned words" in t, "Corrected words" in t) for t in titles] == [
        (True, False),
        (False, True),
        (False, False),
    ]
    assert len({got.headers["Webhook-Id"] for got in who.got}) == 3


def test_a_failed_delivery_is_sent_again_under_the_same_id_and_its_retry_after_is_kept(
    client: FlaskClient, who: Subscriber, sender: Sender
) -> None:
    subscribe(client, sender, who.base)
    who.take = lambda _: (503, {"Retry-After": "1200"})
    publish()
    until(sender, lambda: deliveries() and deliveries()[0].tries == 1)
    [row] = deliveries()
    assert timedelta(minutes=19) < row.due_at - clock.now() <= timedelta(minutes=20)
    assert (row.state, row.status, row.why) == ("waiting", 503, "answered 503")
    assert subscriptions()[0].failing == 1
    who.take = lambda _: (200, {})
    with db.transaction() as session:
        session.get_one(Delivery, row.id).due_at = clock.now()
    announcing.ring()
    until(sender, lambda: len(who.got) == 2)
    assert who.got[0].headers["Webhook-Id"] == who.got[1].headers["Webhook-Id"]
    settled(sender)
    assert (deliveries()[0].state, subscriptions()[0].failing) == ("arrived", 0)


def test_after_an_outage_only_the_newest_state_is_sent(client: FlaskClient, who: Subscriber, sender: Sender) -> None:
    """F16: a subscriber that fails keeps its subscription, and is sent the next update (§7)."""
    subscribe(client, sender, who.base)
    who.take = lambda _: (500, {})
    publish("First")
    until(sender, lambda: deliveries() and deliveries()[0].tries == 1)
    who.take = lambda _: (204, {})
    publish("Second")
    settled(sender)
    assert [(row.state, row.tries) for row in deliveries()] == [("newer", 1), ("arrived", 1)]
    assert b"First" in who.got[-1].body
    assert b"Second" in who.got[-1].body


def test_410_ends_a_subscription_and_72_hours_end_a_delivery(
    client: FlaskClient, who: Subscriber, sender: Sender
) -> None:
    subscribe(client, sender, who.base)
    who.take = lambda _: (500, {})
    publish("Never to arrive")
    until(sender, lambda: deliveries() and deliveries()[0].tries == 1)
    with db.transaction() as session:
        row = session.scalars(select(Delivery)).one()
        row.created_at, row.due_at = clock.now() - queue.GIVEN_UP, clock.now()
    announcing.ring()
    until(sender, lambda: deliveries()[0].state == "dead")
    assert subscriptions()[0].state == "active", "the lease goes on (§7)"
    who.take = lambda _: (410, {})
    publish("Gone")
    until(sender, lambda: subscriptions()[0].state == "ended")
    assert deliveries()[-1].state == "ended"
    assert "410" in subscriptions()[0].why


def test_everyone_active_at_the_moment_is_told_and_nobody_else(
    client: FlaskClient, who: Subscriber, sender: Sender
) -> None:
    early = subscribe(client, sender, f"{who.base}/early")
    over = subscribe(client, sender, f"{who.base}/over")
    other = subscribe(client, sender, f"{who.base}/other", "http://newsroom.test/feeds/news.rss")
    with db.transaction() as session:
        session.get_one(Subscription, over.id).lease_until = clock.now()
    publish()
    late = subscribe(client, sender, f"{who.base}/late")
    settled(sender)
    assert {got.path for got in who.got} == {"/early", "/other"}
    assert {row.subscription_id for row in deliveries()} == {early.id, other.id}
    assert late.id not in {row.subscription_id for row in deliveries()}
    with db.transaction() as session:
        assert sweeping.sweep(session, now=clock.now()) == 1
    assert [(row.state, row.why) for row in subscriptions(over.callback)] == [("ended", "its lease ended")]


def test_what_a_sender_that_died_had_claimed_is_sent_again(
    client: FlaskClient, who: Subscriber, sender: Sender, open_loopback: Path
) -> None:
    """F2: answered, and killed before it was written down."""
    subscribe(client, sender, who.base)
    publish()
    with db.transaction() as session:
        now = clock.now()
        announcing.fan_out(session, now=now)
        assert len(queue.claim(session, sender.name, avoid=(), most=9, now=now)) == 1
        assert queue.claim(session, "another", avoid=(), most=9, now=now) == [], "it is claimed"
    again = Sender(open_loopback, 8, 8)
    until(again, lambda: who.got)
    again.finish()
    assert [row.state for row in deliveries()] == ["arrived"]


def test_fanning_out_twice_writes_nothing_twice(client: FlaskClient, who: Subscriber, sender: Sender) -> None:
    for number in range(5):
        subscribe(client, sender, f"{who.base}/{number}")
    publish()
    with db.transaction() as session:
        assert [announcing.fan_out(session, now=clock.now(), most=2) for _ in range(4)] == [2, 2, 1, 0]
    with db.reading() as session:
        assert session.scalar(select(func.count()).select_from(Announcement)) == 1
    assert len(deliveries()) == 5
    settled(sender)
    assert len(who.got) == 5


def test_a_denied_subscriber_is_told_why(client: FlaskClient, who: Subscriber, sender: Sender) -> None:
    """§5.2, also for one that was accepted before."""
    row = subscribe(client, sender, who.base)
    with db.transaction() as session:
        hub.deny(session, session.get_one(Subscription, row.id), "This feed has ended.", now=clock.now())
    announcing.ring()
    settled(sender)
    said = who.asked[-1]
    assert (said["hub.mode"], said["hub.topic"], said["hub.reason"]) == ("denied", TOPIC, "This feed has ended.")
    assert "hub.challenge" not in said


def test_nothing_is_written_for_feeds_that_nobody_follows(instance: Path) -> None:
    publish()
    with db.reading() as session:
        assert session.scalar(select(func.count()).select_from(Announcement)) == 0


def test_after_a_restore_nothing_that_waited_is_sent(client: FlaskClient, who: Subscriber, sender: Sender) -> None:
    subscribe(client, sender, who.base)
    publish("Told before the backup")
    with db.transaction() as session:
        announcing.fan_out(session, now=clock.now())
        queue.drop(session, now=clock.now())
    publish("Told after it")
    settled(sender)
    assert [row.state for row in deliveries()] == ["ended", "arrived"]
    assert len(who.got) == 1
