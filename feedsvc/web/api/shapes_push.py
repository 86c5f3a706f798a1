"""The shapes of what is sent to others."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from feedsvc.web.api.answered import Stamp, Told
from feedsvc.web.api.shapes import Given

Event = Literal["published", "corrected", "updated", "withdrawn"]


class Webhook(Told):
    """A partner who is told of items."""

    number: int
    name: str
    url: str
    events: list[Event]
    language: str = Field(description="Only items in this language; empty: in every one.")
    created_at: Stamp
    failing: int = Field(description="Deliveries that failed since one last arrived.")
    why: str = Field(description="Why the last one failed; empty where it arrived.")
    arrived_at: Stamp | None = Field(description="When one last arrived, to the hour.")


class Webhooks(Told):
    """Every webhook, by name."""

    webhooks: list[Webhook]


class WebhookMade(Webhook):
    """A webhook with its secret, told this once."""

    secret: str


class WebhookGiven(Given):
    """A webhook to set up."""

    name: Annotated[str, StringConstraints(max_length=120)]
    url: Annotated[str, StringConstraints(max_length=2_000)]
    events: list[Event] = Field([], max_length=4, description="Only these; all without any.")
    language: Annotated[str, StringConstraints(max_length=12)] = ""


class Host(Told):
    """Where subscribers are."""

    host: str
    subscriptions: int
    failing: int = Field(description="Subscriptions whose last delivery failed.")
    why: str
    paused: bool


class Push(Told):
    """How it stands with what is sent."""

    subscriptions: int
    failing: int
    waiting: int
    under_way: int
    given_up: int = Field(description="Deliveries that had not arrived after 72 hours.")
    hosts: list[Host] = Field(description="Those that fail first, fifty at most.")


class Sent(Told):
    """What became of one publication of an item."""

    publication: int
    kind: Literal["publish", "correct", "update", "withdraw"]
    language: str
    at: Stamp
    to: int
    arrived: int = Field(description="It, or something newer.")
    waiting: int
    given_up: int


class SentList(Told):
    """The newest publications of an item that somebody was told of, the newest first."""

    sent: list[Sent]
