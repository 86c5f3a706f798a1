"""From an item's form to what its text goes on to: the verbs that its page offers, and where a pressed button leads."""

from collections.abc import Collection
from typing import Any

from flask import flash, url_for
from sqlalchemy.orm import Session

from feedsvc import clock, db
from feedsvc.errors import SecondPerson
from feedsvc.newsroom import approvals, preferences, standing, workflow
from feedsvc.newsroom.standing import Standing
from feedsvc.newsroom.workflow import Actor
from feedsvc.web.desk import release, ways
from feedsvc.web.desk.frame import me
from feedsvc.web.desk.verbs import VERBS
from feedsvc.web.errors import tell
from feedsvc.web.i18n import gettext as _
from feedsvc.web.i18n import language


def around(session: Session, here: Standing, actor: Actor) -> dict[str, Any]:
    """What the item's page needs to offer the verbs: those of its bar, and the further ones."""
    barred = barred_verbs(session, here, actor)
    return {
        "verbs": offered(here, actor, barred),
        "verb_words": {**VERBS, release.NAME: release.OFFER},
        "saving": ways.VERBS,
        "ways": ways.of(here, actor.grants, barred=barred, two_person=preferences.two_person(session)),
    }


def of_new(session: Session, actor: Actor) -> ways.Ways:
    """What the bar of an item offers that was never saved."""
    return ways.of_new(actor.grants, two_person=preferences.two_person(session))


def barred_verbs(session: Session, here: Standing, actor: Actor) -> frozenset[str]:
    """The verbs from which the two-person rule keeps this person, as the saved text stands."""
    approve, outward = (approvals.bars(session, here.translation, verb, actor=actor) for verb in ("approve", "publish"))
    found = frozenset({"approve"} if approve is not None else ())
    return found | approvals.GOES_OUT | {release.NAME} if outward is not None else found


def offered(here: Standing, actor: Actor, barred: Collection[str]) -> list[str]:
    """The verbs that make sense for this person now, in the order of work, but for those that the two-person rule bars."""
    possible = here.actions & frozenset(workflow.possible(here.state, actor.grants)) - frozenset(barred)
    planned_so = here.approved and here.pending is not None and here.pending.revision_id == here.head.id
    if planned_so or (here.live and not here.changed):
        possible -= {"submit"}  # there is nothing to review
    names = [verb for verb in workflow.RULES if verb in possible and (verb in VERBS or verb in release.REPLACES)]
    return list(dict.fromkeys(release.NAME if verb in release.REPLACES else verb for verb in names))


def after_saving(key: str, wanted: str) -> str:
    """Where the pressed button leads once the text is saved; back to the item, with the reason, where it leads nowhere."""
    if wanted == "preview":
        return url_for("desk.preview", key=key)
    if wanted not in ways.VERBS:
        return url_for("desk.item", key=key)
    with db.reading() as session:
        here = standing.standing(session, standing.find(session, key), now=clock.now())
        why = ways.hindrance(here, wanted)
        why = _(why) if why else _second_person(session, here, wanted)
    if why:
        flash(why, "warn")
        return url_for("desk.item", key=key)
    return url_for(f"desk.{wanted}", key=key)


def _second_person(session: Session, here: Standing, wanted: str) -> str:
    """Why the two-person rule keeps whoever pressed from going on; empty where it does not."""
    action = "publish" if wanted == release.NAME else wanted
    if action != "approve" and action not in approvals.GOES_OUT:
        return ""
    others = approvals.bars(session, here.translation, action, actor=me())
    return "" if others is None else tell(SecondPerson(action, others[: approvals.NAMED]), language()).detail
