"""Real feed readers, subscribed to a served newsroom of awkward content: what they read is held to what the editor wrote.

    make readers                          every client that is found here, in every format that it reads
    python tests/readers/run.py --only ruby_rss,c_sfeed --least 2

Each client reads the newsroom's feeds after publishing, after corrections and after withdrawals, and says of each item its
id, title, first date, text and files, as far as it knows of them. All is held to what was written. Clients that are not
installed are named and passed over; docs/feeds.md says what was read with which version.
"""

import argparse
import contextlib
import html
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
CLIENTS = HERE / "clients"
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tests" / "e2e"), str(ROOT / "tests" / "integration")]

from databases import let_go  # noqa: E402
from picture_samples import picture  # noqa: E402
from served import Served  # noqa: E402

from feedsvc import clock, db, road, settings  # noqa: E402
from feedsvc.feeds import addresses, bulk  # noqa: E402
from feedsvc.newsroom import filters, items, listing, pictures, publishing, standing  # noqa: E402
from feedsvc.newsroom.bulk import Past  # noqa: E402
from feedsvc.newsroom.captions import Caption  # noqa: E402
from feedsvc.newsroom.drafts import Checked, ItemDraft, TagName, checked  # noqa: E402
from feedsvc.newsroom.filters import Choice  # noqa: E402
from feedsvc.newsroom.workflow import SYSTEM  # noqa: E402

OURS = ROOT / ".venv-readers" / "bin" / "python"
PYTHON = str(OURS) if OURS.exists() else sys.executable
TIMEOUT = 120
MANY = 500
LANGUAGES = ("en", "az")


@dataclass(frozen=True)
class Client:
    """A reader, and which formats it reads."""

    name: str
    command: tuple[str, ...]
    formats: tuple[str, ...] = ("atom", "rss")
    remembers: bool = False
    """Whether it keeps what has left the feed."""


ALL = ("atom", "rss", "json")
KNOWN = (
    Client("python_feedparser", (PYTHON,)),
    Client("python_reader", (PYTHON,), ALL, remembers=True),
    Client("python_atoma", (PYTHON,), ALL),
    Client("python_fastfeedparser", (PYTHON,), ALL),
    Client("js_rss_parser", ("node",)),
    Client("js_feedsmith", ("node",), ALL),
    Client("js_feedparser", ("node",)),
    Client("js_extractus", ("node",), ALL),
    Client("ruby_rss", ("ruby",)),
    Client("perl_xml_feed", ("perl",)),
    Client("c_sfeed", (PYTHON,)),
    Client("cpp_newsboat", (PYTHON,), remembers=True),
)
_SUFFIX = {"python": ".py", "js": ".mjs", "ruby": ".rb", "perl": ".pl", "c": ".py", "cpp": ".py"}

HABITS: dict[tuple[str, str, str], str] = {
    ("python_fastfeedparser", "atom", "files"): "it reads no Atom links with rel=enclosure",
    ("js_rss_parser", "atom", "files"): "it reads no Atom links with rel=enclosure",
    ("cpp_newsboat", "atom", "files"): "it keeps sound and film alone",
    ("cpp_newsboat", "rss", "files"): "it keeps sound and film alone",
    ("js_extractus", "atom", "title"): "it unescapes titles once more than was asked",
    ("js_extractus", "atom", "date"): "it takes the date of the last change for the first",
    ("js_extractus", "atom", "none"): "it refuses a feed of no entries",
    ("js_extractus", "rss", "title"): "it unescapes titles once more than was asked",
}
"""Client, format and field → why what it reads is not held to what was written: a habit of the client's, not of our feeds."""


@dataclass
class Written:
    """What the editor wrote of an item."""

    key: str
    title: str
    paragraphs: tuple[str, ...]
    """Pieces of plain text that a reader must have, in this order."""
    published: datetime | None = None
    file: str = ""
    """A part of the address of its picture."""


