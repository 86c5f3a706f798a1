"""A newsroom that may push to this machine, a sender in this process, and what tests do with both."""

import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask.testing import FlaskClient
from patience import PATIENCE
from sqlalchemy import select

from feedsvc import db, road
from feedsvc.models import Delivery, Intent, Subscription
from feedsvc.newsroom import items, publishing
from feedsvc.newsroom.drafts import ItemDraft, checked
from feedsvc.newsroom.workflow import SYSTEM
from feedsvc.push import watching
from feedsvc.push.deliver import Sender

TOPIC = "http://newsroom.test/feeds/news.atom"


def until(sender: Sender, question: Callable[[], Any], seconds: float = 10) -> Any:
    """Lets the sender work until the answer is true."""
    end = time.monotonic() + seconds * PATIENCE
    while not (answer := question()) and time.monotonic() < end:
        sender.go_on()
    assert answer
    return answer


def settled(sender: Sender) -> None:
    """Lets the sender work until there is nothing that it could do now."""

    def idle() -> bool:
        with db.reading() as session:
            claimed = session.scalar(select(Delivery.id).where(Delivery.claimed_by != "", Delivery.ended_at.is_(None)))
            asked = session.scalar(select(Intent.id).where(Intent.claimed_by != "", Intent.ended_at.is_(None)))
            return not watching.is_due() and claimed is None and asked is None

    until(sender, idle)


def ask(client: FlaskClient, callback: str, topic: str = TOPIC, mode: str = "subscribe", **more: str) -> Any:
    said = {"hub.mode": mode, "hub.callback": callback, "hub.topic": topic}
    return client.post("/hub", data=said | {f"hub.{name}": value for name, value in more.items()})


def subscribe(client: FlaskClient, sender: Sender, callback: str, topic: str = TOPIC, **more: str) -> Subscription:
    assert ask(client, callback, topic, **more).status_code == 202
    settled(sender)
    found = subscriptions(callback)
    assert found
    return found[-1]


def subscriptions(callback: str = "") -> list[Subscription]:
    with db.reading() as session:
        query = select(Subscription).order_by(Subscription.id)
        return list(session.scalars(query.where(Subscription.callback == callback) if callback else query))


def publish(headline: str = "News for all", at: datetime | None = None) -> str:
    draft = checked(ItemDraft(headline=headline, body_html="<p>Words.</p>"), ("en",))
    key = road.act(items.create, draft, actor=SYSTEM).item.key
    if at is None:
        road.act(publishing.publish, key, actor=SYSTEM)
    else:
        road.act(publishing.schedule, key, at, actor=SYSTEM)
    return str(key)


def deliveries() -> list[Delivery]:
    with db.reading() as session:
        return list(session.scalars(select(Delivery).order_by(Delivery.id)))
