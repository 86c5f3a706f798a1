"""Search for readers: a page in every language, a feed of each search, and what tells a browser how to ask here."""

import re
from collections import Counter
from dataclasses import dataclass
from urllib.parse import urlencode

from flask import Response, abort, g, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as Answer

from feedsvc import clock, settings
from feedsvc.feeds import addresses, catalogue, contents, searched
from feedsvc.formats.registry import FORMATS
from feedsvc.newsroom import excerpts, indexing, searching
from feedsvc.newsroom.excerpts import Part
from feedsvc.newsroom.public import Shown
from feedsvc.newsroom.searching import Question
from feedsvc.web import i18n, labels, seeking
from feedsvc.web.artifacts import accepted, pick
from feedsvc.web.permission import public as open_to_all
from feedsvc.web.site import frame
from feedsvc.web.versions import CACHE_CONTROL, VARY

PAGE = 20
"""Items on a page."""
NARROWER = 10
"""Subjects offered to narrow a search by: those that most of the page's items are about."""
IN, ALL = "in", "all"
"""The filter by language, and what it says for every one."""
_SCOPE = 140
_PLACE_IN_TIME = re.compile("-?[0-9]{1,18}")


@dataclass(frozen=True, slots=True)
class Hit:
    """An item that was found, as the page shows it."""

    shown: Shown
    headline: list[Part]
    excerpt: list[Part]


@dataclass(frozen=True, slots=True)
class Asked:
    """A request's question and its filters, as addresses say them."""

    question: Question
    values: dict[str, str]
    """Parameter → value, of those that say something; always in one order, so that one search has one address."""

    def __call__(self, **changed: str) -> str:
        """The page's path with other filters; an empty value takes one away."""
        values = {name: value for name, value in {**self.values, **changed}.items() if value}
        return url_for("site.search") + (f"?{urlencode(values)}" if values else "")

    @property
    def query(self) -> str:
        """What follows the path."""
        return f"?{urlencode(self.values)}" if self.values else ""

    def feed(self, suffix: str) -> str:
        """The path of the search's feed in a format."""
        return url_for("site.feed_of_search", suffix=suffix) + self.query


def _asked(args: "MultiDict[str, str]") -> Asked:
    """What a request asks for; a filter that says nothing is none."""
    current = settings.current()
    language = args.get(IN, "")
    languages = current.languages if language == ALL else (language if language in current.languages else g.language,)
    year = args.get("year", "")
    number = int(year) if year.isascii() and year.isdigit() and len(year) == len("2026") else 0
    scope = args.get("subject", "")[:_SCOPE]
    question = searching.question(args.get("q", ""), languages, scope=scope, year=number)
    said = {
        "q": question.text,
        IN: language if languages != (g.language,) else "",
        "subject": scope,
        "year": str(question.year or ""),
    }
    return Asked(question, {name: value for name, value in said.items() if value})


@open_to_all
def search() -> Response:
    """What was found, newest first, page by page; without a question the box to type one in."""
    asked = _asked(request.args)
    below = _below(request.args.get("before", ""))
    with seeking.place() as session:
        now = clock.now()
        answer = searching.find(session, asked.question, now=now, limit=PAGE, below=below)
        subject = (
            catalogue.subject(session, asked.question.scope, g.language, now=now) if asked.question.scope else None
        )
        years = _years(session)
    hits = [_hit(one, asked.question, begins=answer.by_beginnings) for one in answer.found]
    return frame.page(
        "site/search.html",
        canonical=f"{addresses.home_url(g.language)}/search{asked.query}",
        asked=asked,
        text=asked.question.text,
        hits=hits,
        older=asked(before=str(answer.older)) if answer.older is not None else "",
        paged=below is not None,
        by_beginnings=answer.by_beginnings and bool(hits),
        subject=subject.name if subject else asked.question.scope.partition("/")[2],
        filters=_filters(asked, answer.found, years),
        editions=_editions(asked),
    )


def _below(text: str) -> int | None:
    """Where a page begins; what is no such place is the first page."""
    return int(text) if _PLACE_IN_TIME.fullmatch(text) else None


