"""The saved texts of an item: who saved what and when, the differences of any two, and an earlier one put back."""

import re

from flask import Response, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Answer

from feedsvc import clock, db, road
from feedsvc.errors import NotFound, NotNow, Stale
from feedsvc.models import Publication, Remark, Revision
from feedsvc.newsroom import history, reusing, standing
from feedsvc.newsroom.standing import Standing
from feedsvc.web.auth import permission
from feedsvc.web.desk import comparing, moments
from feedsvc.web.desk.comparing import Compared
from feedsvc.web.desk.frame import blueprint, me, page, say_done
from feedsvc.web.desk.recovery import Form, shows_again
from feedsvc.web.errors import tell
from feedsvc.web.i18n import gettext as _
from feedsvc.web.i18n import language
from feedsvc.words import N_

PAGE = 50
"""Saved texts on a page."""
NUMBER = "<int(max=2000000000):number>"


@blueprint.get("/items/<key>/revisions", endpoint="revisions")
@permission("read")
def listed(key: str) -> Response:
    """The saved texts, and what differs between the two that were chosen."""
    before = _number("before")
    with db.reading() as session:
        here = standing.standing(session, standing.find(session, key), now=clock.now())
        rows = history.revisions(session, here.translation, limit=PAGE + 1, before=before)
        shown = rows[:PAGE]
        old, new = _pair(here)
        return page(
            "revisions.html",
            key=here.translation.item.key,
            here=here,
            found=_told(session, here, shown),
            older=shown[-1].number if len(rows) > PAGE else None,
            before=before,
            pair=(old, new),
            compared=_compared(session, here, old, new),
        )


def _number(name: str) -> int | None:
    """A number of a revision out of the address; None for what is none."""
    text = request.args.get(name, "")
    return int(text) if re.fullmatch(r"[1-9][0-9]{0,8}", text) else None


def _pair(here: Standing) -> tuple[int, int]:
    """The two that were chosen, the older one first. Else the live one and the newest, else the last two."""
    newest = here.head.number
    chosen = [number for number in (_number("old"), _number("new")) if number is not None]
    if len(chosen) == 2 and chosen[0] != chosen[1]:  # noqa: PLR2004  # two of them
        return min(chosen), max(chosen)
    if here.live and here.changed:
        return min(here.live.revision.number, newest), max(here.live.revision.number, newest)
    return newest - 1, newest


def _compared(session: Session, here: Standing, old: int, new: int) -> Compared | None:
    """Their differences; None where there is no such pair."""
    try:
        pair = [reusing.revision(session, here.translation, number) for number in (old, new)]
    except NotFound:
        return None
    return comparing.compared(*pair)


def _told(session: Session, here: Standing, shown: list[Revision]) -> list[tuple[Revision, list[str]]]:
    """These texts, each with what it was and became, in words."""
    released = history.publications_of(session, shown)
    said = history.remarks_of(session, here.translation, shown)
    return [(row, _kinds(here, row, released.get(row.id, []), said.get(row.number, []))) for row in shown]


def _kinds(here: Standing, row: Revision, released: list[Publication], said: list[Remark]) -> list[str]:
    found = [_("Live now")] if here.live and here.live.revision_id == row.id else []
    found += [_("First text")] if row.number == 1 else []
    for remark in said:
        name = remark.by.name if remark.by else _("the newsroom")
        if remark.kind == "approve":
            found.append(_("Approved by {name}", name=name))
        else:
            found.append(_("Restored from revision {number}", number=remark.text))
    for one in released:
        sentence = N_("Planned for {moment}") if one.at > clock.now() else N_("Published {moment}")
        found.append(_(sentence, moment=moments.short(one.at)))
    return list(dict.fromkeys(found))


def _restore_page(key: str, number: int, *, notice: str = "", status: int = 200) -> Response:
    """Says what will happen, with what differs between the newest text and the one to come back. Raises NotNow."""
    with db.reading() as session:
        here = standing.standing(session, standing.find(session, key), now=clock.now())
        row = reusing.revision(session, here.translation, number)
        if row.id == here.head.id:
            raise NotNow("restore", here.state, "already_newest")
        head = reusing.revision(session, here.translation, here.head.number)
        return page(
            "restore.html",
            status,
            key=here.translation.item.key,
            here=here,
            row=row,
            compared=comparing.compared(head, row),
            notice=notice,
        )


def _restore_again(_form: Form, notice: str, status: int, key: str, number: int) -> Response:
    return _restore_page(key, number, notice=notice, status=status)


@blueprint.get(f"/items/<key>/revisions/{NUMBER}/restore")
@permission("write")
def restore(key: str, number: int) -> Response:
    """Says what will happen."""
    return _restore_page(key, number)


@blueprint.post(f"/items/<key>/revisions/{NUMBER}/restore")
@shows_again(_restore_again)
@permission("write")
def restore_sent(key: str, number: int) -> Answer:
    """Puts it on top."""
    base = request.form.get("base", "")
    try:
        done = road.act(
            reusing.restore, key, number, base=int(base) if re.fullmatch(r"[0-9]{1,9}", base) else 0, actor=me()
        )
    except Stale as error:
        notice = f"{tell(error, language()).detail} {_('Look at the text as it is now before you go on.')}"
        return _restore_page(key, number, notice=notice, status=409)
    say_done(_("Revision {number} is back, as a new revision on top. Nothing is public because of it.", number=number))
    return redirect(url_for("desk.item", key=done.item.key), 303)
