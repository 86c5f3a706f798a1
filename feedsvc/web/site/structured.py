"""What a page says to search engines: schema.org in JSON-LD, in a block that no browser runs."""

import json
from typing import Any

from flask import g
from markupsafe import Markup

from feedsvc import settings
from feedsvc.characters import one_line
from feedsvc.feeds import addresses
from feedsvc.models import Contact
from feedsvc.newsroom import contacts
from feedsvc.newsroom.public import Shown
from feedsvc.web import labels
from feedsvc.web.i18n import iso
from feedsvc.web.illustrations import Illustration
from feedsvc.web.site.theme import theme

Node = dict[str, Any]
_TYPES = {"person": "Person", "place": "Place", "theme": "Thing"}


def block(*nodes: Node) -> Markup:
    """The nodes as one script of data. Nothing in it can end the script, whatever an editor wrote."""
    said = json.dumps({"@context": "https://schema.org", "@graph": nodes}, ensure_ascii=False, separators=(",", ":"))
    for sign in "<>&\u2028\u2029":
        said = said.replace(sign, f"\\u{ord(sign):04x}")
    return Markup(f'<script type="application/ld+json">{said}</script>')  # noqa: S704  # no sign of HTML is left in it


def organisation(people: list[Contact] | None = None) -> Node:
    """Who publishes here, with whom one may call."""
    home = settings.current().public_url + "/"
    node: Node = {
        "@type": "Organization",
        "@id": f"{home}#newsroom",
        "name": one_line(settings.current().newsroom_name),
        "url": home,
    }
    chosen = theme()
    if chosen.logo:
        size = {name: chosen.look.logo[name] for name in ("width", "height")}
        node["logo"] = {"@type": "ImageObject", "url": f"{settings.current().public_url}{chosen.logo}.jpg", **size}
    if people:
        node["contactPoint"] = [_contact(one) for one in people]
    return node


def _contact(contact: Contact) -> Node:
    said = {
        "contactType": one_line(contact.role) or "press",
        "name": one_line(contact.name),
        "telephone": contacts.dialled(contact.phone),
        "email": one_line(contact.email),
        "availableLanguage": contact.languages,
    }
    return {"@type": "ContactPoint", **{name: value for name, value in said.items() if value}}


def website() -> Node:
    """The newsroom's pages as one site, in the page's language."""
    home = addresses.home_url(g.language) + "/"
    name = one_line(settings.current().newsroom_name)
    return {
        "@type": "WebSite",
        "@id": f"{home}#site",
        "name": name,
        "url": home,
        "inLanguage": g.language,
        "publisher": _publisher(),
    }


def _publisher() -> Node:
    return {"@id": f"{settings.current().public_url}/#newsroom"}


def trail(*steps: tuple[str, str]) -> Node:
    """Where a page stands: the newsroom, then these, by name and full address."""
    first = (one_line(settings.current().newsroom_name), addresses.home_url(g.language) + "/")
    return {
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": place, "name": one_line(name), "item": address}
            for place, (name, address) in enumerate((first, *steps), 1)
        ],
    }


def article(shown: Shown, pictures: list[Illustration]) -> Markup:
    """An item: what it says in short, when and by whom, and every correction."""
    revision = shown.revision
    address = addresses.item_url(shown.language, revision.slug)
    said: Node = {
        "@type": "NewsArticle",
        "@id": f"{address}#item",
        "identifier": shown.guid,
        "url": address,
        "mainEntityOfPage": address,
        "headline": one_line(revision.headline),
        "alternativeHeadline": one_line(revision.subhead),
        "description": one_line(revision.summary),
        "inLanguage": shown.language,
        "datePublished": iso(shown.published),
        "dateModified": iso(max(shown.updated, shown.published)),
        "dateline": one_line(revision.dateline),
        "author": _authors(shown),
        "publisher": _publisher(),
        "image": [_image(one) for one in pictures],
        "articleSection": [one_line(category.name) for category in revision.categories],
        "about": [
            {"@type": _TYPES.get(tag.kind, "Thing"), "name": one_line(tag.name)}
            for tag in sorted(revision.tags, key=lambda tag: (tag.kind, tag.name))
        ],
        "correction": [
            {"@type": "CorrectionComment", "text": one_line(one.note), "datePublished": iso(one.at)}
            for one in shown.corrections
        ],
        "isAccessibleForFree": True,
    }
    steps = [(name, addresses.page_url(scope, shown.language)) for scope, name in labels.categories(revision)[:1]]
    return block(
        {name: value for name, value in said.items() if value},
        organisation(),
        trail(*steps, (revision.headline, address)),
    )


def _authors(shown: Shown) -> list[Node]:
    """The by-line; without one it is the organisation that speaks."""
    return [
        {"@type": "Person", "name": one_line(name), "url": addresses.page_url(scope, shown.language)}
        for scope, name in labels.authors(shown.revision)
    ] or [{"@type": "Organization", "name": one_line(shown.revision.organisation_name)}]


def _image(picture: Illustration) -> Node:
    said = {"url": picture.card, "caption": picture.caption or picture.alt, "creditText": picture.credit}
    size = {"width": picture.card_width, "height": picture.card_height}
    return {"@type": "ImageObject", **{name: value for name, value in said.items() if value}, **size}
