"""The publish dialogue: what to look at first, which feeds will carry it, how it looks in a reader, and when."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from flask import Response, redirect, request, url_for
from markupsafe import Markup
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as Answer

from feedsvc import clock, db, road
from feedsvc.errors import Invalid, Stale
from feedsvc.feeds import coverage, reader
from feedsvc.newsroom import approvals, checklist, previews, publishing, releasing, standing, workflow
from feedsvc.newsroom.checklist import Finding
from feedsvc.web import illustrations
from feedsvc.web.auth import permission
from feedsvc.web.desk import moments, planning, zones
from feedsvc.web.desk.frame import blueprint, field_names, me, page, say_done
from feedsvc.web.desk.recovery import Form, shows_again
from feedsvc.web.errors import tell
from feedsvc.web.i18n import gettext as _
from feedsvc.web.i18n import language, local
from feedsvc.words import N_

NAME = "release"
"""The dialogue's name among the verbs that the desk offers: it stands for `publish` and `schedule`."""
REPLACES = ("publish", "schedule")


@dataclass(frozen=True, slots=True)
class Offer:
    """How the item's page offers the dialogue, beside the verbs."""

    title: str
    danger: bool = False


OFFER = Offer(N_("Publish"))


class Point(NamedTuple):
    """A line of the checklist."""

    sentence: str
    field: str
    """What the field is called."""
    anchor: str
    blocks: bool
    key: str
    """Another item that it speaks of."""


def _points(found: tuple[Finding, ...]) -> list[Point]:
    """The checklist in words, each line with the field where it is mended."""
    names = dict(field_names().values())
    return [
        Point(
            _(checklist.SENTENCES[one.code], **one.values),
            names.get(one.anchor, _("Text")),
            one.anchor,
            one.blocks,
            one.key,
        )
        for one in found
    ]


def dialogue(key: str, form: Form, problems: dict[str, str], *, notice: str = "", status: int = 200) -> Response:
    """The page. Raises NotNow where the item is live already."""
    now = clock.now()
    with db.reading() as session:
        here = standing.standing(session, standing.find(session, key), now=now)
        workflow.step(here.state, "publish", me().grants)
        read = reader.read(previews.as_shown(session, here, here.head, now=now))
        found = releasing.findings(session, here, now=now)
        return page(
            "release.html",
            status,
            key=here.translation.item.key,
            here=here,
            points=_points(found),
            stops=checklist.stops(found),
            carriers=coverage.of_text(session, here.head, here.translation.language, now=now),
            read=read,
            content=Markup(illustrations.in_text(read.content_html, here.head, illustrations.DESK)),  # noqa: S704  # sanitised by `read`
            barred=approvals.bars(session, here.translation, "publish", actor=me()),
            held=publishing.is_held(session),
            asked=planning.shown(form, now=now, usual=planning.NOW),
            problems=problems,
            notice=notice,
            today=local(now).date().isoformat(),
            cities=zones.cities(),
        )


def _again(form: Form, notice: str, status: int, key: str) -> Response:
    return dialogue(key, form, {}, notice=notice, status=status)


@blueprint.get("/items/<key>/release")
@permission("publish")
def release(key: str) -> Response:
    """Says all that there is to know before a text goes out, and asks when."""
    return dialogue(key, MultiDict(), {})


@blueprint.post("/items/<key>/release")
@shows_again(_again)
@permission("publish")
def release_sent(key: str) -> Answer:
    """Lets the newest text go out: in ten seconds, or at the moment that was typed."""
    form = request.form
    try:
        moment = _moment(form)
        if "check" in form:
            return dialogue(key, form, {})
        _need_no_block(key)
        road.act(releasing.publish, key, publish_at=moment, base=_base(form), actor=me())
    except Invalid as error:
        return dialogue(key, form, tell(error, language()).problems, status=422)
    except Stale as error:
        again = _("Look at the text as it is now before you go on.")
        return dialogue(key, form, {}, notice=f"{tell(error, language()).detail} {again}", status=409)
    if moment is not None:
        _say_planned(key)
    return redirect(url_for("desk.item", key=key), 303)


def _base(form: Form) -> int:
    """The number of the text that the page showed; 0 where it was not said."""
    number = form.get("revision", "")
    return int(number) if re.fullmatch(r"[0-9]{1,9}", number) else 0


def _moment(form: Form) -> datetime | None:
    """When; None for now. Raises Invalid."""
    if planning.is_unsaid(form):
        raise Invalid({"when": ("no_time_chosen", {})})
    return planning.moment(form)


def _need_no_block(key: str) -> None:
    """Raises Invalid where something on the checklist stands in the way."""
    now = clock.now()
    with db.reading() as session:
        here = standing.standing(session, standing.find(session, key), now=now)
        workflow.step(here.state, "publish", me().grants)
        if checklist.stops(releasing.findings(session, here, now=now)):
            raise Invalid({"checklist": ("checklist", {})})


def _say_planned(key: str) -> None:
    """What is planned now, as the rows have it."""
    now = clock.now()
    with db.reading() as session:
        coming = standing.standing(session, standing.find(session, key), now=now).pending
    if coming is None:
        say_done(_("Done."))
        return
    said = _("Planned for {moment}, {wait}.", moment=moments.full(coming.at), wait=moments.wait(coming.at, now))
    say_done(said, url_for("desk.calendar", on=local(coming.at).date().isoformat()), _("See it in the calendar."))


def _instead(key: str) -> Answer:
    return redirect(url_for("desk.release", key=key), 303)


for _name in REPLACES:  # Pages of their own once, which people may have kept.
    blueprint.add_url_rule(f"/items/<key>/{_name}", _name, permission("publish")(_instead), methods=["GET"])
