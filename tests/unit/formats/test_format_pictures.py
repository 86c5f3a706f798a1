"""Pictures of an entry in all three formats, each word in its element and each figure true."""

import json
import subprocess
from pathlib import Path

import feedparser
import pytest
from format_samples import entry, feed, picture
from lxml import etree

from feedsvc.formats.document import digest
from feedsvc.formats.fragment import render
from feedsvc.formats.registry import FORMATS, join

MEDIA = "{http://search.yahoo.com/mrss/}"
ATOM = "{http://www.w3.org/2005/Atom}"
SCHEMAS = Path(__file__).parents[2] / "schemas"
ILLUSTRATED = entry(1, pictures=(picture(), picture("b", alt="", caption="", credit="", rights="")))


def written(suffix: str) -> bytes:
    """A feed with one illustrated entry, joined as the road joins it."""
    fmt = FORMATS[suffix]
    fragment, problem = render(fmt, ILLUSTRATED)
    assert problem is None
    return join(fmt, feed(ILLUSTRATED), [fragment])


def best(name: str) -> str:
    return f"https://news.example/media/{name * 32}/1280.jpg"


def test_an_entry_without_pictures_is_called_what_it_always_was() -> None:
    assert digest(entry(1)) == "c555f474fe1a32270ff2629a533f34fd"


def test_every_word_to_a_picture_makes_another_entry() -> None:
    changed = [picture(**{name: "other"}) for name in ("alt", "caption", "credit", "rights")] + [picture("b")]
    entries = [entry(1), *(entry(1, pictures=(one,)) for one in [picture(), *changed])]
    assert len({digest(one) for one in entries}) == len(entries)


def test_rss_has_one_enclosure_and_it_leads() -> None:
    item = etree.fromstring(written("rss")).find("channel/item")
    assert item is not None
    assert [dict(one.attrib) for one in item.findall("enclosure")] == [
        {"url": best("a"), "length": "180333", "type": "image/jpeg"}
    ]


def test_atom_has_an_enclosure_for_each_picture_and_one_alternate() -> None:
    found = etree.fromstring(written("atom")).find(f"{ATOM}entry")
    assert found is not None
    links = [dict(one.attrib) for one in found.findall(f"{ATOM}link")]
    assert [one["rel"] for one in links] == ["alternate", "enclosure", "enclosure"]
    assert links[1] == {"href": best("a"), "rel": "enclosure", "type": "image/jpeg", "length": "180333"}


@pytest.mark.parametrize("suffix", ["rss", "atom"])
def test_media_rss_groups_the_renditions_of_a_picture(suffix: str) -> None:
    groups = list(etree.fromstring(written(suffix)).iter(f"{MEDIA}group"))
    assert len(groups) == 2
    files = [dict(one.attrib) for one in groups[0].findall(f"{MEDIA}content")]
    assert [(one["type"], one["width"], one["height"], one["fileSize"]) for one in files] == [
        ("image/jpeg", "320", "213", "20111"),
        ("image/webp", "320", "213", "12222"),
        ("image/jpeg", "1280", "853", "180333"),
        ("image/webp", "1280", "853", "90444"),
    ]
    assert {one["medium"] for one in files} == {"image"}
    assert [one["url"] for one in files if one.get("isDefault") == "true"] == [best("a")]
    assert groups[0].findtext(f"{MEDIA}description") == "Qüllə & <körpü>"
    assert groups[0].findtext(f"{MEDIA}title") == "Bakı, səhər"
    assert groups[0].findtext(f"{MEDIA}copyright") == "© Nümunə ASC"
    credit = groups[0].find(f"{MEDIA}credit")
    assert credit is not None
    assert (credit.text, credit.get("scheme"), credit.get("role")) == ("Leyla & Co", "urn:ebu", "photographer")
    assert [one.tag for one in groups[1]] == [f"{MEDIA}content"] * 4 + [f"{MEDIA}thumbnail"]


def test_json_feed_has_an_image_and_attachments() -> None:
    item = json.loads(written("json"))["items"][0]
    assert item["image"] == best("a")
    words = {"alt": "Qüllə & <körpü>", "caption": "Bakı, səhər", "credit": "Leyla & Co", "rights": "© Nümunə ASC"}
    large = {"mime_type": "image/jpeg", "size_in_bytes": 180_333}
    assert item["attachments"] == [
        {"url": best("a"), "title": "Bakı, səhər", "_picture": words, **large},
        {"url": best("b"), "mime_type": "image/jpeg", "size_in_bytes": 180_333},
    ]


def test_the_schema_of_atom_takes_it() -> None:
    schema = etree.RelaxNG(etree.parse(SCHEMAS / "atom.rng"))
    document = etree.fromstring(written("atom"))
    assert schema.validate(document), schema.error_log


@pytest.mark.parametrize("suffix", ["rss", "atom"])
def test_feedparser_reads_it_without_a_complaint(suffix: str) -> None:
    read = feedparser.parse(written(suffix))
    assert not read.bozo
    assert read.entries[0].enclosures[0].href == best("a")
    assert len(read.entries[0].media_content) == 8


@pytest.mark.parametrize("suffix", ["rss", "atom"])
@pytest.mark.ruby
def test_rubys_validating_parser_takes_it(suffix: str, tmp_path: Path) -> None:
    (tmp_path / "feed").write_bytes(written(suffix))
    said = {"rss": "f.items[0].enclosure.url", "atom": 'f.entries[0].links.find { |l| l.rel == "enclosure" }.href'}
    code = f'require "rss"; f = RSS::Parser.parse(File.read(ARGV[0], encoding: "utf-8"), true); puts {said[suffix]}'
    done = subprocess.run(["ruby", "-e", code, str(tmp_path / "feed")], capture_output=True, text=True, check=False)
    assert done.stdout.strip() == best("a"), done.stderr[-500:]
