"""What is public, held against a model that keeps plain lists: any order of verbs, any moment asked about."""

import os
import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from feedsvc import db
from feedsvc.errors import FeedsvcError
from feedsvc.newsroom import items, listing, public, publishing
from feedsvc.newsroom.drafts import ItemDraft, checked
from feedsvc.newsroom.workflow import SYSTEM

START = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)


@dataclass
class Told:
    """One publication as the model knows it."""

    at: datetime
    kind: str
    text: str


@dataclass
class Model:
    """What was done, and what must be public then."""

    texts: dict[str, str] = field(default_factory=dict)
    told: dict[str, list[Told]] = field(default_factory=dict)
    held_since: datetime | None = None

    def shown(self, key: str, now: datetime) -> str | None:
        due = [
            t
            for t in self.told[key]
            if t.at <= now and (t.kind == "withdraw" or self.held_since is None or t.at <= self.held_since)
        ]
        return due[-1].text if due and due[-1].kind != "withdraw" else None

    def published(self, key: str) -> datetime:
        return next(t.at for t in self.told[key] if t.kind != "withdraw")

    def call_off(self, key: str, now: datetime) -> None:
        self.told[key] = [t for t in self.told[key] if self.is_due(t, now)]

    def is_due(self, t: Told, now: datetime) -> bool:
        return t.at <= now and (t.kind == "withdraw" or self.held_since is None or t.at <= self.held_since)

    def lift(self, now: datetime) -> None:
        for told in self.told.values():
            for t in told:
                if self.held_since and t.kind != "withdraw" and self.held_since < t.at <= now:
                    t.at = now
        self.held_since = None


def act(verb: object, *args: object, now: datetime, **kwargs: object) -> object:
    with db.transaction() as session:
        return verb(session, *args, actor=SYSTEM, now=now, **kwargs)  # type: ignore[operator]


def one_step(model: Model, chance: random.Random, now: datetime, number: int) -> None:
    """Does one random thing to the newsroom and, if it was taken, to the model."""
    if not model.texts or chance.random() < 0.15:
        text = f"Text {number}"
        key = act(items.create, checked(ItemDraft(headline=text), ("en",)), now=now).item.key  # type: ignore[attr-defined]
        model.texts[key], model.told[key] = text, []
        return
    key = chance.choice(list(model.texts))
    verb = chance.choice(
        (
            "save",
            "save",
            "publish",
            "schedule",
            "schedule",
            "unschedule",
            "correct",
            "plan",
            "update",
            "withdraw",
            "hold",
            "unhold",
        )
    )
    later = (now + timedelta(seconds=chance.choice((1, 2, 30, 300)))).replace(microsecond=0) + timedelta(seconds=1)
    try:
        if verb == "save":
            with db.reading() as session:
                from feedsvc.newsroom.standing import find

                base = find(session, key).head.number
            act(items.save, key, checked(ItemDraft(headline=f"Text {number}"), ("en",)), base=base, now=now)
            model.texts[key] = f"Text {number}"
        elif verb == "publish":
            act(publishing.publish, key, now=now)
            model.call_off(key, now)
            model.told[key].append(Told(now, "publish", model.texts[key]))
        elif verb == "schedule":
            act(publishing.schedule, key, later, now=now)
            model.call_off(key, now)
            model.told[key].append(Told(later, "publish", model.texts[key]))
        elif verb == "unschedule":
            act(publishing.unschedule, key, now=now)
            model.call_off(key, now)
        elif verb in ("correct", "plan"):
            at = later if verb == "plan" else now
            act(publishing.correct, key, "A note.", publish_at=None if verb == "correct" else later, now=now)
            model.told[key].append(Told(at, "correct", model.texts[key]))
        elif verb == "update":
            act(publishing.update, key, now=now)
            model.told[key].append(Told(now, "update", model.texts[key]))
        elif verb == "withdraw":
            act(publishing.withdraw, key, "A reason.", now=now)
            model.call_off(key, now)
            model.told[key].append(Told(now, "withdraw", ""))
        elif verb == "hold":
            act(publishing.hold, now=now)
            model.held_since = model.held_since or now
        else:
            act(publishing.unhold, now=now)
            model.lift(now)
    except FeedsvcError:
        return


@pytest.mark.parametrize("seed", range(int(os.environ.get("FEEDSVC_TEST_WALKS", "8"))))
def test_public_is_what_the_model_says_at_every_moment(instance: Path, seed: int) -> None:
    assert instance.exists()
    chance, model, now = random.Random(seed), Model(), START
    for number in range(40):
        now += timedelta(microseconds=chance.choice((1, 999, 10**6, 5 * 10**6, 31 * 10**6)))
        one_step(model, chance, now, number)
        asked = now + timedelta(seconds=chance.choice((0, 0, 3, 40)))
        with db.reading() as session:
            shown = {
                s.item_key: s for s in listing.newest(session, "en", now=asked, limit=100) if s.item_key in model.texts
            }
            expected = {key: text for key in model.texts if (text := model.shown(key, asked)) is not None}
            assert {key: s.revision.headline for key, s in shown.items()} == expected, f"seed {seed}, step {number}"
            for key, one in shown.items():
                assert one.published == model.published(key)
                assert one.updated >= one.published
            upcoming = [
                t.at
                for told in model.told.values()
                for t in told
                if t.at > asked and (model.held_since is None or t.kind == "withdraw")
            ]
            assert public.moments(session, "en", now=asked)[1] == min(upcoming, default=public.NEVER)
    with db.transaction() as session:
        publishing.mark_live(session, now=now + timedelta(days=1))
        again = publishing.mark_live(session, now=now + timedelta(days=1))
    assert again == []


def test_list_is_paged_by_keyset_and_meets_every_item_once(instance: Path) -> None:
    assert instance.exists()
    for number in range(23):
        moment = START + timedelta(seconds=number // 4)
        key = act(items.create, checked(ItemDraft(headline=f"Item {number}"), ("en",)), now=moment).item.key  # type: ignore[attr-defined]
        act(publishing.publish, key, now=moment)
    met, before = [], None
    with db.reading() as session:
        while page := listing.newest(session, "en", now=START + timedelta(days=1), limit=5, before=before):
            met += [s.revision.headline for s in page]
            before = page[-1].place
    assert len(met) == len(set(met)) == 24
    assert met[0] == "Item 22"
