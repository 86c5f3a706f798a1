"""The canary sweep (P1): words that nobody may read yet, and every address asked in every form whether it says one.

    make canary                                     20,000 probes of a served newsroom, decompressed
    python tests/canary.py --probes 100000          more

Planted are items that are planned, drafted, in review, and new texts, corrections and addresses of items that are live, in
every language, with everything that an item may carry. Asked is what a stranger can ask: every route of the application,
each of its places filled with words, known and secret, every feed and archive in every format and coding, with validators,
ranges and queries. A probe that names a secret itself is asked a second time with a word that never was, and both answers
must be alike but for that word.
"""

import argparse
import contextlib
import gzip
import http.client
import itertools
import os
import random
import re
import secrets
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import brotli
import zstandard

from feedsvc import clock, db, road
from feedsvc.newsroom import contacts, filters, items, partners, pictures, previews, publishing, reviewing, standing
from feedsvc.newsroom.captions import Caption
from feedsvc.newsroom.contacts import Card
from feedsvc.newsroom.drafts import ItemDraft, TagName, checked
from feedsvc.newsroom.filters import Choice
from feedsvc.newsroom.partners import Asked
from feedsvc.newsroom.workflow import SYSTEM

LANGUAGES = ("en", "az", "ru")
LETTERS = "bcdfghjklmnpqrstvwxz"
MARK = "zq"
"""What every planted word begins with, so that long pages are read quickly."""
WORD = re.compile(f"{MARK}[{LETTERS}]{{12}}")
CODINGS = ("identity", "gzip", "br", "zstd", "gzip, br", "*")
FORMATS = ("atom", "rss", "json", "ninjs.json", "ninjs2.json", "newsml.xml", "nitf.xml", "md", "txt", "xml", "html")
QUERIES = (
    "",
    "?raw=1",
    "?preview=1",
    "?draft=1",
    "?now=2035-01-01T00:00:00Z",
    "?page=2",
    "?q={word}",
    "?before=9999",
    "?state=draft",
)
SINGLE = (
    "news-sitemap.xml",
    "llms.txt",
    "hub",
    "search",
    "about",
    "contacts",
    "opensearch.xml",
    "sitemap-1.xml",
    "feeds/search.atom",
)
AHEAD = timedelta(days=1)

Answer = tuple[int, list[tuple[str, str]], bytes]
Ask = Callable[[str, str, dict[str, str]], Answer]


@dataclass
class Planted:
    """What was hidden, and what may be seen."""

    words: dict[str, str] = field(default_factory=dict)
    """The secret → where it was put."""
    known: list[str] = field(default_factory=list)
    """Slugs, keys and names that a stranger may know."""
    paths: list[str] = field(default_factory=list)
    """Addresses of private feeds that somebody found: one for a partner, one whose terms nobody accepted, one called back."""
    planned: list[str] = field(default_factory=list)
    """Keys of items that are planned, to be let out when it is shown that a leak would be seen."""

    def said_in(self, text: str) -> set[str]:
        """The secrets in a text."""
        keys = (word for word in self.words if not WORD.fullmatch(word))
        return {word for word in WORD.findall(text) if word in self.words} | {key for key in keys if key in text}

    def word(self, what: str) -> str:
        """A new secret word, of letters alone: no address, folding or stemming changes it."""
        made = MARK + "".join(secrets.choice(LETTERS) for _ in range(12))
        self.words[made] = what
        return made


