"""What to look at before a text goes out: plain facts in, findings out. No request, no database, no clock."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree
from lxml import html as lxml_html

from feedsvc.characters import clean
from feedsvc.newsroom import html
from feedsvc.words import N_

HEADLINE = (20, 150)
"""Characters between which a headline reads well in lists: shorter ones say little, longer ones are cut off."""
SUMMARY = 300
"""Characters of a summary that services which pass news on ask for; a shorter one is left out by some."""
WIDTH = 1_200
"""Pixels in width below which a picture looks poor on a large card."""
WORDS = 40
"""Words in a sentence above which a listener is lost."""
_QUOTED = 90
"""Characters of a sentence that are enough to find it by."""
_BLOCKS = ("p", "li", "td", "th", "dd", "dt", "h2", "h3", "h4", "figcaption", "caption", "blockquote")
_SENTENCES = re.compile(r"(?<=[.!?…])[\"”»’)]*\s+")
_ON_A_DISK = re.compile(r"\bfile:/", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture of the text."""

    name: str
    """What the editor knows it by."""
    alt: str = ""
    decorative: bool = False
    """Whether somebody said that there is nothing in it to describe."""
    width: int = 0
    """In pixels; 0 where nobody knows."""


@dataclass(frozen=True, slots=True)
class Facts:
    """All that the rules look at."""

    headline: str
    summary: str
    body_html: str
    pictures: tuple[Picture, ...] = ()
    """Those beside the text; what stands in it is found there."""
    contacts: int | None = None
    """How many people are named to ask; None where the newsroom keeps none."""
    twin: str = ""
    """The key of another item that is live under the same headline."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that stands in the way, or that somebody should have seen."""

    code: str
    anchor: str
    """Where it can be mended: the id of a field on the item's page."""
    blocks: bool = False
    values: dict[str, object] = field(default_factory=dict)
    key: str = ""
    """Another item that it speaks of."""


SENTENCES: dict[str, str] = {
    "no_headline": N_("There is no headline."),
    "no_text": N_("There is no text."),
    "on_a_disk": N_("Something in the text lies on somebody's own computer, so that nobody else can see it. Put it in again, or take it out."),
    "picture_missing": N_("A picture in the text did not come across. Put it in again, or take its place out."),
    "no_alt": N_("A picture in the text says nothing to people who cannot see it. Describe it, or mark it as decorative."),
    "no_alt_of": N_("The picture “{name}” says nothing to people who cannot see it. Describe it, or mark it as decorative."),
    "headline_short": N_("The headline has {length} characters. With at least {least} it says what happened."),
    "headline_long": N_("The headline has {length} characters. Beyond {most} it is cut off in lists."),
    "no_summary": N_("There is no summary. Feed readers and search engines will show the first words of the text instead."),
    "summary_short": N_("The summary has {length} characters. Some services that pass news on ask for {least}."),
    "picture_small": N_("The picture “{name}” is {width} pixels wide. With {least} it looks sharp on large screens."),
    "no_contact": N_("Nobody is named whom journalists can ask."),
    "not_encrypted": N_("A link begins with http://, not https://: browsers warn of it. It leads to {address}"),
    "twin": N_("Another item with this headline is live."),
    "long_sentence": N_("A sentence has {words} words. Two short ones are read more easily. It begins: “{begins}”"),
}  # fmt: skip
"""Code → sentence, for the page."""


def findings(facts: Facts) -> tuple[Finding, ...]:
    """What there is to say of a text, what stands in the way first."""
    tree = _tree(facts.body_html)
    found = [*_of_words(facts), *_of_text(facts, tree), *_of_pictures(facts), *_of_reading(tree)]
    return tuple(sorted(found, key=lambda one: not one.blocks))


def stops(found: tuple[Finding, ...]) -> bool:
    """Whether one of them stands in the way."""
    return any(one.blocks for one in found)


def _tree(markup: str) -> etree._Element:
    return lxml_html.fragment_fromstring(clean(markup), create_parent="div")


def _of_words(facts: Facts) -> Iterator[Finding]:
    """Headline, summary, contacts."""
    length, (least, most) = len(facts.headline.strip()), HEADLINE
    if not length:
        yield Finding("no_headline", "headline", blocks=True)
    elif length < least:
        yield Finding("headline_short", "headline", values={"length": length, "least": least})
    elif length > most:
        yield Finding("headline_long", "headline", values={"length": length, "most": most})
    if not facts.summary.strip():
        yield Finding("no_summary", "summary")
    elif len(facts.summary) < SUMMARY:
        yield Finding("summary_short", "summary", values={"length": len(facts.summary), "least": SUMMARY})
    if facts.contacts == 0:
        yield Finding("no_contact", "contacts")
    if facts.twin:
        yield Finding("twin", "headline", key=facts.twin)


def _of_text(facts: Facts, tree: etree._Element) -> Iterator[Finding]:
    """What the text itself lacks, and what came into it that cannot go out."""
    images = list(tree.iter("img"))
    if not html.text_of(facts.body_html) and not images:
        yield Finding("no_text", "body", blocks=True)
    if _ON_A_DISK.search(facts.body_html):
        yield Finding("on_a_disk", "body", blocks=True)
    if any(not image.get("src") for image in images):  # The sanitiser drops a source that no browser may load.
        yield Finding("picture_missing", "body", blocks=True)
    if any(image.get("src") and image.get("alt") is None for image in images):  # Empty, it means: decorative.
        yield Finding("no_alt", "body", blocks=True)


def _of_pictures(facts: Facts) -> Iterator[Finding]:
    """The pictures beside the text."""
    for one in facts.pictures:
        if not one.alt.strip() and not one.decorative:
            yield Finding("no_alt_of", "pictures", blocks=True, values={"name": one.name})
        if 0 < one.width < WIDTH:
            values: dict[str, object] = {"name": one.name, "width": one.width, "least": WIDTH}
            yield Finding("picture_small", "pictures", values=values)


def _of_reading(tree: etree._Element) -> Iterator[Finding]:
    """Links that browsers warn of, and the longest sentence."""
    plain = dict.fromkeys(a.get("href", "") for a in tree.iter("a") if a.get("href", "").lower().startswith("http:"))
    for address in plain:
        yield Finding("not_encrypted", "body", values={"address": address[:200]})
    longest = max(_sentences(tree), key=_length, default="")
    if _length(longest) > WORDS:
        values: dict[str, object] = {"words": _length(longest), "begins": longest[:_QUOTED]}
        yield Finding("long_sentence", "body", values=values)


def _length(sentence: str) -> int:
    return len(sentence.split())


def _sentences(tree: etree._Element) -> Iterator[str]:
    """Every sentence of the text; the end of a paragraph ends one."""
    for block in tree.iter(*_BLOCKS):
        if next(block.iterdescendants(*_BLOCKS), None) is None:
            yield from _SENTENCES.split(" ".join("".join(block.itertext()).split()))
