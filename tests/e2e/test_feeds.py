"""What aggregators and readers get, held to schemas and to parsers that nobody here wrote."""

import contextlib
import gzip
import html
import json
import shutil
import sqlite3
import subprocess
import time
from pathlib import Path
from typing import Any

import brotli
import feedparser
import jsonschema
import pytest
import zstandard
from databases import Database
from lxml import etree
from referencing import Registry, Resource
from served import FORMATS, Served, wait_for

SCHEMAS = Path(__file__).parents[1] / "schemas"
AWKWARD = {
    "headline": "AT&T <b>&amp;lt; Ə ə Ğ ğ İ i I ı 👩‍👩‍👧 “quoted” ]]>",
    "summary": "Line one & “two”",
    "body_html": "<p>]]&gt; &amp;lt; 5 &lt; 6</p><ul><li>a<ul><li>b</li></ul></li></ul>"
    '<table><tr><td>1</td></tr></table><p dir="rtl">שלום</p><p><a href="/relative">rel</a></p>',
    "tags": ["Təhsil", {"kind": "person", "name": "Əli Məmmədov"}],
}


def decoded(coding: str, body: bytes) -> bytes:
    if coding == "gzip":
        return gzip.decompress(body)
    if coding == "br":
        return bytes(brotli.decompress(body))
    return zstandard.ZstdDecompressor().decompressobj().decompress(body)


def test_feedparser_reads_back_what_the_editor_wrote(served: Served) -> None:
    key = served.draft(**AWKWARD, slug="awkward")
    served.act(key, "publish")
    for fmt in ("atom", "rss"):
        parsed: Any = feedparser.parse(served.get(f"/feeds/news.{fmt}").body)
        assert not parsed.bozo
        entry = next(e for e in parsed.entries if e.link.endswith("/news/awkward"))
        if fmt == "atom":
            assert entry.title == AWKWARD["headline"]
        else:  # An RSS title has no type, and feedparser guesses one; what stands in the document is the headline.
            titles = etree.fromstring(served.get("/feeds/news.rss").body).findall("channel/item/title")
            assert AWKWARD["headline"] in [title.text for title in titles]
        content = entry.content[0].value
        assert "שלום" in content
        assert "]]&gt; &amp;lt; 5 &lt; 6" in content
        assert f'href="{served.base}/relative"' in content
        assert {"Təhsil", "Əli Məmmədov"} <= {tag.label or tag.term for tag in entry.tags}
    item = next(e for e in served.get("/feeds/news.json").json()["items"] if e["url"].endswith("/news/awkward"))
    assert item["title"] == AWKWARD["headline"]


def test_atom_is_valid_and_a_broken_one_would_not_be(served: Served) -> None:
    schema = etree.RelaxNG(etree.parse(SCHEMAS / "atom.rng"))
    root = etree.fromstring(served.get("/feeds/news.atom").body)
    assert schema.validate(root), schema.error_log
    root.remove(root.find("{http://www.w3.org/2005/Atom}id"))
    assert not schema.validate(root)


def test_json_feed_is_valid_and_a_broken_one_would_not_be(served: Served) -> None:
    schemas = {name: json.loads((SCHEMAS / name).read_text()) for name in ("jsonfeed-1.json", "jsonfeed-1.1.json")}
    older = Resource.from_contents(schemas["jsonfeed-1.json"])
    registry: Any = Registry().with_resources([("feed-1", older), (str(older.id()), older)])
    checker = jsonschema.Draft4Validator.FORMAT_CHECKER
    validator = jsonschema.Draft4Validator(schemas["jsonfeed-1.1.json"], registry=registry, format_checker=checker)
    feed = served.get("/feeds/news.json").json()
    validator.validate(feed)
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    feed["items"][0].pop("id")
    assert not validator.is_valid(feed)


