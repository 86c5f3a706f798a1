"""Pages on the newsroom itself: what it writes about, whom one may call, and who it is."""

from flask import Response, g
from markupsafe import Markup

from feedsvc.db import reading
from feedsvc.feeds import addresses
from feedsvc.newsroom import contacts, html
from feedsvc.web.i18n import gettext as _
from feedsvc.web.permission import public as open_to_all
from feedsvc.web.site import feeds, frame, structured
from feedsvc.web.site.remembered import remembered
from feedsvc.web.site.theme import theme


@open_to_all
@remembered
def topics() -> Response:
    """What the newsroom writes about: every subject with a public item, by kind."""
    there = feeds.catalogue_here()
    address = f"{addresses.home_url(g.language)}/topics"
    return frame.page(
        "site/topics.html",
        canonical=address,
        sections=[(kind, feeds.LISTS[kind], there[kind]) for kind in feeds.SECTIONS if there[kind].subjects],
        structured=structured.block(structured.trail((_("Topics"), address))),
    )


@open_to_all
def contacts_page() -> Response:
    """Everybody whom the newsroom lets readers call, by name."""
    with reading() as session:
        people = contacts.listed_for_readers(session)
    address = f"{addresses.home_url(g.language)}/contacts"
    return frame.page(
        "site/press.html",
        canonical=address,
        people=people,
        structured=structured.block(structured.organisation(people), structured.trail((_("Contacts"), address))),
    )


@open_to_all
def about() -> Response:
    """What the newsroom says of itself, and what readers may rely on here."""
    said = theme().look.about.get(g.language, "")
    address = f"{addresses.home_url(g.language)}/about"
    return frame.page(
        "site/about.html",
        canonical=address,
        said=Markup(html.from_typed(said)),  # noqa: S704  # sanitised in this very line
        structured=structured.block(structured.organisation(), structured.trail((_("About"), address))),
    )