def _hit(shown: Shown, question: Question, *, begins: bool) -> Hit:
    """An item with the words that were looked for marked."""
    revision, language = shown.revision, shown.language
    is_sought = excerpts.sought(searching.words(question, language), begins=begins)
    return Hit(
        shown,
        excerpts.marked(revision.headline, language, is_sought),
        excerpts.excerpt(indexing.texts(revision), language, is_sought),
    )


def _years(session: Session) -> list[int]:
    """The years of which something can be found, the newest first."""
    ends = indexing.ends(session)
    if ends is None:
        return []
    oldest, newest = (i18n.local(moment).year for moment in ends)
    return list(range(newest, oldest - 1, -1))


Filter = tuple[str, str, str, bool]
"""What it says, in which language (empty: the page's), its path, and whether it is on."""


def _filters(asked: Asked, found: list[Shown], years: list[int]) -> dict[str, list[Filter]]:
    """Ways to a narrower or wider search, as plain links, by what they are about."""
    current = settings.current()
    chosen = asked.values.get(IN, g.language)
    languages = [
        (labels.LANGUAGE_NAMES.get(code, code), code, asked(**{IN: code if code != g.language else ""}), code == chosen)
        for code in current.languages
    ]
    if languages:
        languages.append((i18n.gettext("All languages"), "", asked(**{IN: ALL}), chosen == ALL))
    year = asked.values.get("year", "")
    dates = [(i18n.gettext("Any year"), "", asked(year=""), not year)]
    dates += [(str(one), "", asked(year=str(one)), str(one) == year) for one in years]
    about = [(name, "", asked(subject=scope), False) for scope, name in _narrower(found)]
    return {
        "language": languages if len(current.languages) > 1 else [],
        "year": dates if len(years) > 1 or year else [],
        "subject": about if not asked.question.scope else [],
    }


def _narrower(found: list[Shown]) -> list[labels.Link]:
    """What most of these items are about."""
    links = Counter(link for one in found for _, links in labels.about(one.revision) for link in links)
    return [link for link, _ in links.most_common(NARROWER)]


def _editions(asked: Asked) -> list[tuple[str, str, str]]:
    """The same search in each language."""
    return [
        (code, name, path + (f"?{urlencode({'q': asked.question.text})}" if asked.question.text else ""))
        for code, name, path in frame.here_in_each_language()
    ]


@open_to_all
def feed_of_search(suffix: str) -> Answer:
    """A search as a feed. A browser's navigation is led to the page, as with every feed."""
    asked = _asked(request.args)
    if not asked.question.text:
        abort(404)
    if request.headers.get("Sec-Fetch-Dest") == "document" and request.args.get("raw") != "1":
        answer = redirect(asked(), 303)
        answer.headers.update({"Cache-Control": "no-store", "Vary": VARY})
        return answer
    with seeking.place() as session:
        doc, entries = searched.document(session, asked.question, g.language, asked.query, now=clock.now())
    written = contents.written(doc, entries, suffix)
    coding = pick(accepted(request.headers.get("Accept-Encoding", "")), ("gzip",))
    response = Response(
        contents.packed(written.body) if coding else written.body, content_type=FORMATS[suffix].media_type
    )
    if coding:
        response.headers["Content-Encoding"] = coding
    response.headers["Cache-Control"] = CACHE_CONTROL
    response.headers["Vary"] = VARY
    response.headers["Link"] = f'<{doc.self_url(suffix)}>; rel="self"'
    # No Last-Modified: the index follows a moment after what it follows, and who asks by date alone would miss that.
    response.set_etag(f"{written.tag}-gz" if coding else written.tag)
    return response.make_conditional(request)


@open_to_all
def description() -> Response:
    """How a browser can ask here: https://github.com/dewitt/opensearch/blob/master/opensearch-1-1-draft-6.md."""
    home = addresses.home_url(g.language)
    body = render_template("site/opensearch.xml", home=f"{home}/search", formats=list(FORMATS.values()))
    return frame.validated(Response(body, content_type="application/opensearchdescription+xml; charset=utf-8"))
