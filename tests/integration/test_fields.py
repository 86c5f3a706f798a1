"""Sub-heads, datelines, contacts and boilerplates: from the desk's form to the page and the feed, and nowhere before."""

import json
import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from desk_newsroom import Browser, Desk, fields, words
from sqlalchemy import func, select
from werkzeug.test import Client

from feedsvc import clock, db, road, settings
from feedsvc.errors import Invalid, NotNow
from feedsvc.feeds import assemble, which
from feedsvc.models import Audit, Boilerplate, Contact, Feed, Revision, Template
from feedsvc.newsroom import (
    accounts,
    boilerplates,
    contacts,
    datelines,
    items,
    preferences,
    public,
    publishing,
    renewal,
    revisions,
)
from feedsvc.newsroom.accounts import find_user
from feedsvc.newsroom.boilerplates import Words
from feedsvc.newsroom.contacts import Card
from feedsvc.newsroom.drafts import ItemDraft, TagName, checked
from feedsvc.newsroom.record import broken_seal
from feedsvc.newsroom.standing import find
from feedsvc.newsroom.workflow import SYSTEM
from feedsvc.web.front import front

ANNA = Card(
    name="Anna <Aliyeva>",
    role="Press & more",
    email="Anna@Example.org",
    phone="+994 12 498 00 00",
    languages=("az", "ru"),
)
PUBLIC = ("/", "/archive", "/feeds/news.atom?raw=1", "/feeds/news.rss?raw=1", "/feeds/news.json?raw=1", "/sitemap.xml")


def act(verb: Any, *args: Any, **kwargs: Any) -> Any:
    return road.act(verb, *args, actor=SYSTEM, **kwargs)


def contact(card: Card = ANNA) -> int:
    return int(act(contacts.add, card).id)


def written(headline: str = "Ours", **given: Any) -> str:
    text = checked(ItemDraft(headline=headline, body_html="<p>The company opened.</p>", **given), ("en",))
    return str(act(items.create, text).item.key)


def published(headline: str = "Ours", **given: Any) -> str:
    key = written(headline, **given)
    act(publishing.publish, key)
    return key


def head(key: str) -> Revision:
    with db.reading() as session:
        return find(session, key).head


def entry(key: str) -> str:
    """What the feeds say of an item."""
    with db.reading() as session:
        shown = public.of_translation(session, find(session, key).id, now=clock.now())
        assert shown
        return assemble.entry(shown).content_html


@pytest.fixture(autouse=True)
def feeds(desk: Desk) -> None:
    with db.transaction() as session:
        which.ensure(session, settings.current().languages, now=clock.now())


def reader(desk: Desk) -> Client:
    """Somebody who reads pages and feeds."""
    app: Any = desk.app
    return Client(front(app.wsgi_app))


def everything_public(desk: Desk, *more: str) -> str:
    said = {path: reader(desk).get(path) for path in (*PUBLIC, *more)}
    assert all(said[path].status_code == 200 for path in PUBLIC), said
    return " ".join(unescape(answer.text) for answer in said.values())


def change(key: str, **given: Any) -> None:
    """A new text of an item."""
    text = checked(ItemDraft(**({"headline": "Ours", "body_html": "<p>The company opened.</p>"} | given)), ("en",))
    act(items.save, key, text, base=head(key).number)


@pytest.mark.parametrize(
    ("body", "dateline", "language", "expected"),
    [
        ("<p>A</p>", "", "en", "<p>A</p>"),
        (
            "<p>A</p>\n<p>B</p>",
            "BAKU, 22 November 2026",
            "en",
            "<p><b>BAKU, 22 November 2026</b>\u00a0– A</p>\n<p>B</p>",
        ),
        ("<p>A</p>", "BAKI, 22 noyabr 2026 –", "az", "<p><b>BAKI, 22 noyabr 2026</b>\u00a0– A</p>"),
        ("<p>А</p>", "БАКУ, 22 ноября 2026 г. -", "ru", "<p><b>БАКУ, 22 ноября 2026 г.</b>\u00a0— А</p>"),
        ('<p dir="rtl" lang="x>y">A</p>', "B", "en", '<p dir="rtl" lang="x>y"><b>B</b>\u00a0– A</p>'),
        ("<h2>A</h2>", "<i>B", "en", "<p><b>&lt;i&gt;B</b></p>\n<h2>A</h2>"),
        ("", "B", "en", "<p><b>B</b></p>\n"),
    ],
)
def test_a_dateline_runs_in_before_the_first_words(body: str, dateline: str, language: str, expected: str) -> None:
    assert datelines.run_in(body, dateline, language) == expected


