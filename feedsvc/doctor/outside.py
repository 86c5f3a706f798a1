"""The newsroom as readers meet it: asked at its public address, through whatever stands in front."""

import gzip
from collections.abc import Iterator
from urllib.parse import urlsplit

from feedsvc import egress, settings
from feedsvc.doctor.finding import BAD, GOOD, WARNING, Finding
from feedsvc.egress import Seen

FEED = "/feeds/news.atom"
READERS = {
    "a program without a name": {},
    "curl": {"User-Agent": "curl/8.5.0"},
    "Feedly": {"User-Agent": "Feedly/1.0 (+http://www.feedly.com/fetcher.html; 10 subscribers)"},
    "newsboat": {"User-Agent": "Newsboat/2.35 (Linux x86_64)"},
    "feedparser": {"User-Agent": "python-feedparser/6.0 +https://github.com/kurtmckee/feedparser/"},
    "a search engine": {"User-Agent": "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"},
}
_BLOCK = "Let requests for /feeds/ pass without tests for robots: feed readers are robots, and cannot solve them."


def examine(base: str) -> Iterator[Finding]:
    """Asks as several readers do, and holds the answers against what feeds answer (see docs/feeds.md)."""
    base = base.rstrip("/")
    if base != settings.current().public_url:
        cure = "Set FEEDSVC_BASE_URL to the address that readers use; feeds name it in every entry."
        yield Finding("public", WARNING, f"{base} is asked, and feeds say {settings.current().public_url}", cure)
    try:
        first = egress.look(base + FEED, {"Accept-Encoding": "gzip"})
    except OSError as error:
        cure = "Does the name lead to this machine (DNS), is the proxy running, is its certificate good?"
        yield Finding("public", BAD, f"{base}{FEED} does not answer: {error}", cure)
        return
    if first.status != 200:  # noqa: PLR2004
        yield Finding(
            "public", BAD, f"{base}{FEED} answers {first.status}", "Where does the proxy send it? See deploy/."
        )
        return
    yield from _answer(first)
    yield from _unchanged(base, first)
    yield from _readers(base)
    yield from _plain(base)


def _answer(seen: Seen) -> Iterator[Finding]:
    """The headers of a feed, as they arrive."""
    body = seen.body
    if seen.headers["Content-Encoding"] == "gzip":
        body = gzip.decompress(body)
    else:
        cure = "Let Accept-Encoding through to feedsvc, and let nothing unpack its answers."
        yield Finding("public gzip", WARNING, "the feed arrives uncompressed", cure)
    if seen.headers["Set-Cookie"]:
        yield Finding(
            "public cookie",
            BAD,
            "somebody sets a cookie on a feed",
            "Turn it off in the proxy: caches keep nothing with one.",
        )
    if not (seen.headers["Content-Type"] or "").startswith("application/atom+xml"):
        said = f"the feed arrives as {seen.headers['Content-Type']}"
        yield Finding("public type", BAD, said, "Let the proxy leave Content-Type as it is.")
    if "s-maxage=5" not in (seen.headers["Cache-Control"] or ""):
        said = f"Cache-Control arrives as {seen.headers['Cache-Control']!r}"
        yield Finding(
            "public cache", WARNING, said, "Let the proxy leave Cache-Control as it is: old news would stay longer."
        )
    if f"{settings.current().public_url}/".encode() not in body:
        yield Finding("public feed", BAD, "what arrives is not this newsroom's feed", "Where does the proxy send it?")
    else:
        yield Finding("public feed", GOOD, f"arrives, {len(seen.body):,} bytes")


def _unchanged(base: str, seen: Seen) -> Iterator[Finding]:
    """Whether who has the feed already is told so."""
    etag = seen.headers["ETag"] or ""
    if not etag or etag.startswith("W/"):
        cure = "Turn compression off for /feeds/ in the proxy (`gzip off`): feedsvc compresses, with exact validators."
        yield Finding("public ETag", WARNING, f"the feed's ETag arrives as {etag or 'nothing'}", cure)
    again = egress.look(base + FEED, {"Accept-Encoding": "gzip", "If-None-Match": etag})
    if again.status == 304:  # noqa: PLR2004
        yield Finding("public 304", GOOD, "who has the feed already is told so")
    elif etag:
        cure = "Let If-None-Match through to feedsvc, or answer it from the cache: every poll costs the whole feed."
        yield Finding("public 304", BAD, f"who has the feed already gets {again.status} and all of it again", cure)


def _readers(base: str) -> Iterator[Finding]:
    """Whether something in front takes feed readers for a danger."""
    answers = {name: egress.look(base + FEED, headers).status for name, headers in READERS.items()}
    blocked = [f"{name} ({status})" for name, status in answers.items() if status != 200]  # noqa: PLR2004
    if blocked:
        yield Finding("public readers", BAD, f"turned away: {', '.join(blocked)}", _BLOCK)
    else:
        yield Finding("public readers", GOOD, f"{len(answers)} kinds of readers are let in")


def _plain(base: str) -> Iterator[Finding]:
    """Whether http leads to https."""
    parts = urlsplit(base)
    if parts.scheme != "https" or parts.port:
        return
    try:
        seen = egress.look(f"http://{parts.hostname}/", {})
    except OSError:
        return  # Nobody listens there: nothing is lost.
    if not (300 <= seen.status < 400 and (seen.headers["Location"] or "").startswith("https://")):  # noqa: PLR2004
        yield Finding("public http", WARNING, f"http answers {seen.status}", "Let the proxy lead http to https (301).")