def plant(at: datetime, languages: tuple[str, ...] = LANGUAGES) -> Planted:
    """Fills the newsroom that this process's settings point to."""
    planted = Planted()
    for language in languages:
        live = _made(_text(Planted(), "open", language, "open"), language)
        road.act(publishing.publish, live, actor=SYSTEM)
        planted.known += [live, _slug(live)]
        planned = _made(_text(planted, f"planned {language}", language), language)
        road.act(publishing.schedule, planned, at, actor=SYSTEM)
        planted.planned.append(planned)
        draft = _made(_text(planted, f"draft {language}", language), language)
        road.act(items.submit, draft, actor=SYSTEM)
        road.act(reviewing.comment, draft, f"A remark {planted.word('remark')}", actor=SYSTEM)
        road.act(previews.make, draft, name=f"Journalist {planted.word('journalist')}", actor=SYSTEM)
        for kind in ("correct", "draft of a live one"):
            other = _made(_text(Planted(), "open", language, "open"), language)
            road.act(publishing.publish, other, actor=SYSTEM)
            planted.known += [other, _slug(other)]
            road.act(items.save, other, _text(planted, f"{kind} {language}", language), base=1, actor=SYSTEM)
            if kind == "correct":
                note = f"We were wrong {planted.word(f'note {language}')}"
                road.act(publishing.correct, other, note, actor=SYSTEM, publish_at=at)
    for kind in ("partner", "embargo", "embargo"):
        asked = Asked(kind, "A reader", "reader@paper.example")
        feed, secret = road.act(partners.make, asked, languages, actor=SYSTEM)
        planted.paths.append(f"/private/{secret}")
    with db.reading() as session:
        terms = partners.digest(partners.terms(session, languages[0]))
    road.act(partners.accept, secret, terms)  # The last one was accepted, and is called back.
    road.act(partners.revoke, feed.id, actor=SYSTEM)
    hidden = Choice(name=f"Choice {planted.word('choice')}", slug=f"choice-{planted.word('choice slug')}", listed=False)
    road.act(filters.add, hidden, languages, actor=SYSTEM)
    road.act(filters.add, Choice(name="Open choice", scopes=("category/shared-category",)), languages, actor=SYSTEM)
    for words in planted.planned[:1]:  # A choice of a secret subject is public, and names it nowhere.
        with db.reading() as session:
            secret_category = next(
                f"category/{one.slug}" for one in standing.find(session, words).head.categories if MARK in one.slug
            )
        chosen = Choice(name="Named choice", scopes=(secret_category,), words="")
        road.act(filters.add, chosen, languages, actor=SYSTEM)
    secret_card = Card(name=f"Desk {planted.word('contact')}", email="desk@example.org", public=False)
    road.act(contacts.add, secret_card, actor=SYSTEM)
    return planted


def _text(planted: Planted, what: str, language: str, shared: str = "") -> Any:
    """A text with a secret in every place; without secrets where it is `shared` ones that all may know."""

    def word(place: str) -> str:
        return f"{shared}{secrets.token_hex(4)}" if shared else planted.word(f"{place} of {what}")

    from picture_samples import picture

    told: tuple[Caption, ...] = ()
    if not shared:
        sent = picture(320, 240, seed=secrets.randbelow(200))
        row = road.act(pictures.add, pictures.prepared(sent, f"{word('file')}.jpg"), actor=SYSTEM)
        planted.words[row.key] = f"picture of {what}"
        words = {"caption": f"Shown {word('caption')}", "credit": f"By {word('credit')}", "rights": word("rights")}
        told = (Caption(row.key, f"Seen {word('alt')}", **words),)
    draft = ItemDraft(
        headline=f"Head {word('headline')}", subhead=f"Sub {word('subhead')}", dateline=f"City {word('dateline')}",
        summary=f"Summary {word('summary')}", body_html=f"<p>Body {word('body')} <a href='https://x.example/{word('link')}'>x</a></p>",
        slug=f"slug-{word('slug')}", language=language, categories=("Shared category",) if shared else ("Shared category", f"Category {word('category')}"),
        tags=(TagName("Shared topic", "theme"), *(TagName(f"Tag {word(kind)}", kind) for kind in ("theme", "person", "place"))),
        authors=(f"Author {word('author')}",), pictures=told,
    )  # fmt: skip
    return checked(draft, LANGUAGES)


def _made(text: Any, language: str) -> str:
    made = road.act(items.create, text, actor=SYSTEM)
    assert made.language == language
    return str(made.item.key)