@pytest.mark.ruby
def test_ruby_validating_parser_reads_every_entry(served: Served) -> None:
    script = 'require "rss"; f = RSS::Parser.parse(STDIN.read, true); f.items.each { |i| t = i.title; puts(t.respond_to?(:content) ? t.content : t) }'
    ruby = shutil.which("ruby")
    assert ruby
    for fmt in ("atom", "rss"):
        body = served.get(f"/feeds/news.{fmt}").body
        done = subprocess.run([ruby, "-e", script], input=body, capture_output=True, check=False)
        assert done.returncode == 0, done.stderr.decode()[-400:]
        wanted = [e["title"] for e in served.get("/feeds/news.json").json()["items"]]
        assert html.unescape(done.stdout.decode()).splitlines() == [html.unescape(title) for title in wanted]
    broken = (
        body.replace(b"<channel>", b"<channel><nothing-known/>")
        .replace(b"<description>", b"<x>", 1)
        .replace(b"</description>", b"</x>", 1)
    )
    assert subprocess.run([ruby, "-e", script], input=broken, capture_output=True, check=False).returncode != 0


@pytest.mark.newsboat
def test_newsboat_subscribes_and_keeps_one_article_through_a_correction(served: Served, tmp_path: Path) -> None:
    key = served.draft("Read in newsboat", slug="read-in-newsboat")
    served.act(key, "publish")
    newsboat = shutil.which("newsboat")
    assert newsboat
    (tmp_path / "config").write_text("reload-time 1000\n")

    def articles(fmt: str) -> list[tuple[str, str]]:
        (tmp_path / "urls").write_text(f"{served.base}/feeds/news.{fmt}\n")
        words = [newsboat, "-C", "config", "-u", "urls", "-c", f"{fmt}.db", "-x", "reload"]
        home = {"HOME": str(tmp_path), "LANG": "C.UTF-8"}
        subprocess.run(words, cwd=tmp_path, capture_output=True, check=True, timeout=60, env=home)
        with contextlib.closing(sqlite3.connect(tmp_path / f"{fmt}.db")) as cache:
            found = cache.execute("SELECT guid, content FROM rss_item WHERE title = 'Read in newsboat'")
            return [(str(guid), str(content)) for guid, content in found]

    first = {fmt: articles(fmt) for fmt in ("atom", "rss")}
    served.edit(key, body_html="<p>Put right.</p>")
    served.act(key, "correct", note="A word was wrong.")
    for fmt, ((guid, _),) in first.items():
        ((same, content),) = articles(fmt)
        assert same == guid
        assert "Put right." in content
        assert "A word was wrong." in content


def test_every_coding_decodes_to_the_same_bytes_under_its_own_tag(served: Served) -> None:
    for fmt in FORMATS:
        path = f"/feeds/news.{fmt}"
        plain = served.get(path)
        tags = {plain.headers["ETag"]}
        for coding in ("gzip", "br", "zstd"):
            assert wait_for(
                lambda path=path, c=coding: served.get(path, Accept_Encoding=c).headers["Content-Encoding"] == c, 5
            )
            answer = served.get(path, Accept_Encoding=coding)
            assert decoded(coding, answer.body) == plain.body
            tags.add(answer.headers["ETag"])
            assert served.get(path, Accept_Encoding=coding, If_None_Match=answer.headers["ETag"]).status == 304
            assert served.get(path, Accept_Encoding=coding, If_None_Match=plain.headers["ETag"]).status == 200
        assert len(tags) == 4


def test_with_the_database_moved_away_feeds_are_served_rightly(fresh: Served) -> None:
    tags = {fmt: fresh.get(f"/feeds/news.{fmt}").headers["ETag"] for fmt in FORMATS}
    fresh.database.away()
    try:
        for number in range(1000):
            fmt = FORMATS[number % 3]
            asked = {"If_None_Match": tags[fmt]} if number % 2 else {}
            answer = fresh.get(f"/feeds/news.{fmt}", **asked)
            assert answer.status == (304 if number % 2 else 200)
            assert answer.headers["ETag"] == tags[fmt]
    finally:
        fresh.database.back()


def test_shelf_deleted_under_way_comes_back_with_the_same_bytes_and_tags(fresh: Served) -> None:
    before = {fmt: fresh.get(f"/feeds/news.{fmt}") for fmt in FORMATS}
    shutil.rmtree(fresh.instance / "shelf", ignore_errors=True)
    for fmt, old in before.items():
        new = fresh.get(f"/feeds/news.{fmt}")
        assert (new.status, new.body, new.headers["ETag"], new.headers["Last-Modified"]) == (
            200,
            old.body,
            old.headers["ETag"],
            old.headers["Last-Modified"],
        )
    current = fresh.instance / "shelf" / "en" / "news" / "current"
    assert wait_for(current.exists, 5), "the ticker built nothing"
    fresh.stop()
    shutil.rmtree(fresh.instance / "shelf")
    fresh.start()
    assert all(fresh.get(f"/feeds/news.{fmt}").headers["ETag"] == old.headers["ETag"] for fmt, old in before.items())


