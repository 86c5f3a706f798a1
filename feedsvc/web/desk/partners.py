"""Private feeds at the desk: made for a partner or an accredited journalist, shown once, looked after and called back."""

from flask import Response, redirect, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as Answer

from feedsvc import clock, db, road, settings
from feedsvc.errors import Invalid
from feedsvc.feeds import embargoed
from feedsvc.newsroom import filters, partners
from feedsvc.newsroom.partners import Asked
from feedsvc.web.auth import fresh, permission
from feedsvc.web.desk.frame import blueprint, me, page, say_done
from feedsvc.web.desk.recovery import Form, shows_again
from feedsvc.web.errors import tell
from feedsvc.web.i18n import gettext as _
from feedsvc.web.i18n import language
from feedsvc.web.labels import LANGUAGE_NAMES
from feedsvc.words import N_

KINDS = {"partner": N_("What is public"), "embargo": N_("What is under embargo")}
DAYS = {"30": N_("30 days"), "365": N_("a year"), "": N_("until it is called back")}
_DIGITS = 9


def _page(form: Form, notice: str, status: int, problems: dict[str, str] | None = None) -> Response:
    """The list, the form for one more, and the terms."""
    current = settings.current()
    with db.reading() as session:
        found = partners.listed(session)[::-1]
        terms = partners.terms(session, current.main_language)
        composed = [(row.id, row.name) for row in filters.every(session)]
    return page(
        "private_feeds.html",
        status,
        notice=notice,
        found=found,
        form=form,
        terms=form.get("terms", terms),
        carried=KINDS,
        days=DAYS,
        filters=composed,
        languages=current.languages,
        language_names=LANGUAGE_NAMES,
        now=clock.now(),
        problems=problems or {},
    )


@blueprint.get("/feeds/private", endpoint="private_feeds")
@permission("publish")
def listed() -> Response:
    """Every one of them."""
    return _page(MultiDict(), "", 200)


@blueprint.post("/feeds/private")
@shows_again(_page)
@permission("publish")
@fresh
def private_feed_made() -> Response:
    """Makes one and shows its address, this once: that is why nothing leads on to another page."""
    form, number = request.form, request.form.get("filter", "")
    days = form.get("days", "")
    asked = Asked(
        kind=form.get("kind", ""),
        name=form.get("name", ""),
        email=form.get("email", ""),
        filter=int(number) if number.isascii() and number.isdigit() and len(number) <= _DIGITS else None,
        language=form.get("language", ""),
        days=int(days) if days in DAYS and days else 0,
    )
    try:
        row, secret = road.act(partners.make, asked, settings.current().languages, actor=me())
    except Invalid as error:
        return _page(form, "", 422, tell(error, language()).problems)
    return page("private_feed_made.html", name=row.name, kind=row.kind, address=embargoed.home(secret))


@blueprint.post("/feeds/private/terms")
@shows_again(_page)
@permission("publish")
@fresh
def embargo_terms() -> Answer:
    """Other terms: they are to be accepted anew."""
    try:
        road.act(partners.set_terms, request.form.get("terms", ""), actor=me())
    except Invalid as error:
        return _page(request.form, "", 422, tell(error, language()).problems)
    say_done(_("Saved. Who accepted other terms before reads nothing until these are accepted."))
    return redirect(url_for("desk.private_feeds"), 303)


@blueprint.get("/feeds/private/<int:number>")
@permission("publish")
def private_feed(number: int) -> Response:
    """One of them: when it was read, in which format, by what kind of program."""
    with db.reading() as session:
        row = partners.find(session, number)
        read = partners.readings(session, row)
    return page("private_feed.html", row=row, read=read, carried=KINDS, now=clock.now())


@blueprint.post("/feeds/private/<int:number>/revoke")
@permission("publish")
def private_feed_revoked(number: int) -> Answer:
    """Calls one back."""
    row = road.act(partners.revoke, number, actor=me())
    say_done(_("Called back: from now on the address of {name} leads to nothing.", name=row.name))
    return redirect(url_for("desk.private_feeds"), 303)