def test_subhead_and_dateline_from_the_form_to_page_and_feed(desk: Desk) -> None:
    browser = desk.person("writer")
    sent = fields(browser.get("/desk/items/new"))
    sent |= {
        "headline": "Ours",
        "subhead": " Second <line> ",
        "dateline": "BAKU, 22 November 2026 –",
        "body": "It opens.",
    }
    answer = browser.client.post("/desk/items/new", data=sent)
    assert answer.status_code == 303
    key = answer.headers["Location"].rsplit("/", 1)[1]
    assert (head(key).subhead, head(key).dateline) == ("Second <line>", "BAKU, 22 November 2026")
    back = fields(browser.get(f"/desk/items/{key}"))
    assert (back["subhead"], back["dateline"]) == (["Second <line>"], ["BAKU, 22 November 2026"])
    assert "Second" not in everything_public(desk, "/news/ours")
    act(publishing.publish, key)
    page = reader(desk).get("/news/ours").text
    assert '<p class="subhead">Second &lt;line&gt;</p>' in page
    assert "<p><b>BAKU, 22 November 2026</b>\u00a0– It opens.</p>" in page.replace("&nbsp;", "\u00a0")
    assert entry(key).startswith(
        "<p><strong>Second &lt;line&gt;</strong></p>\n<p><b>BAKU, 22 November 2026</b>\u00a0– It opens.</p>"
    )


def test_a_correction_without_pictures_has_the_bytes_that_readers_already_have(desk: Desk) -> None:
    key = published("Ours", boilerplates=())
    change(key, body_html="<p>The company opened late.</p>", boilerplates=())
    act(publishing.correct, key, "It was late.")
    said = re.sub(r"Correction, .+?:</strong>", "Correction:</strong>", entry(key))
    assert said == "<p><strong>Correction:</strong> It was late.</p>\n<p>The company opened late.</p>"


def test_what_is_too_long_stands_beside_its_field(desk: Desk) -> None:
    browser = desk.person("writer")
    sent = fields(browser.get("/desk/items/new")) | {"headline": "Ours", "subhead": "s" * 501, "dateline": "d" * 121}
    answer = browser.client.post("/desk/items/new", data=sent)
    assert answer.status_code == 422
    assert 'id="subhead-error"' in answer.text
    assert 'id="dateline-error"' in answer.text
    assert "s" * 501 in answer.text


def test_an_address_that_moves_takes_all_fields_along(desk: Desk) -> None:
    number = contact()
    key = written("Ours", subhead="Second", dateline="BAKU", contacts=(number,))
    with db.transaction() as session:
        copy = revisions.readdress(session, find(session, key).head, "elsewhere", now=clock.now())
        assert (copy.subhead, copy.dateline, copy.slug) == ("Second", "BAKU", "elsewhere")
        assert [link.contact_id for link in copy.contacts] == [number]
        assert [link.version for link in copy.boilerplates] == [1]


def test_the_seed_says_what_it_said(desk: Desk) -> None:
    assert head(desk.seeded()).about_heading == "About Bakcell"
    with db.reading() as session:
        row = session.scalars(select(Boilerplate)).one()
        assert (row.heading, row.html) == ("About Bakcell", head(desk.seeded()).about_html)
        assert renewal.behind(session, row, now=clock.now()) == 0
        assert renewal.carried(session, row, now=clock.now()) == 1