def test_poisoned_row_costs_its_own_formatting_at_most(fresh: Served) -> None:
    good = fresh.draft("A good neighbour")
    fresh.act(good, "publish")
    bad = fresh.draft("To be poisoned", summary="a summary", slug="poisoned")
    fresh.act(bad, "publish")
    _poison(fresh.database)
    fresh.run("feeds", "rebuild", "--all")
    schema = etree.RelaxNG(etree.parse(SCHEMAS / "atom.rng"))
    assert schema.validate(etree.fromstring(fresh.get("/feeds/news.atom").body)), schema.error_log
    for fmt in ("atom", "rss"):
        parsed: Any = feedparser.parse(fresh.get(f"/feeds/news.{fmt}").body)
        assert not parsed.bozo
        assert len(parsed.entries) == 3
        assert any(e.title == "A good neighbour" for e in parsed.entries)
        assert any("kept words" in e.content[0].value for e in parsed.entries)
    assert len(fresh.get("/feeds/news.json").json()["items"]) == 3
    assert fresh.get("/news/poisoned").status == 200
    assert fresh.get("/").status == 200


def _poison(database: Database) -> None:
    """Writes into a revision by hand what no newsroom would."""
    poison = "VT \x0b FFFE \ufffe <b>open ]]> &nbsp; <![CDATA["
    if database.server:  # It keeps neither U+0000 nor what is not UTF-8.
        with database.server.connect(database.name) as connection:
            connection.execute("ALTER TABLE revision DISABLE TRIGGER revision_no_update")
            connection.execute(
                "UPDATE revision SET headline = %s, body_html = %s, summary = E'a\\x0bb' WHERE slug = 'poisoned'",
                (poison, poison + "<p>kept words</p>"),
            )
        return
    with contextlib.closing(sqlite3.connect(database.files[0], timeout=10)) as connection, connection:
        connection.execute("DROP TRIGGER revision_no_update")
        connection.execute(
            "UPDATE revision SET headline = ?, body_html = ? WHERE slug = 'poisoned'",
            (f"NUL \0 {poison}", f"NUL \0 {poison}<p>kept words</p>"),
        )
        # A lone surrogate, as bytes that are not UTF-8 at all.
        connection.execute("UPDATE revision SET summary = CAST(x'61EDA0806262FF63' AS TEXT) WHERE slug = 'poisoned'")


def test_withdrawal_is_told_to_readers_who_ask_by_date_alone(served: Served) -> None:
    key = served.draft("Gone within the second", slug="gone-within-the-second")
    served.act(key, "publish")
    time.sleep(2.2)
    seen = served.get("/feeds/news.atom").headers["Last-Modified"]
    served.act(key, "withdraw", reason="It was published by mistake.")
    answer = served.get("/feeds/news.atom", If_Modified_Since=seen)
    assert answer.status == 200
    assert b"Gone within the second" not in answer.body
    assert served.get("/news/gone-within-the-second").status == 410


def test_two_changes_within_a_second_are_both_told_by_date(served: Served) -> None:
    for number in range(3):
        key = served.draft(f"Quick one after another {number}")
        served.act(key, "publish")
        seen = served.get("/feeds/news.rss").headers["Last-Modified"]
        other = served.draft(f"And its follower {number}")
        served.act(other, "publish")
        answer = served.get("/feeds/news.rss", If_Modified_Since=seen)
        assert answer.status == 200
        assert f"And its follower {number}".encode() in answer.body


def test_unknown_feed_makes_nothing_on_the_shelf(served: Served) -> None:
    for path in (
        "/feeds/tag/never-was.atom",
        "/az/feeds/news.atom",
        "/feeds/../../x.atom",
        "/feeds/archive/archive.json",
    ):
        assert served.get(path).status == 404, path
    assert sorted(p.name for p in (served.instance / "shelf").rglob("current")) == ["current"]
    assert not (served.instance / "shelf" / "en" / "tag").exists()
