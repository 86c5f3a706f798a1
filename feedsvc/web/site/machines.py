"""Lists for machines, and the addresses at which visitors of other newsrooms look for a feed."""

from datetime import datetime

from flask import Blueprint, Response, redirect, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Answer

from feedsvc import settings, words
from feedsvc.characters import one_line
from feedsvc.feeds import addresses
from feedsvc.formats import prose
from feedsvc.newsroom import listing
from feedsvc.newsroom.listing import NEWS
from feedsvc.web import labels
from feedsvc.web.permission import public as open_to_all
from feedsvc.web.site import frame
from feedsvc.web.site.frame import validated
from feedsvc.web.site.kept import kept
from feedsvc.words import N_

blueprint = Blueprint("machines", __name__)

LATEST = 30
"""Items that `/llms.txt` names."""
GUESSES = {
    "/feed": "atom",
    "/feed.xml": "atom",
    "/index.xml": "atom",
    "/atom.xml": "atom",
    "/rss": "rss",
    "/rss.xml": "rss",
    "/feed.json": "json",
}
"""Where feeds are usually looked for, below the front page and below a subject's → our format."""


@blueprint.get("/robots.txt")
@open_to_all
def robots() -> Response:
    """All may read everything that is public; the desk and the API are no pages."""
    lines = (
        "User-agent: *",
        "Disallow: /desk",
        "Disallow: /api",
        "",
        f"Sitemap: {settings.current().public_url}/sitemap.xml",
        f"Sitemap: {settings.current().public_url}/news-sitemap.xml",
        "",
    )
    return validated(Response("\n".join(lines), mimetype="text/plain"))


@blueprint.get("/llms.txt")
@open_to_all
def llms() -> Response:
    """The newsroom in short for programs that read with language models (llmstxt.org): where everything is, as Markdown."""
    return validated(Response(kept("llms", _llms), content_type="text/plain; charset=utf-8"))


def _llms(session: Session, now: datetime) -> bytes:
    """In the newsroom's main language, with the front pages of the others."""
    current = settings.current()
    main = current.main_language
    home = addresses.home_url(main)
    name = one_line(current.newsroom_name)
    items = listing.addresses(session, main, now=now, limit=LATEST)
    lines = [
        f"# {name}",
        "",
        f"> {words.say(main, N_('News of {name}, from the newsroom itself.'), name=name)}",
        "",
        "Every item is also there as Markdown: add `.md` to its address, or `.txt` for plain text.",
        "Corrections are dated; an item that was withdrawn answers 410. Do not go on repeating it.",
        "",
        "## Latest news",
        "",
        *(
            f"- [{_title(one.headline)}]({addresses.item_url(main, one.slug)}.md): {one.place[0]:%Y-%m-%d}"
            for one in items
        ),
        "",
        "## Lists",
        "",
        f"- [All news as a feed]({addresses.feed_url(NEWS, main)}.json): JSON Feed, full texts; also .atom and .rss",
        f"- [All feeds]({home}/feeds)",
        f"- [Topics]({home}/topics)",
        f"- [Archive]({home}/archive)",
        f"- [Sitemap]({current.public_url}/sitemap.xml)",
        f"- [API]({current.public_url}/api/docs): OpenAPI at {current.public_url}/api/openapi.json",
        "",
        "## Newsroom",
        "",
        f"- [Contacts]({home}/contacts)",
        f"- [About]({home}/about)",
        *(f"- [{labels.LANGUAGE_NAMES[code]}]({addresses.home_url(code)}/)" for code in current.languages[1:]),
        "",
    ]
    return "\n".join(lines).encode("utf-8", "replace")


def _title(headline: str) -> str:
    """A headline as the words of a link in Markdown."""
    return prose.MARKDOWN.words(one_line(headline))


@open_to_all
def guessed(kind: str = "", slug: str = "") -> Answer:
    """For good: the feed is at its own address, also where that will be led on or there is none."""
    suffix = GUESSES["/" + request.path.rstrip("/").rsplit("/", 1)[-1]]
    answer = redirect(f"{frame.feed_path(f'{kind}/{slug}' if kind else NEWS)}.{suffix}", 301)
    answer.headers["Access-Control-Allow-Origin"] = "*"
    return answer