def test_contacts_are_ticked_shown_and_remembered(desk: Desk) -> None:
    number, browser = contact(), desk.person("writer")
    page = browser.get("/desk/items/new")
    assert f'name="contacts" value="{number}">' in page.text  # offered, not ticked
    sent = fields(page) | {"headline": "Ours", "body": "It opens.", "contacts": str(number)}
    key = browser.client.post("/desk/items/new", data=sent).headers["Location"].rsplit("/", 1)[1]
    assert fields(browser.get("/desk/items/new"))["contacts"] == [str(number)]  # of the last item
    assert "contacts" not in fields(desk.person("editor").get("/desk/items/new"))  # another's
    with (
        db.transaction() as session
    ):  # somebody copies a text without contacts in this person's name: that is no new item
        user, seeded = find_user(session, "writer@example.org"), find(session, desk.seeded())
        revisions.copied(session, seeded.head, by=user.id, now=clock.now())
    assert fields(browser.get("/desk/items/new"))["contacts"] == [str(number)]
    act(publishing.publish, key)
    page_text = reader(desk).get("/news/ours").text
    assert 'href="tel:+994124980000"' in page_text
    assert 'href="mailto:anna@example.org"' in page_text
    assert "Anna &lt;Aliyeva&gt;" in page_text
    assert "Speaks Azerbaijani, Russian" in page_text
    assert entry(key).endswith(
        "<h2>Media contact</h2>\n<p><strong>Anna &lt;Aliyeva&gt;</strong>, Press &amp; more<br>"
        '<a href="tel:+994124980000">+994 12 498 00 00</a><br>'
        '<a href="mailto:anna@example.org">anna@example.org</a><br>Speaks Azerbaijani, Russian</p>'
    )


def test_saving_without_the_ticks_keeps_who_was_chosen(desk: Desk) -> None:
    key = written("Ours", contacts=(contact(),))
    change(key, body_html="<p>New.</p>")
    assert len(head(key).contacts) == 1
    change(key, body_html="<p>New.</p>", contacts=())
    assert head(key).contacts == []
    with pytest.raises(Invalid) as caught:
        change(key, contacts=(99,))
    assert caught.value.problems == {"contacts": ("unknown_contact", {})}


def test_a_new_number_shows_in_live_items_at_once_and_updated_stays(desk: Desk) -> None:
    number = contact()
    published("Ours", contacts=(number,), tags=())
    published("Other", tags=(TagName("Elsewhere"),))
    browser, earlier = reader(desk), marks()
    before = browser.get("/feeds/news.json?raw=1")
    sent = {"name": "Anna", "phone": "+994 50 111 22 33", "email": "", "public": "1"}
    answer = desk.person("editor").post(f"/desk/contacts/{number}", sent)
    assert answer.status_code == 303
    assert "+994 50 111 22 33" in browser.get("/news/ours").text
    after = browser.get("/feeds/news.json?raw=1")
    assert "+994 50 111 22 33" in after.text
    assert "498 00 00" not in after.text
    assert before.headers["ETag"] != after.headers["ETag"]
    moved = {scope for scope, at in marks().items() if at > earlier[scope]}
    assert {"news", "organisation/bakcell"} <= moved
    assert "tag/elsewhere" not in moved
    was, now = ([(i["id"], i["date_modified"]) for i in json.loads(a.text)["items"]] for a in (before, after))
    assert was == now
    feed = browser.get("/feeds/organisation/bakcell.atom?raw=1")
    assert "+994 50 111 22 33" in unescape(feed.text)


def test_a_contact_of_unreleased_items_alone_moves_nothing(desk: Desk) -> None:
    number = contact()
    planned = written("Ours", contacts=(number,), subhead="Hushhush")
    act(publishing.schedule, planned, clock.now() + timedelta(days=1))
    written("Draft", contacts=(number,))
    with db.reading() as session:
        before = [(f.scope, f.version, f.last_modified) for f in session.scalars(select(Feed).order_by(Feed.id))]
    act(contacts.change, number, Card(name="Anna Zzz", email="zzz@example.org"))
    with db.reading() as session:
        after = [(f.scope, f.version, f.last_modified) for f in session.scalars(select(Feed).order_by(Feed.id))]
    assert before == after
    said = everything_public(desk, "/news/ours", "/news/draft")
    assert not re.search("Anna|zzz|Hushhush", said)