AWKWARD: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "emoji": ("Ailə 👩‍👩‍👧‍👦 və 🇦🇿 birlikdə", "<p>👍🏽 and 🏳️‍🌈, whole.</p>", ("👍🏽 and 🏳️‍🌈, whole.",)),
    "azerbaijani": ("Şəhərin İşıqları: ğüçöıƏ", "<p>Çox gözəl İstanbul, ISTI ısı.</p>", ("Çox gözəl İstanbul, ISTI ısı.",)),
    "right to left": ("خبر جديد: עברית and English", '<p dir="rtl">شركة Bakcell تعلن 2026</p>', ("شركة Bakcell تعلن 2026",)),
    "end of cdata": ("Before ]]> after", "<p>Code ]]&gt; ends &lt;![CDATA[ too.</p>", ("Code ]]> ends <![CDATA[ too.",)),
    "references": ("R&D, AT&T; and &copy without end", "<p>5 &lt; 6 &amp; 7 &gt; 2, R&amp;D.</p>", ("5 < 6 & 7 > 2, R&D.",)),
    "written references": ("How to write &lt; in HTML", "<p>Write &amp;lt; for &lt;, and &amp;amp;lt; for that.</p>", ("Write &lt; for <, and &amp;lt; for that.",)),
    "quotes": ("“Curly” 'single' \"double\" — dash…", "<p>“Yes,” she said — “no”.</p>", ("“Yes,” she said — “no”.",)),
    "long": (("Very long headlines are cut nowhere " * 12)[:399].strip() + ".", "<p>Short.</p>", ("Short.",)),
    "table": (
        "A table of figures",
        "<table><caption>Reach</caption><tbody><tr><th>Year</th><th>₼</th></tr><tr><td>2025</td><td>1 &lt; 2</td></tr></tbody></table>",
        ("Reach", "Year", "₼", "2025", "1 < 2"),
    ),
    "nested lists": ("Lists in lists", "<ul><li>One<ol><li>Two<ul><li>Three</li></ul></li></ol></li><li>Four</li></ul>", ("One", "Two", "Three", "Four")),
    "relative links": ("Links to ourselves", '<p>See <a href="/news/other?a=1&amp;b=2">the other one</a>.</p>', ("See the other one.",)),
    "preformatted": ("Lines as they are", "<pre>if a &lt; b:\n    print(1)</pre>", ("if a < b:", "print(1)")),
}  # fmt: skip


@dataclass
class Newsroom:
    """What was written so far: newest first, as feeds have it."""

    items: list[Written] = field(default_factory=list)
    past: list[str] = field(default_factory=list)
    """Headlines of what was brought in, newest first."""


def written(newsroom: Newsroom, name: str, title: str, body: str, paragraphs: tuple[str, ...]) -> None:
    """Writes and publishes an item, one of them with a picture of an odd name."""
    told: tuple[Caption, ...] = ()
    file = ""
    if name in ("emoji", "end of cdata"):
        sent = pictures.prepared(picture(640, 480, seed=len(newsroom.items)), "şəkil & “tower” (1).jpg")
        row = road.act(pictures.add, sent, actor=SYSTEM)
        told, file = (Caption(row.key, "A tower & <bridge>", caption="Seen “from” below"),), row.key
    draft = ItemDraft(
        headline=title, body_html=body, pictures=told, summary=f"Summary of {name} & more", authors=("Əli <Məmmədov>",),
        tags=(TagName("R&D"), TagName("5G ]]> 6G")), language="en",
    )  # fmt: skip
    key = str(road.act(items.create, checked(draft, LANGUAGES), actor=SYSTEM).item.key)
    road.act(publishing.publish, key, actor=SYSTEM)
    with db.reading() as session:
        at = standing.standing(session, standing.find(session, key), now=clock.now()).published_at
    newsroom.items.insert(0, Written(key, title, paragraphs, at, file))
    time.sleep(1.1)  # Feeds have whole seconds, and so have readers, who order by them.


def corrected(newsroom: Newsroom) -> None:
    """Other words for some of them, with a note that readers must see."""
    for number in (1, 4):
        old = newsroom.items[number]
        with db.reading() as session:
            base = standing.find(session, old.key).head.number
        title, note = f"{old.title[:300]} (corrected & <well>)", "The figure was 7 & not 5 <sorry>."
        draft = checked(ItemDraft(headline=title, body_html="<p>Now it is right: 7 &gt; 5.</p>"), LANGUAGES)
        road.act(items.save, old.key, draft, base=base, actor=SYSTEM)
        road.act(publishing.correct, old.key, note, actor=SYSTEM)
        newsroom.items[number] = Written(old.key, title, (note, "Now it is right: 7 > 5."), old.published, old.file)