def _slug(key: str) -> str:
    with db.reading() as session:
        return str(standing.find(session, key).head.slug)


@dataclass(frozen=True)
class Probe:
    """One question of a stranger's."""

    method: str
    path: str
    headers: tuple[tuple[str, str], ...]

    def with_other(self, word: str, other: str) -> "Probe":
        return Probe(self.method, self.path.replace(word, other), self.headers)


def probes(app: Any, planted: Planted, seed: int) -> Iterator[Probe]:
    """Every address in turn and then again in other forms, without an end."""
    rng = random.Random(seed)
    words = [*planted.words]
    every = [*_paths(app, planted), *_feeds(planted)]
    rng.shuffle(every)
    secret = {path for path in every if planted.said_in(path)}
    closed = {path for path in every if path.startswith(("/desk", "/api/v1"))} - secret
    guessed, shut = (
        itertools.cycle(rng.sample(sorted(secret), len(secret))),
        itertools.cycle(rng.sample(sorted(closed), len(closed))),
    )
    there = itertools.cycle([path for path in every if path not in secret | closed])
    alive = itertools.cycle(rng.sample(found := _open(planted), len(found)))
    # A third ask for what is there for sure, a third for secrets, a sixth knock at doors that are closed to strangers.
    turns = itertools.cycle((alive, guessed, there, shut, alive, guessed))
    paths = [next(next(turns)) for _ in range(2 * len(every))]
    for path in itertools.cycle(paths):
        query = rng.choice(QUERIES).format(word=rng.choice(words))
        headers = [("Accept-Encoding", rng.choice(CODINGS))]
        aim = rng.randrange(5)
        if aim == 0:
            headers.append(("If-None-Match", rng.choice(('"x"', 'W/"x"', f'"{rng.choice(words)}"'))))
        elif aim == 1:
            headers.append(("Accept-Language", rng.choice(("az", "ru;q=0.9, en;q=0.1"))))
            headers.append(("Range", "bytes=0-100000"))
        elif aim == 2:
            headers.append(("Accept", rng.choice(("application/json", "text/markdown", "application/atom+xml"))))
        method = rng.choices(("GET", "HEAD", "OPTIONS"), (90, 8, 2))[0]
        yield Probe(method, path + query, tuple(headers))


def _paths(app: Any, planted: Planted) -> list[str]:
    """Every route that can be asked for, its places filled with what a stranger may know or guess."""
    slugs = [f"slug-{word}" for word, what in planted.words.items() if what.startswith("slug")]
    subjects = {
        kind: [f"{prefix}-{word}" for word, what in planted.words.items() if what.startswith(kind)]
        for kind, prefix in (
            ("category", "category"),
            ("theme", "tag"),
            ("person", "tag"),
            ("place", "tag"),
            ("author", "author"),
        )
    }
    pictured = [word for word, what in planted.words.items() if what.startswith("picture")]
    guesses = [
        "shared-topic",
        "shared-category",
        *slugs,
        *itertools.chain(*subjects.values()),
        *pictured,
        *planted.known,
        *planted.planned,
    ]
    found = []
    for rule in app.url_map.iter_rules():
        if "GET" in (rule.methods or ()) and rule.endpoint != "static":
            found += _filled(rule.rule, guesses)
    found += [f"/news/{slug}.{suffix}" for slug in (*slugs, *planted.known) for suffix in FORMATS]
    found += [f"{prefix}/{name}" for prefix in ("", "/az", "/ru") for name in SINGLE]
    found += _private(planted)
    return found


def _private(planted: Planted) -> list[str]:
    """What lies behind the addresses of private feeds."""
    pictured = next(word for word, what in planted.words.items() if what.startswith("picture"))
    below = ("", *(f"/feed.{suffix}" for suffix in FORMATS), f"/media/{pictured}/320.jpg")
    return [path + part for path in planted.paths for part in below]