@pytest.mark.parametrize("card", [{"public": False}, {"active": False}])
def test_who_is_not_for_readers_shows_nowhere(desk: Desk, card: dict[str, bool]) -> None:
    number = contact(Card(name="Quiet Qurban", email="qurban@example.org", **card))
    key = published("Ours", contacts=(number,))
    assert "Qurban" not in everything_public(desk, "/news/ours", "/feeds/organisation/bakcell.atom?raw=1")
    assert "Qurban" not in desk.person("editor").get(f"/desk/items/{key}/preview").text
    act(contacts.change, number, Card(name="Quiet Qurban", email="qurban@example.org"))
    assert "Quiet Qurban" in everything_public(desk, "/news/ours")
    act(contacts.change, number, Card(name="Quiet Qurban", email="qurban@example.org", **card))
    assert "Qurban" not in everything_public(desk, "/news/ours", "/feeds/organisation/bakcell.atom?raw=1")


def test_a_bad_contact_is_refused_beside_its_field_and_keeps_what_was_typed(desk: Desk) -> None:
    browser = desk.person("editor")
    for sent, field in (
        ({"name": "", "email": "a@b.c"}, "name"),
        ({"name": "A", "email": "nonsense"}, "email"),
        ({"name": "A", "phone": "javascript:alert(1)"}, "phone"),
        ({"name": "A"}, "phone"),
        ({"name": "A", "email": "a@b.c", "role": "r" * 201}, "role"),
    ):
        answer = browser.post("/desk/contacts/new", sent)
        assert (answer.status_code, f'id="{field}-error"' in answer.text) == (422, True), sent
        assert all(f'value="{value}"' in answer.text for value in sent.values() if value)
    with db.reading() as session:
        assert session.scalar(select(func.count()).select_from(Contact)) == 0


def test_contacts_are_listed_by_name_page_by_page_and_found(desk: Desk) -> None:
    for n in range(60):
        contact(Card(name=f"Person {n:02}", email=f"p{n}@example.org"))
    contact(Card(name="Retired Rufat", email="r@example.org", active=False))
    browser, names = desk.person("editor"), []
    path: str | None = "/desk/contacts"
    while path:
        page = browser.get(path).text
        names += re.findall(r">(Person \d\d)</a>", page)
        further = re.search(r'rel="next" href="([^"]+)"', page)
        path = unescape(further[1]) if further else None
    assert names == [f"Person {n:02}" for n in range(60)]
    found = browser.get("/desk/contacts?q=PERSON+07").text
    assert re.findall(r">(Person \d\d)</a>", found) == ["Person 07"]
    assert "Rufat" not in browser.get("/desk/contacts").text
    assert "Rufat" in browser.get("/desk/contacts?retired=1").text
    assert browser.get("/desk/contacts?after=nonsense").status_code == 200


def marks() -> dict[str, Any]:
    """Scope → when its feed last changed for readers."""
    with db.reading() as session:
        return {feed.scope: feed.last_modified for feed in session.scalars(select(Feed))}


def renewed_words(desk: Desk, browser: Browser | None = None) -> None:
    sent = {"heading": "About Bakcell", "body": "Bakcell is new.", "organisation": "bakcell"}
    assert (browser or desk.person("editor")).post("/desk/boilerplates/1", sent).status_code == 303