def withdrawn(newsroom: Newsroom) -> list[Written]:
    """Takes some back."""
    gone = [newsroom.items.pop(number) for number in (3, 0)]
    for one in gone:
        road.act(publishing.withdraw, one.key, "It was wrong & <late>.", actor=SYSTEM)
    return gone


_INLINE = re.compile(r"</?(?:a|abbr|b|code|em|i|small|span|strong|sub|sup|time|u)\b[^>]*>", re.IGNORECASE)
_BREAK = re.compile(r"<[^>]*>")


def plain(markup: str) -> str:
    """What a person reads of HTML, on one line."""
    return " ".join(unicodedata.normalize("NFC", html.unescape(_BREAK.sub(" ", _INLINE.sub("", markup)))).split())


@dataclass
class Held:
    """What was compared, and what was found."""

    compared: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    phases: int = 0
    """How many have been gone through. Feeds of one item and of none are the same in each."""

    def same(self, where: tuple[str, str, str], what: str, read: object, meant: object) -> None:
        """One field of one item."""
        client, fmt, name = where
        if (client, fmt, name) in HABITS:
            return
        self.compared[client] += 1
        if read != meant:
            self.wrong.append(f"{client} {fmt} {what}, {name}: read {str(read)[:160]!a}, written {str(meant)[:160]!a}")


def hold(held: Held, client: Client, fmt: str, phase: str, read: list[dict[str, Any]], meant: list[Written]) -> None:
    """Holds what a client read of the newest items to what was written."""
    by_id = {one["id"]: one for one in read}
    held.same((client.name, fmt, "ids once"), phase, len(by_id), len(read))
    for one in meant:
        found, what = by_id.get(f"urn:uuid:{one.key}"), f"{phase} {one.title[:24]!a}"
        held.same((client.name, fmt, "id"), what, found is not None, True)  # what was found, what is meant
        if found is None:
            continue
        held.same((client.name, fmt, "title"), what, found["title"], one.title)
        at = int(one.published.timestamp()) if one.published else 0
        held.same((client.name, fmt, "date"), what, int(found["published"]), at)
        rest, missing = plain(found["text"] or ""), ""
        for paragraph in one.paragraphs:
            _, there, rest = rest.partition(" ".join(paragraph.split()))
            missing = missing or ("" if there else paragraph)
        held.same((client.name, fmt, "text"), what, missing, "")
        if "enclosures" in found:
            right = any(one.file in address for address in found["enclosures"]) if one.file else not found["enclosures"]
            held.same((client.name, fmt, "files"), what, right, True)  # as above