def _open(planted: Planted) -> list[str]:
    """What answers a stranger."""
    pages = ["/", "/archive", "/feeds", "/feeds.opml", "/feeds/news", "/tag/shared-topic", "/category/shared-category"]
    pages += [
        f"/feeds/{scope}.{fmt}"
        for scope in (
            "news",
            "tag/shared-topic",
            "category/shared-category",
            "filter/open-choice",
            "filter/named-choice",
        )
        for fmt in FORMATS[:3]
    ]
    found = [f"{prefix}{path}" for prefix in ("", "/az", "/ru") for path in pages]
    found += [f"{prefix}/news/{slug}" for prefix, slug in itertools.product(("", "/az", "/ru"), planted.known)]
    found += [f"{planted.paths[0]}/feed.{fmt}" for fmt in FORMATS[:3]] + planted.paths[:2]
    return [*found, "/robots.txt", "/sitemap.xml", "/metrics", "/readyz", "/healthz", "/api/openapi.json", "/api/docs"]


def _filled(rule: str, guesses: list[str]) -> Iterator[str]:
    place = re.search(r"<(?:(\w+)(?:\(([^)]*)\))?:)?(\w+)>", rule)
    if place is None:
        yield rule
        return
    kind, choices, name = place.groups()
    if kind == "any":
        values = [one.strip(" '\"") for one in str(choices).split(",")]
    elif kind == "int":
        values = ["1", "2", "3", str(clock.now().year), str(clock.now().month)]
    elif name == "name":
        values = ["320.webp", "640.jpg", "1.atom", "2.rss"]
    else:
        values = guesses
    for value in values:
        yield from _filled(rule[: place.start()] + value + rule[place.end() :], guesses[:: 1 + len(guesses) // 12])


def _feeds(planted: Planted) -> list[str]:
    """Feeds of everything and of secret subjects, with their archives."""
    scopes = ["news"]
    for word, what in planted.words.items():
        kind = what.split()[0]
        if kind in ("category", "author"):
            scopes.append(f"{kind}/{kind}-{word}")
        elif kind in ("theme", "person", "place"):
            scopes.append(f"tag/tag-{word}")
        elif what == "choice slug":
            scopes.append(f"filter/choice-{word}")
    scopes += ["tag/shared-topic", "category/shared-category", "filter/open-choice", "filter/named-choice"]
    found = []
    for prefix, scope, suffix in itertools.product(("", "/az", "/ru"), scopes, FORMATS):
        found.append(f"{prefix}/feeds/{scope}.{suffix}")
        found += [f"{prefix}/feeds/{scope}/archive/{number}.{suffix}" for number in (1, 2) if suffix in FORMATS[:3]]
    return found


@dataclass
class Sweep:
    """What was asked so far, and what was found."""

    asked: int = 0
    twins: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    leaks: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)


def sweep(ask: Ask, planted: Planted, asked: Iterator[Probe], most: int, done: Sweep | None = None) -> Sweep:
    """Asks so many probes and looks at every byte of every answer."""
    done = done or Sweep()
    for probe in itertools.islice(asked, most):
        status, text = _asked(ask, probe)
        done.asked += 1
        done.statuses[status] += 1
        if status >= 500 and not probe.path.startswith("/readyz"):  # That one says so where no ticker runs.
            done.failures.append(f"{status} {probe.method} {probe.path}")
        own = planted.said_in(probe.path + repr(probe.headers))
        for word in planted.said_in(text) - own:
            done.leaks.append(f"{planted.words[word]} at {probe.method} {probe.path} ({status})")
        if own:
            done.twins += 1
            _compare(ask, probe, own, (status, text), done)
    return done


def _compare(ask: Ask, probe: Probe, own: set[str], said: tuple[int, str], done: Sweep) -> None:
    """A secret that the probe named itself changes nothing: a word that never was is answered alike."""
    other, text = probe, said[1]
    for word in own:
        never = MARK + "".join(secrets.choice(LETTERS) for _ in word[len(MARK) :])
        other, text = other.with_other(word, never), text.replace(word, never)
    status, twin = _asked(ask, other)
    if "/search." in probe.path:  # The id of a search's feed follows from the question.
        text, twin = (re.sub("urn:uuid:[0-9a-f-]{36}", "", one) for one in (text, twin))
    if (status, _still(twin)) != (said[0], _still(text)):
        done.leaks.append(
            f"answered otherwise than a word that never was: {probe.method} {probe.path} ({said[0]}, {status})"
        )


def _still(text: str) -> str:
    """Without what is of the moment, or follows from the very words of the page."""
    return re.sub(
        r"(?im)^(date|x-request-id|etag|content-length|content-encoding|feedsvc_ticker_age_seconds|.*last moved).*$",
        "",
        text,
    )


def _asked(ask: Ask, probe: Probe) -> tuple[int, str]:
    status, headers, body = ask(probe.method, probe.path, dict(probe.headers))
    lines = "\n".join(f"{name}: {value}" for name, value in headers)
    return status, f"{lines}\n\n{_unpacked(headers, body).decode('utf-8', 'replace')}"


def _unpacked(headers: list[tuple[str, str]], body: bytes) -> bytes:
    coding = next((value for name, value in headers if name.lower() == "content-encoding"), "")
    read = {
        "gzip": gzip.decompress,
        "br": brotli.decompress,
        "zstd": lambda raw: zstandard.ZstdDecompressor().decompressobj().decompress(raw),
    }
    return read[coding](body) if coding in read and body else body


def over_http(port: int) -> Ask:
    """One connection that stays open."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)

    def ask(method: str, path: str, headers: dict[str, str]) -> Answer:
        for last in (False, True):
            try:
                connection.request(method, path, headers=headers)
                response = connection.getresponse()
                return response.status, response.getheaders(), response.read()
            except (http.client.HTTPException, OSError):
                connection.close()
                if last:
                    raise
        raise AssertionError

    return ask


def main() -> int:
    """Serves a newsroom, plants, asks, and shows that a leak would have been seen."""
    sys.path[:0] = [str(Path(__file__).parent / name) for name in ("e2e", "integration")]
    from databases import let_go
    from served import Served

    from feedsvc import settings
    from feedsvc.web.app import create_app

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--probes", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # Told to end: what was found so far is said.
    with tempfile.TemporaryDirectory(prefix="canary-") as folder:
        served = Served(Path(folder), {"FEEDSVC_LANGUAGES": ",".join(LANGUAGES)})
        served.database.create()
        served.run("init")
        os.environ.update(
            {name: value for name, value in served.environment.items() if name.startswith(("FEEDSVC_", "PORT"))}
        )
        settings.current.cache_clear()
        planted, app = plant((clock.now() + AHEAD).replace(microsecond=0)), create_app()
        served.start()
        try:
            began = time.monotonic()
            done = Sweep()
            with contextlib.suppress(KeyboardInterrupt):
                sweep(over_http(served.port), planted, probes(app, planted, asked.seed), asked.probes, done)
            took = time.monotonic() - began
            for key in planted.planned:
                road.act(publishing.publish, key, actor=SYSTEM)
            time.sleep(1)
            after = sweep(over_http(served.port), planted, probes(app, planted, asked.seed + 1), 500)
        finally:
            served.kill()
            let_go()
            served.database.drop()
    print(
        f"{done.asked:,} probes ({done.twins:,} of them with a twin) in {took:.0f} s, {len(planted.words)} secrets: {len(done.leaks)} leaks, {len(done.failures)} failures"
    )
    print(f"answered: {dict(sorted(done.statuses.items()))}; once let out, {len(after.leaks)} in {after.asked} probes")
    print(*done.leaks[:20], *done.failures[:20], sep="\n")
    return 0 if not done.leaks and not done.failures and after.leaks and done.asked == asked.probes else 1


if __name__ == "__main__":
    sys.exit(main())
