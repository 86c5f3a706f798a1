"""An entry as a typical reader has it: taken from the very bytes of the feed, and not from the rows behind them."""

from dataclasses import dataclass
from datetime import datetime

from lxml import etree

from feedsvc.characters import one_line
from feedsvc.feeds import assemble
from feedsvc.formats.fragment import render
from feedsvc.formats.registry import FORMATS, joined
from feedsvc.formats.tidy import PROBE, text_of
from feedsvc.newsroom import html
from feedsvc.newsroom.public import Shown

_ATOM = "{http://www.w3.org/2005/Atom}"
_CARD = 200
"""Characters that a list shows below a headline."""


@dataclass(frozen=True, slots=True)
class Read:
    """What a reader makes of an entry."""

    title: str
    excerpt: str
    """Below the title in a list: the summary, or where there is none the first words of the text."""
    content_html: str
    """Sanitised, as readers do."""
    authors: tuple[str, ...]
    published: datetime
    link: str
    size: int
    """Bytes of the entry."""
    problem: str
    """Why it had to be simplified; empty where it went as it is."""


def read(shown: Shown) -> Read:
    """What becomes of a text on its way through the Atom feed."""
    fmt = FORMATS["atom"]
    fragment, problem = render(fmt, assemble.survived(shown))
    document = joined(fmt, fmt.frame(PROBE), [fragment])
    entry = etree.fromstring(document, etree.XMLParser(resolve_entities=False, no_network=True)).find(f"{_ATOM}entry")
    if entry is None:
        return Read(shown.revision.headline, "", "", (), shown.published, "", 0, problem or "")
    content, summary = entry.findtext(f"{_ATOM}content") or "", entry.findtext(f"{_ATOM}summary") or ""
    link = entry.find(f"{_ATOM}link[@rel='alternate']")
    return Read(
        title=entry.findtext(f"{_ATOM}title") or "",
        excerpt=_short(summary or one_line(text_of(content, without=("figure",)))),
        content_html=html.sanitise(content),
        authors=tuple(name.text or "" for name in entry.iterfind(f"{_ATOM}author/{_ATOM}name")),
        published=datetime.fromisoformat(entry.findtext(f"{_ATOM}published") or ""),
        link=link.get("href", "") if link is not None else "",
        size=len(fragment),
        problem=problem or "",
    )


def _short(text: str) -> str:
    """The text cut between two words, as lists do."""
    if len(text) <= _CARD:
        return text
    return text[:_CARD].rpartition(" ")[0] + " …"
