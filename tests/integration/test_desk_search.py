"""Search at the desk: items in every state, by whatever of them somebody remembers."""

import re
from datetime import timedelta
from urllib.parse import quote

import pytest
from desk_newsroom import Browser, Desk, fields, words
from sqlalchemy import delete, select, text

from feedsvc import clock, db, road
from feedsvc.models import Item, Translation, Wording
from feedsvc.newsroom import bulk, contacts, finding, standing, wording
from feedsvc.newsroom.bulk import Past
from feedsvc.newsroom.contacts import Card
from feedsvc.newsroom.drafts import ItemDraft, TagName, checked
from feedsvc.newsroom.workflow import SYSTEM


def found(browser: Browser, asked: str, **more: str) -> list[str]:
    """The headlines that a search shows, in their order."""
    answer = browser.get("/desk/search", query_string={"q": asked, **more})
    assert answer.status_code == 200, asked
    return re.findall(r'<th scope="row"><a href="[^"]+">([^<]*)</a>', answer.text)


def test_items_are_found_by_what_somebody_remembers(desk: Desk) -> None:
    browser = desk.person("writer")
    ganja = desk.item(
        headline="Gəncədə yeni mərkəz", subhead="Şəhər üçün", summary="İyun ayında", slug="ganja-centre",
        body_html="<p>Qırx <b>mü</b>həndis &amp; operator</p><p>işləyəcək</p>", authors=("Leyla Əliyeva",),
    )  # fmt: skip
    russian = desk.item(headline="Ёлка в июне", body_html="<p>Новости Баку</p>")
    desk.act("publish", russian)
    withdrawn = desk.item(headline="Published by mistake")
    desk.act("publish", withdrawn)
    desk.act("withdraw", withdrawn, "A mistake")
    for asked in (
        "gence", "GƏNCƏ", "gəncədə mərkəz", "merkez yeni", "seher", "iyun", "IYUN", "muhendis", "mühəndis operator", "leyla eliyeva",
        "ganja-centre", "isle", "/news/ganja-centre", "https://newsroom.test/az/news/ganja-centre.md?x=1", ganja, f"urn:uuid:{ganja}",
        f"http://newsroom.test/desk/items/{ganja.upper()}/release",
    ):  # fmt: skip
        assert found(browser, asked) == ["Gəncədə yeni mərkəz"], asked
    assert found(browser, "елка") == found(browser, "БАКУ НОВОСТ") == ["Ёлка в июне"]
    assert found(browser, "by mistake") == ["Published by mistake"]
    for asked in ("gence baku", "hendis", "m", "ё", "strong", "amp"):
        assert found(browser, asked) == [], asked
    page = browser.get("/desk/search?q=nothing-like-it")
    assert "No item has all of these words." in words(page)
    assert "The beginning of a word is enough." in words(browser.get("/desk/search"))
    sent = fields(browser.get(f"/desk/items/{ganja}")) | {"headline": "Sumqayıtda yeni mərkəz"}
    browser.client.post(f"/desk/items/{ganja}", data=sent)
    assert found(browser, "gence") == []
    assert found(browser, "sumqayit merkez") == ["Sumqayıtda yeni mərkəz"]


def test_a_long_answer_has_pages_and_the_last_written_come_first(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finding, "_SPANS", (3, 5, 10**9))
    browser = desk.person("editor")
    with db.transaction() as session:
        past = [
            Past(clock.now(), (checked(ItemDraft(headline=f"Quarter {n:02}", body_html="<p>Revenue</p>"), ("en",)),))
            for n in range(40)
        ]
        bulk.add(session, past, actor=SYSTEM, now=clock.now())
    assert found(browser, "reven quart") == [f"Quarter {n:02}" for n in range(39, 19, -1)]
    page = browser.get("/desk/search?q=quarter").text
    older = re.search(r'rel="next" href="[^"]*before=([0-9]+)', page)
    assert older
    assert found(browser, "quarter", before=older[1]) == [f"Quarter {n:02}" for n in range(19, -1, -1)]
    assert found(browser, "quarter 07") == ["Quarter 07"]
    assert len(found(browser, "quarter", before="nonsense")) == 20