def test_a_boilerplate_is_edited_once_and_live_items_keep_their_words_until_renewed(desk: Desk) -> None:
    key = published("Ours")
    draft = written("Draft")
    renewed_words(desk)
    assert "Bakcell is new." not in everything_public(desk, "/news/ours")
    page = desk.person("publisher").get("/desk/boilerplates/1").text
    assert "2 of them carry older words." in page
    act(items.save, draft, checked(ItemDraft(headline="Draft", body_html="<p>New.</p>"), ("en",)), base=1)
    assert head(draft).about_html == "<p>Bakcell is new.</p>"
    # A working text beside the live one stays the working text.
    change(key, body_html="<p>Unreleased words.</p>", boilerplates=())
    before = json.loads(reader(desk).get("/feeds/news.json?raw=1").text)["items"]
    answer = desk.person("publisher").post("/desk/boilerplates/1/renew", follow_redirects=True)
    assert "Renewed in 2 live items" in answer.text
    assert "of them carry older words" not in answer.text
    live = reader(desk).get("/news/ours").text
    assert "Bakcell is new." in live
    assert "Unreleased words" not in everything_public(desk, "/news/ours")
    assert "Unreleased words" in head(key).body_html
    after = json.loads(reader(desk).get("/feeds/news.json?raw=1").text)["items"]
    assert [(i["id"], i["date_modified"]) for i in before] == [(i["id"], i["date_modified"]) for i in after]
    assert all("Bakcell is new." in i["content_html"] for i in after)
    assert desk.stands(key).changed
    with db.reading() as session:
        assert session.scalars(select(Audit.action).where(Audit.subject == "boilerplate/1")).all() == [
            "change-boilerplate",
            "renew-boilerplate",
        ]
        assert broken_seal(session) is None


def test_what_is_planned_or_held_is_not_renewed(desk: Desk) -> None:
    key = published("Ours")
    change(key, body_html="<p>Later.</p>")
    act(publishing.correct, key, "Later.", publish_at=clock.now() + timedelta(days=1))
    act(publishing.withdraw, desk.seeded(), "Wrong.")
    renewed_words(desk)
    act(publishing.hold)
    with pytest.raises(NotNow):
        act(renewal.renew, 1)
    assert desk.person("publisher").post("/desk/boilerplates/1/renew").status_code == 409
    act(publishing.unhold)
    assert act(renewal.renew, 1) == 0


def test_several_boilerplates_stand_one_below_the_other(desk: Desk) -> None:
    fund = act(boilerplates.add, Words(heading="About the Fund", html="<p>It gives.</p>"), ("en",)).id
    key = published("Ours", boilerplates=(1, fund))
    page = reader(desk).get("/news/ours").text
    assert page.index("About Bakcell") < page.index("<h2>About the Fund</h2>") < page.index("It gives.")
    assert entry(key).endswith("<h2>About the Fund</h2>\n<p>It gives.</p>")
    only = published("Only", boilerplates=(fund,))
    assert head(only).about_heading == "About the Fund"
    assert "Bakcell is" not in entry(only)