def asked(client: Client, address: str, memory: Path) -> list[dict[str, Any]]:
    """What a client reads at an address."""
    script = CLIENTS / f"{client.name}{_SUFFIX[client.name.partition('_')[0]]}"
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    done = subprocess.run(
        [*client.command, str(script), address, str(memory)],
        capture_output=True, timeout=TIMEOUT, cwd=HERE, env={**environment, "HOME": str(memory), "PYTHONUTF8": "1"}, check=False,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(done.stderr.decode("utf-8", "replace").strip()[:600])
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


def is_here(client: Client, base: str, memory: Path) -> str:
    """Why a client cannot be asked here; empty where it can."""
    if shutil.which(client.command[0]) is None:
        return f"{client.command[0]} is not installed"
    try:
        asked(client, f"{base}/feeds/filter/one.{client.formats[0]}", memory)
    except (RuntimeError, OSError, json.JSONDecodeError) as error:
        words = str(error)
        missing = re.search(
            r"No module|Cannot find|cannot load|Can't locate|No such file|failed to open|not found", words
        )
        return words.splitlines()[-1][:160] if missing else ""
    return ""


def phase(
    held: Held, name: str, clients: list[Client], base: str, folder: Path, newsroom: Newsroom, gone: list[Written]
) -> None:
    """Lets every client read everything."""
    told = len(held.wrong)
    for client in clients:
        for fmt in client.formats:
            memory = folder / f"{client.name}-{fmt}"
            memory.mkdir(exist_ok=True)
            try:
                read = asked(client, f"{base}/feeds/news.{fmt}", memory)
                hold(held, client, fmt, name, read, newsroom.items)
                _many(held, client, fmt, name, read, newsroom)
                for one in gone if not client.remembers else []:
                    held.same((client.name, fmt, "gone"), name, any(one.key in row["id"] for row in read), False)
                if not held.phases:
                    few = asked(client, f"{base}/feeds/filter/one.{fmt}", memory)
                    held.same((client.name, fmt, "one"), name, few[0]["title"], newsroom.items[0].title)
                    if (client.name, fmt, "none") not in HABITS:
                        held.same(
                            (client.name, fmt, "none"), name, asked(client, f"{base}/az/feeds/news.{fmt}", memory), []
                        )
            except (
                RuntimeError,
                OSError,
                KeyError,
                IndexError,
                TypeError,
                ValueError,
                subprocess.TimeoutExpired,
            ) as error:
                held.wrong.append(f"{client.name} {fmt} {name}: {type(error).__name__} {str(error)[:300]}")
        print(
            f"{name}: {client.name}, {held.compared[client.name]:,} fields held",
            *held.wrong[told:],
            sep="\n  ",
            flush=True,
        )
        told = len(held.wrong)
    held.phases += 1


def _many(held: Held, client: Client, fmt: str, name: str, read: list[dict[str, Any]], newsroom: Newsroom) -> None:
    """All five hundred: whatever stands in the feed behind the awkward ones, in its order."""
    titles = [one["title"] for one in read]
    behind = [title for title in titles if title in set(newsroom.past)]
    room = MANY - len(newsroom.items)
    held.same((client.name, fmt, "many"), name, behind[:room], newsroom.past[:room])


@contextlib.contextmanager
def served() -> Iterator[tuple[Served, Path]]:
    """A newsroom with room for five hundred items in a feed; this process's settings point at it."""
    with tempfile.TemporaryDirectory(prefix="readers-") as name:
        folder = Path(name)
        extra = {
            "FEEDSVC_LANGUAGES": ",".join(LANGUAGES),
            "FEEDSVC_FEED_ITEMS": str(MANY),
            "FEEDSVC_FEED_BYTES": "5000000",
        }
        there = Served(folder, extra)
        there.database.create()
        there.run("init")
        os.environ.update({k: v for k, v in there.environment.items() if k.startswith(("FEEDSVC_", "PORT"))})
        settings.current.cache_clear()
        there.start()
        try:
            yield there, folder
        finally:
            there.kill()
            let_go()
            there.database.drop()


def fill(newsroom: Newsroom) -> None:
    """Five hundred older items, and the awkward ones on top."""
    now = clock.now()
    with db.reading() as session:
        seeded = listing.newest(session, "en", now=now, limit=1)[0].item_key
    road.act(publishing.withdraw, seeded, "Out of the way.", actor=SYSTEM)
    rows = [
        Past(now - timedelta(hours=number + 1), (Checked(headline=f"Release {number}", body_html=f"<p>Text {number}</p>", language="en"),))
        for number in range(MANY)
    ]  # fmt: skip
    road.act(bulk.bring_in, rows, actor=SYSTEM)
    newsroom.past = [f"Release {number}" for number in range(MANY)]
    road.act(filters.add, Choice(name="One", most=1, languages=("en",)), LANGUAGES, actor=SYSTEM)
    for name, (title, body, paragraphs) in AWKWARD.items():
        written(newsroom, name, title, body, paragraphs)


def main() -> int:
    """Serves, writes, lets every client read in each phase, and prints what was found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="", help="clients, comma-separated")
    parser.add_argument("--least", type=int, default=10, help="fewer clients than this is a failure")
    wanted = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # Told to end: the newsroom ends with us.
    held, newsroom = Held(), Newsroom()
    with served() as (there, folder):
        assert addresses.home_url("en") == there.base
        fill(newsroom)
        clients = []
        for client in KNOWN:
            if wanted.only and client.name not in wanted.only.split(","):
                continue
            (folder / client.name).mkdir()
            why = is_here(client, there.base, folder / client.name)
            if why:
                print(f"passed over: {client.name}: {why}")
            else:
                clients.append(client)
        phase(held, "published", clients, there.base, folder, newsroom, [])
        corrected(newsroom)
        phase(held, "corrected", clients, there.base, folder, newsroom, [])
        gone = withdrawn(newsroom)
        phase(held, "withdrawn", clients, there.base, folder, newsroom, gone)
    print(f"{len(clients)} clients, {sum(held.compared.values()):,} fields, {len(held.wrong)} differences")
    return int(bool(held.wrong) or len(clients) < wanted.least)


if __name__ == "__main__":
    sys.exit(main())
