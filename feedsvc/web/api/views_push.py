"""The API's views of what is sent: webhooks of partners, and how it stands with everything."""

from collections.abc import Callable
from datetime import datetime

from flask import Response
from sqlalchemy.orm import Session

from feedsvc import clock, db, road
from feedsvc.models import Subscription
from feedsvc.newsroom import standing as stands
from feedsvc.newsroom.workflow import Actor
from feedsvc.push import partners, standing
from feedsvc.web.api import answers, asked, shapes, shapes_push
from feedsvc.web.api.frame import deed, operation


def _webhook(row: Subscription) -> dict[str, object]:
    same = ("name", "language", "created_at", "failing", "why", "arrived_at")
    told = {name: getattr(row, name) for name in same}
    return told | {"number": row.id, "url": row.callback, "events": row.events.split(",")}


@operation("listWebhooks")
def list_webhooks() -> Response:
    """Every webhook."""
    with db.reading() as session:
        rows = [shapes_push.Webhook.model_validate(_webhook(row)) for row in partners.listed(session)]
    return answers.told(shapes_push.Webhooks(webhooks=rows))


def _made(session: Session, given: shapes_push.WebhookGiven, *, actor: Actor, now: datetime) -> shapes_push.WebhookMade:
    row = partners.add(session, given.name, given.url, tuple(given.events), given.language, actor=actor, now=now)
    return shapes_push.WebhookMade.model_validate(_webhook(row) | {"secret": row.secret})


@operation("createWebhook")
def create_webhook() -> Response:
    """A new webhook; its secret is told this once."""
    return deed(lambda made: answers.told(made, 201), _made, asked.body(shapes_push.WebhookGiven))


def _rotated(session: Session, number: int, *, actor: Actor, now: datetime) -> shapes_push.WebhookMade:
    row = partners.rotate(session, number, actor=actor, now=now)
    return shapes_push.WebhookMade.model_validate(_webhook(row) | {"secret": row.secret})


@operation("rotateWebhook")
def rotate_webhook(number: str) -> Response:
    """Another secret, told this once."""
    asked.body(shapes.Nothing)
    return deed(answers.told, _rotated, asked.number(number))


def _after(
    session: Session, verb: Callable[..., object], number: int, *, actor: Actor, now: datetime
) -> shapes_push.Webhook:
    row = partners.find(session, number)
    verb(session, number, actor=actor, now=now)
    session.flush()
    return shapes_push.Webhook.model_validate(_webhook(row))


@operation("testWebhook")
def test_webhook(number: str) -> Response:
    """The sender sends a trial."""
    asked.body(shapes.Nothing)
    answer = deed(answers.told, _after, partners.test, asked.number(number))
    road.ring()
    return answer


@operation("removeWebhook")
def remove_webhook(number: str) -> Response:
    """Nothing more is sent there."""
    return deed(answers.told, _after, partners.remove, asked.number(number))


@operation("readPush")
def read_push() -> Response:
    """Figures and hosts."""
    with db.reading() as session:
        figures, hosts = standing.figures(session), standing.hosts(session)
    told = {name.replace(" ", "_"): count for name, count in figures.items()}
    same = ("host", "subscriptions", "failing", "why", "paused")
    rows = [{name: getattr(one, name) for name in same} for one in hosts]
    return answers.told(shapes_push.Push.model_validate(told | {"hosts": rows}))


@operation("readSent")
def read_sent(name: str) -> Response:
    """What became of an item's publications."""
    with db.reading() as session:
        here = stands.standing(session, stands.find(session, asked.key(name)), now=clock.now())
        found = standing.of_item(session, here.translation.item_id)
        rows = [
            shapes_push.Sent(
                publication=one.publication.id,
                kind=one.publication.kind,
                language=one.publication.language,
                at=one.publication.at,
                to=one.to,
                arrived=one.arrived,
                waiting=one.more,
                given_up=one.given_up,
            )
            for one in found
        ]
    return answers.told(shapes_push.SentList(sent=rows))