def test_a_language_has_its_own_usual_words(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FEEDSVC_LANGUAGES", "en,az")
    settings.current.cache_clear()
    words = Words(heading="Bakcell haqqında", html="<p>Şirkət.</p>", language="az", organisation="bakcell")
    act(boilerplates.add, words, ("en", "az"))
    text = checked(ItemDraft(headline="Bizim", language="az"), ("en", "az"))
    assert act(items.create, text).head.about_heading == "Bakcell haqqında"
    assert head(written("Ours")).about_heading == "About Bakcell"


def test_chosen_words_keep_their_order_in_the_form_and_the_approval(desk: Desk) -> None:
    fund = act(boilerplates.add, Words(heading="About the Fund", html="<p>It gives.</p>"), ("en",)).id
    key, browser = written("Ours", boilerplates=(fund, 1)), desk.person("publisher")
    act(items.approve, key)
    sent = fields(browser.get(f"/desk/items/{key}"))
    assert sent["boilerplates"] == [str(fund), "1"]
    assert browser.client.post(f"/desk/items/{key}", data={**sent, "then": "release"}).status_code == 303
    assert (head(key).number, desk.stands(key).approved) == (1, True)


def test_words_of_the_items_language_are_offered_again_where_a_save_was_refused(desk: Desk) -> None:
    words = Words(heading="About the Fund", html="<p>It gives.</p>", language="en")
    fund = act(boilerplates.add, words, ("en",)).id
    key, browser = written("Ours", boilerplates=()), desk.person("writer")
    sent, offered = fields(browser.get(f"/desk/items/{key}")), f'id="boilerplate-{fund}"'
    refused = browser.client.post(f"/desk/items/{key}", data={**sent, "headline": " "})
    assert (refused.status_code, offered in refused.text) == (422, True)
    change(key, body_html="<p>Theirs.</p>", boilerplates=())
    both = browser.client.post(f"/desk/items/{key}", data={**sent, "headline": "Mine"})
    assert (both.status_code, offered in both.text) == (409, True)


def test_only_what_is_still_behind_is_renewed_of_what_was_found_before(desk: Desk) -> None:
    one, other = published("Ours"), published("Other")
    renewed_words(desk)
    with db.reading() as session:
        found = renewal.behind_ids(session, 1, limit=10, now=clock.now())
        newest = renewal.behind_ids(session, 1, limit=1, now=clock.now())
    assert (len(found), found[:1]) == (3, newest)  # the seeded one too
    act(publishing.withdraw, one, "Wrong.")
    assert act(renewal.renew, 1, newest) == 1
    assert act(renewal.renew, 1, newest) == 0
    assert "Bakcell is new." in entry(other)
    assert act(renewal.renew, 1, found) == 1
    assert act(renewal.renew, 1) == 0


def test_a_renewed_text_carries_no_approval_over(desk: Desk) -> None:
    key = published("Ours")
    assert desk.stands(key).approved
    renewed_words(desk)
    assert act(renewal.renew, 1)
    here = desk.stands(key)
    assert (here.state, here.changed, here.approved, here.translation.state) == ("published", False, False, "draft")


def test_under_the_two_person_rule_nobody_renews_words_of_their_own_alone(desk: Desk) -> None:
    other = act(boilerplates.add, Words(heading="About the Fund", html="<p>It gives.</p>"), ("en",)).id
    key = published("Both", boilerplates=(1, other))
    published("Ours")
    publisher, admin = desk.person("publisher"), desk.person("admin")
    renewed_words(desk, publisher)
    act(preferences.choose, preferences.TWO_PERSON, True)
    page = words(publisher.get("/desk/boilerplates/1/renew"))
    assert "You wrote some of these words" in page
    assert "Admin can renew them" in page
    assert publisher.post("/desk/boilerplates/1/renew").status_code == 403
    # A comma of a colleague's takes nobody's hand away, and puts the colleague's in.
    also = {"heading": "About Bakcell", "body": "Bakcell is new!", "organisation": "bakcell"}
    assert admin.post("/desk/boilerplates/1", also).status_code == 303
    assert publisher.post("/desk/boilerplates/1/renew").status_code == 403
    assert admin.post("/desk/boilerplates/1/renew").status_code == 403
    assert "Nobody else here can renew them" in words(admin.get("/desk/boilerplates/1/renew"))
    act(accounts.set_role, "editor@example.org", "publisher")
    with db.reading() as session:
        second = accounts.actor_of(accounts.find_user(session, "editor@example.org"))
        found = renewal.behind_ids(session, 1, limit=10, now=clock.now())
    assert road.act(renewal.renew, 1, found[:1], actor=second) == 1
    # Once somebody else has let the words pass, whoever wrote them may go on; but not with other words of their own.
    fund = {"heading": "About the Fund", "body": "It takes."}
    assert publisher.post(f"/desk/boilerplates/{other}", fund).status_code == 303
    assert publisher.post("/desk/boilerplates/1/renew").status_code == 403  # they stand below an item of these
    assert publisher.post(f"/desk/boilerplates/{other}/renew").status_code == 403
    assert admin.post(f"/desk/boilerplates/{other}/renew").status_code == 303
    assert "It takes." in head(key).about_html
    assert publisher.post("/desk/boilerplates/1/renew").status_code == 303
    with db.reading() as session:
        assert renewal.behind(session, boilerplates.find(session, 1), now=clock.now()) == 0


def test_who_renews_has_no_hand_in_the_texts_above(desk: Desk) -> None:
    key = published("Ours")
    renewed_words(desk)
    with db.reading() as session:
        publisher = accounts.actor_of(accounts.find_user(session, "publisher@example.org"))
        writer = accounts.actor_of(accounts.find_user(session, "writer@example.org"))
    assert road.act(renewal.renew, 1, actor=publisher)
    act(preferences.choose, preferences.TWO_PERSON, True)
    text = checked(ItemDraft(headline="Ours, again"), ("en",))
    road.act(items.save, key, text, base=head(key).number, actor=writer)
    road.act(items.approve, key, actor=publisher)
    assert desk.stands(key).approved


def test_ticks_of_the_last_item_are_told_where_there_are_some(desk: Desk) -> None:
    number, editor = contact(), desk.person("editor")
    told = "Those of your last item are ticked already."
    assert told not in editor.get("/desk/items/new").text  # it is this person's first
    sent = {"headline": "Ours", "body": "It opens.", "contacts": str(number), "chosen": "contacts"}
    key = editor.post("/desk/items/new", sent).headers["Location"].rsplit("/", 1)[1]
    assert told in editor.get("/desk/items/new").text
    assert told not in editor.post("/desk/items/new", {"headline": ""}).text
    assert editor.post(f"/desk/items/{key}/template", {"name": "Results"}).status_code == 303
    with db.reading() as session:
        template = session.scalars(select(Template.id)).one()
    assert told not in editor.get(f"/desk/items/new?template={template}").text


def test_a_conflict_names_contacts_and_about_texts(desk: Desk) -> None:
    number, fund = (
        contact(Card(name="Rena Quliyeva", email="r@example.org")),
        act(boilerplates.add, Words(heading="About the Fund", html="<p>It gives.</p>"), ("en",)).id,
    )
    key, browser = written("Ours"), desk.person("writer")
    sent = fields(browser.get(f"/desk/items/{key}")) | {"contacts": [str(number)], "boilerplates": [str(fund)]}
    change(key, body_html="<p>Theirs.</p>")
    page = browser.client.post(f"/desk/items/{key}", data=sent).text
    differing = page[: page.index('id="what-now"')]
    for name in ("Rena Quliyeva", "About the Fund", "About Bakcell"):
        assert name in differing.replace("<del>", "").replace("<ins>", "").replace("</ins>", "").replace("</del>", "")


def test_bad_words_are_refused_and_kept(desk: Desk) -> None:
    browser = desk.person("editor")
    for sent, field in (
        ({"heading": "", "body": "Words"}, "heading"),
        ({"heading": "About", "body": " "}, "html"),
        ({"heading": "About", "body": "w" * 20_001}, "html"),
        ({"heading": "About", "body": "Words", "language": "xx"}, "language"),
        ({"heading": "About", "body": "Words", "organisation": "nobody"}, "organisation"),
    ):
        answer = browser.post("/desk/boilerplates/new", sent)
        assert answer.status_code == 422, sent
        assert f">{field}<" in answer.text or f'id="{field}-error"' in answer.text or field == "language"
        assert sent["body"] in answer.text


def test_words_of_an_unreleased_item_show_nowhere(desk: Desk) -> None:
    words = Words(name="Inner name", heading="About Zzyzx", html="<p>Zzyzx makes maps.</p>")
    number = act(boilerplates.add, words, ("en",)).id
    planned = written("Ours", boilerplates=(number,), dateline="QARABAG", subhead="Zzyzx again")
    act(publishing.schedule, planned, clock.now() + timedelta(days=1))
    key = published("Live", boilerplates=(1,))
    change(key, headline="Live", boilerplates=(number,), dateline="QARABAG")
    said = everything_public(desk, "/news/ours", "/news/live", "/feeds", "/feeds/organisation/bakcell.atom?raw=1")
    assert "Zzyzx" not in said
    assert "QARABAG" not in said
    act(publishing.correct, key, "Other words.")
    assert "Zzyzx makes maps." in everything_public(desk, "/news/live")
    assert "Inner name" not in everything_public(desk, "/news/live")