HOSTILE = (
    '"', '" OR ""', "a AND", "NEAR(a b)", "words:x", "*", "'; DROP TABLE item; --", "\\", "a\0b", "&|!():*<->", "\ud800", "%", "x" * 10_000,
    "ı̇" * 500, "/", "//", "http://[", "https://x/%00%ff", "a " * 500,
)  # fmt: skip


def test_nothing_that_is_typed_breaks_the_search(desk: Desk) -> None:
    browser = desk.person("admin")
    for asked in HOSTILE:
        typed = quote(asked.encode("utf-8", "surrogatepass"))
        assert browser.get(f"/desk/search?q={typed}").status_code == 200, asked[:40]
    assert browser.get("/desk/search?q=%ff%fe&before=99999999999").status_code == 200


def test_subjects_and_people_are_found_by_those_who_look_after_them(desk: Desk) -> None:
    desk.item(tags=(TagName("Şuşa", "place"),), categories=("Culture",))
    editor = desk.person("editor")
    assert "/desk/subjects/tag/susa" in editor.get("/desk/search?q=susa").text
    assert "/desk/subjects/category/culture" in editor.get("/desk/search?q=CULT").text
    card = Card(name="Səbinə Əliyeva", phone="+994 12 498 00 00", email="press@example.org")
    contact = f"/desk/contacts/{road.act(contacts.add, card, actor=SYSTEM).id}"
    assert contact in editor.get("/desk/search?q=eliyeva sebin").text
    assert contact in editor.get("/desk/search?q=498").text
    assert "/desk/people/" not in editor.get("/desk/search?q=publisher").text
    assert re.search(
        r'"/desk/people/\d+"><span class="soft">Account:</span> Publisher',
        desk.person("admin").get("/desk/search?q=publi").text,
    )
    for asked in ("susa", "sebine", "publisher"):
        assert not re.search(
            "/desk/(subjects|contacts|people)/", desk.person("writer").get(f"/desk/search?q={asked}").text
        )


def test_words_follow_every_way_a_text_comes_about(desk: Desk) -> None:
    first = desk.item(headline="One address for two", slug="one-address")
    other = desk.item(headline="One address for two again", slug="one-address")
    desk.act("publish", first)
    desk.act("publish", other)  # at a numbered address, in a copy of its text
    with db.reading() as session:
        kept = dict(session.execute(text("SELECT translation_id, words FROM wording")).all())
        assert len(kept) == session.query(Item).count()
        for number, said in kept.items():
            head = session.get(Translation, number).head
            assert said == wording.of_text(head.headline, " ".join((head.subhead, head.dateline, head.summary, head.slug, *(a.name for a in head.authors))), head.body_html)  # fmt: skip
    with db.transaction() as session:
        session.execute(delete(Wording))
    assert found(desk.person("writer"), "address") == []


def test_a_list_says_of_each_item_what_its_own_page_says(desk: Desk) -> None:
    keys = {name: desk.item(headline=name) for name in ("draft", "planned", "live", "corrected", "withdrawn", "again")}
    later = clock.now() + timedelta(hours=2)
    for name in ("live", "corrected", "withdrawn", "again"):
        desk.act("publish", keys[name])
    desk.act("schedule", keys["planned"], later)
    for name in ("withdrawn", "again"):
        desk.act("withdraw", keys[name], "A mistake")
    browser, address = desk.person("writer"), f"/desk/items/{keys['corrected']}"
    browser.client.post(address, data=fields(browser.get(address)) | {"headline": "put right"})
    desk.act("correct", keys["corrected"], "It was wrong", publish_at=later)
    with db.reading() as session:
        rows = session.scalars(select(Translation).order_by(Translation.id)).all()
        for now in (clock.now(), later - timedelta(seconds=1), later, later + timedelta(days=1)):
            for dated in (True, False):
                each = [standing.standing(session, row, now=now, dated=dated) for row in rows]
                assert standing.several(session, rows, now=now, dated=dated) == each
        assert len({here.state for here in standing.several(session, rows, now=clock.now())}) == 4
