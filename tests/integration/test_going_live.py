"""The moment at the desk: the dialogue before it, the countdown with its Undo, the calendar, the hold."""

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from desk_newsroom import Browser, Desk, words
from hypothesis import example, given
from hypothesis import strategies as st

from feedsvc import clock, db, road
from feedsvc.errors import Invalid
from feedsvc.feeds import which
from feedsvc.models import Publication
from feedsvc.newsroom import agenda, releasing
from feedsvc.newsroom.workflow import SYSTEM
from feedsvc.web.desk import moments, zones

NOW = {"when": "now"}
BERLIN = ZoneInfo("Europe/Berlin")


class Clock:
    """The newsroom's clock, to be put forward; it stands still in between."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = clock.now()
        monkeypatch.setattr(clock, "now", lambda: self.now)

    def on(self, seconds: float) -> datetime:
        self.now += timedelta(seconds=seconds)
        return self.now


@pytest.fixture
def hands(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Clock:
    with db.transaction() as session:
        which.ensure(session, ("en",), now=clock.now())
    return Clock(monkeypatch)


def planned(desk: Desk, key: str) -> Publication:
    coming = desk.stands(key).pending
    assert coming
    return coming


def said(browser: Browser, key: str) -> dict[str, object]:
    return browser.get(f"/desk/items/{key}/standing.json").get_json()


def test_now_is_a_plan_for_ten_seconds_ahead_and_undo_leaves_no_trace(desk: Desk, hands: Clock) -> None:
    browser, key = desk.person("publisher"), desk.item(headline="Undone in time")
    browser.post(f"/desk/items/{key}/release", NOW)
    at = planned(desk, key).at
    assert timedelta(seconds=10) <= at - hands.now < timedelta(seconds=11)
    assert at.microsecond == 0
    page = browser.get(f"/desk/items/{key}")
    assert f"Goes live at {moments.hour_of(at)}." in words(page)
    assert f'action="/desk/items/{key}/undo"' in page.text
    assert said(browser, key)["phase"] == "soon"
    hands.on(9)
    assert "nothing went out" in words(browser.post(f"/desk/items/{key}/undo", follow_redirects=True))
    hands.on(60)
    assert said(browser, key)["phase"] == "quiet"
    assert browser.get("/news/undone-in-time").status_code == 404
    assert desk.stands(key).published_at is None


def test_undo_at_the_very_last_moment_says_that_it_was_too_late(desk: Desk, hands: Clock) -> None:
    browser, key = desk.person("publisher"), desk.item(headline="Too late")
    browser.post(f"/desk/items/{key}/release", NOW)
    sent = {"csrf_token": browser.token()}
    hands.now = planned(desk, key).at - timedelta(milliseconds=300)
    for seconds in (0, 1):
        hands.on(seconds)
        answer = browser.client.post(f"/desk/items/{key}/undo", data=sent, follow_redirects=True)
        assert "Too late to undo" in words(answer)
        assert "withdraw" in words(answer)
    assert desk.stands(key).live


def test_undo_after_somebody_else_undid(desk: Desk, hands: Clock) -> None:
    browser, key = desk.person("publisher"), desk.item()
    browser.post(f"/desk/items/{key}/release", NOW)
    browser.post(f"/desk/items/{key}/undo")
    assert "somebody called it off before you" in words(browser.post(f"/desk/items/{key}/undo", follow_redirects=True))


def test_what_is_live_is_measured_in_the_feeds_and_not_claimed(desk: Desk, hands: Clock, tmp_path: Path) -> None:
    key = desk.item(headline="Measured in the feeds", authors=("Aysel",))
    browser = desk.person("publisher")
    browser.post(f"/desk/items/{key}/release", NOW)
    hands.now = planned(desk, key).at + timedelta(milliseconds=200)
    told = said(browser, key)
    assert (told["phase"], told["words"], told["is_done"]) == ("live", "Live in 3 feeds, 0.2 s ago.", True)
    # Bytes without the entry are told from those with it.
    import gzip

    current = tmp_path / "shelf" / "en" / "author" / "aysel" / "current"
    document = current / "atom.gz"
    text = gzip.decompress(document.read_bytes())
    assert b"Measured in the feeds" in text
    document.write_bytes(gzip.compress(text.replace(b"Measured", b"Imagined")))
    (meta := current / "meta.json").write_text(
        re.sub(r'("atom.gz": )\d+', rf"\g<1>{document.stat().st_size}", meta.read_text())
    )
    told = said(browser, key)
    assert told["is_done"] is False
    assert "In 2 of 3 feeds" in str(told["words"])


def test_a_hold_keeps_a_countdown_back_and_the_api_says_so(desk: Desk, hands: Clock) -> None:
    browser, key = desk.person("publisher"), desk.item(headline="Kept back")
    browser.post(f"/desk/items/{key}/release", NOW)
    assert not desk.stands(key).held
    browser.post("/desk/hold", {"reason": "Stop"})
    hands.on(20)
    assert said(browser, key)["phase"] == "held"
    assert desk.stands(key).held
    lifting = browser.get("/desk/unhold")
    assert "1 item goes live at once" in words(lifting)
    assert "Kept back" in lifting.text
    browser.post("/desk/unhold")
    assert not desk.stands(key).held
    assert said(browser, key)["phase"] == "live"


def test_the_page_of_the_hold_says_what_it_stops_and_what_it_does_not(desk: Desk, hands: Clock) -> None:
    browser = desk.person("publisher")
    coming, out = desk.item(headline="Planned for later"), desk.item(headline="Out a minute ago")
    desk.act("publish", out)
    desk.act("schedule", coming, hands.now + timedelta(hours=2))
    hands.on(60)
    page = browser.get("/desk/hold")
    kept, _, gone = page.text.partition("What is out already")
    assert "Planned for later" in kept
    assert "Out a minute ago" not in kept
    assert "Out a minute ago" in gone
    assert f"/desk/items/{out}/withdraw" in gone
    assert f"/desk/items/{out}/withdraw" not in desk.person("editor").get("/desk/hold").text


def test_what_blocks_is_refused_and_nothing_goes_out(desk: Desk, hands: Clock) -> None:
    browser, key = desk.person("publisher"), desk.item(body_html="")
    page = browser.get(f"/desk/items/{key}/release")
    assert "There is no text." in words(page)
    assert f"/desk/items/{key}#body" in page.text
    answer = browser.post(f"/desk/items/{key}/release", NOW)
    assert answer.status_code == 422
    assert "nothing was published" in words(answer)
    assert desk.stands(key).pending is None
    desk.act("publish", key)  # a program may: a headline can be all there is to say
    assert desk.stands(key).live


def test_a_warning_stops_nobody_and_a_twin_is_named(desk: Desk, hands: Clock) -> None:
    twin, key = (
        desk.item(headline="TWENTY STATIONS OPEN İN GƏNCƏ", slug="stations"),
        desk.item(headline="Twenty stations open in Gəncə"),
    )
    browser = desk.person("publisher")
    assert "Another item with this headline" not in words(browser.get(f"/desk/items/{key}/release"))
    desk.act("publish", twin)
    page = browser.get(f"/desk/items/{key}/release")
    assert "Another item with this headline is live." in words(page)
    assert f'href="/desk/items/{twin}"' in page.text
    assert browser.post(f"/desk/items/{key}/release", NOW).status_code == 303


def test_the_dialogue_shows_feeds_and_the_entry_as_a_reader_has_it(desk: Desk, hands: Clock) -> None:
    body = "<p>First words.</p><table><tbody><tr><td>A cell</td></tr></tbody></table>"
    key = desk.item(headline="As a reader has it", body_html=body, authors=("Aysel",), categories=("Innovation",))
    browser = desk.person("publisher")
    page = browser.get(f"/desk/items/{key}/release")
    assert "4 feeds will carry it" in words(page)
    assert "new: its feed begins with this item" in words(page)
    assert '<p class="reader-excerpt">First words. A cell' in page.text
    assert "<td>A cell</td>" in page.text
    assert "/feeds/news" in page.text
    assert browser.get("/feeds/author/aysel").status_code == 404  # looking at it made nothing known


def test_a_moment_is_read_in_the_city_that_was_typed(desk: Desk, hands: Clock) -> None:
    browser, key = desk.person("publisher"), desk.item()
    day = (hands.now + timedelta(days=3)).date()
    sent = {"when": "at", "day": day.isoformat(), "hour": "09:10", "city": "new  YORK"}
    checked = browser.post(f"/desk/items/{key}/release", {**sent, "check": "1"})
    expected = datetime(day.year, day.month, day.day, 9, 10, tzinfo=ZoneInfo("America/New_York")).astimezone(UTC)
    assert re.search(rf"{expected:%H:%M:%S} UTC, in [234] days", words(checked))
    assert desk.stands(key).pending is None
    assert browser.post(f"/desk/items/{key}/release", sent).status_code == 303
    assert planned(desk, key).at == expected
    answer = browser.post(f"/desk/items/{key}/release", {**sent, "city": "Atlantis"})
    assert answer.status_code == 422
    assert "We know no time zone of “Atlantis”" in words(answer)
    assert 'value="Atlantis"' in answer.text


@pytest.mark.parametrize(
    ("day", "hour", "meant"),
    [
        ("2027-10-31", "02:30", ("2027-10-31T00:30:00+00:00", "2027-10-31T01:30:00+00:00")),  # put back
        ("2027-03-28", "02:30", ("2027-03-28T00:30:00+00:00", "2027-03-28T01:30:00+00:00")),  # put forward
    ],
)
def test_where_the_clocks_change_it_is_asked_and_never_guessed(
    desk: Desk, hands: Clock, day: str, hour: str, meant: tuple[str, str]
) -> None:
    browser = desk.person("publisher")
    hands.now = datetime(2027, 1, 10, tzinfo=UTC)
    browser = desk.person("publisher")
    key = desk.item()
    sent = {"when": "at", "day": day, "hour": hour, "city": "Berlin"}
    asked = browser.post(f"/desk/items/{key}/release", sent)
    assert asked.status_code == 422
    assert "Which moment do you mean?" in words(asked)
    assert tuple(re.findall(r'name="choice" value="([^"]+)"', asked.text)) == meant
    for one in meant:
        assert f"{datetime.fromisoformat(one):%H:%M:%S} UTC" in words(asked)
    assert "checked" not in re.findall(r'name="choice"[^>]*', asked.text)[0]
    for wrong in ("2027-10-31T04:30:00+00:00", "x", ""):
        assert browser.post(f"/desk/items/{key}/release", {**sent, "choice": wrong}).status_code == 422
    assert desk.stands(key).pending is None
    for one in meant:
        assert browser.post(f"/desk/items/{key}/release", {**sent, "choice": one}).status_code == 303
        assert planned(desk, key).at.isoformat() == one


@given(st.datetimes(min_value=datetime(2026, 1, 1), max_value=datetime(2035, 1, 1)))
@example(datetime(2027, 10, 31, 2, 30))
@example(datetime(2027, 3, 28, 2, 30))
def test_choices_are_the_moments_that_may_be_meant(wall: datetime) -> None:
    wall = wall.replace(microsecond=0)
    found = moments.choices(wall.date(), wall.time(), BERLIN)
    try:
        assert found[0] == found[1] == moments.in_zone(wall.date(), wall.time(), BERLIN)
    except Invalid as refused:
        shows = [one.astimezone(BERLIN).replace(tzinfo=None) for one in found]
        if refused.problems["publish_at"][0] == "fold":
            assert shows == [wall, wall]  # either is right, each for its own reason
        else:
            assert shows[0] < wall < shows[1]
        assert found[1] - found[0] == timedelta(hours=1)


def test_every_city_is_found_by_its_name_and_baku_is_baku() -> None:
    for city, name in zones.cities().items():
        assert zones.find(city).key == zones.find(f" {name.upper()} ").key == name
    assert zones.find("baku").key == "Asia/Baku"
    assert zones.find("utc").key == "UTC"
    with pytest.raises(Invalid):
        zones.find("../etc/passwd")


def test_the_calendar_shows_what_was_and_what_comes(desk: Desk, hands: Clock) -> None:
    browser = desk.person("writer")
    hands.now = datetime(2027, 5, 12, 8, tzinfo=UTC)
    browser = desk.person("writer")
    assert "Nothing is planned" in words(browser.get("/desk/calendar"))
    first, second, third = (desk.item(headline=f"Number {n} of the plan") for n in ("one", "two", "three"))
    desk.act("schedule", first, datetime(2027, 5, 20, 9, 10, 5, tzinfo=UTC))
    desk.act("schedule", second, datetime(2027, 5, 20, 9, 10, 50, tzinfo=UTC))
    desk.act("publish", third)
    hands.on(1)
    for path in ("/desk/calendar", "/desk/calendar?on=2027-05-20&view=week"):
        page = browser.get(path)
        assert f"/desk/items/{first}" in page.text
        assert page.text.count("Same minute as another item") == 2, path
    month = browser.get("/desk/calendar")
    assert f"/desk/items/{third}" in month.text
    assert 'aria-current="date"' in month.text
    desk.act("unschedule", second)
    assert "Same minute" not in browser.get("/desk/calendar").text
    assert "Number one" not in browser.get("/desk/calendar?on=2027-04-03").text
    for odd in (
        "on=2027-13-01",
        "on=x",
        "view=week&after=1-1",
        "view=week&after=%00",
        "on=0001-01-01",
        "on=9999-12-31",
    ):
        assert browser.get(f"/desk/calendar?{odd}").status_code == 200, odd


def test_a_day_is_a_day_of_the_zone_also_where_the_clocks_change(desk: Desk, hands: Clock) -> None:
    hands.now = datetime(2027, 10, 1, tzinfo=UTC)
    late = datetime(2027, 10, 31, 22, 59, tzinfo=UTC)  # 23:59 in Berlin, after 25 hours of that day
    desk.act("schedule", desk.item(), late)
    start, end = agenda.bounds(date(2027, 10, 31), 1, BERLIN)
    assert end - start == timedelta(hours=25)
    with db.reading() as session:
        assert agenda.day(session, date(2027, 10, 31), BERLIN, now=hands.now, limit=5).count == 1
        assert agenda.day(session, date(2027, 11, 1), BERLIN, now=hands.now, limit=5).count == 0


def test_a_long_week_is_paged_and_a_long_day_is_counted(
    desk: Desk, hands: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    from feedsvc.web.desk import calendar

    monkeypatch.setattr(calendar, "ON_A_PAGE", 2)
    at = datetime(2027, 5, 20, 9, 10, tzinfo=UTC)
    keys = [desk.item(headline=f"Number {n}") for n in range(5)]
    for key in keys:
        desk.act("schedule", key, at)
    browser, path, seen = desk.person("writer"), "/desk/calendar?on=2027-05-20&view=week", []
    while path:
        page = browser.get(path)
        seen += re.findall(r'/desk/items/([0-9a-f-]{36})"', page.text)
        following = re.search(r'rel="next" href="([^"]+after=[^"]+)"', page.text)
        path = following[1].replace("&amp;", "&") if following else ""
    assert sorted(seen) == sorted(keys)
    assert "1 more" in words(browser.get("/desk/calendar?on=2027-05-20"))


def test_soon_is_a_whole_second_at_least_a_countdown_away() -> None:
    for microseconds in (0, 1, 500_000, 999_999):
        now = datetime(2027, 1, 1, 12, 0, 0, microseconds, tzinfo=UTC)
        assert releasing.COUNTDOWN <= releasing.soon(now) - now < releasing.COUNTDOWN + timedelta(seconds=1)


def test_corrections_and_updates_count_down_too(desk: Desk, hands: Clock) -> None:
    from feedsvc.newsroom import items
    from feedsvc.newsroom.drafts import ItemDraft, checked

    key = desk.item(headline="To be put right")
    desk.act("publish", key)
    browser = desk.person("publisher")
    for number, (verb, fields, kind) in enumerate(
        (("correct", {"note": "A note."}, "Corrected"), ("update", {}, "Updated"))
    ):
        text = checked(ItemDraft(headline=f"Put right {number}", body_html="<p>Words.</p>"), ("en",))
        road.act(items.save, key, text, base=number + 1, actor=SYSTEM)
        asked = browser.get(f"/desk/items/{key}/{verb}")
        assert "2 feeds will carry the new text" in words(asked)
        assert browser.post(f"/desk/items/{key}/{verb}", {**fields, **NOW}).status_code == 303
        assert "The new text goes live at" in words(browser.get(f"/desk/items/{key}"))
        hands.on(11)
        assert f"{kind} in 2 feeds" in str(said(browser, key)["words"])


def test_pictures_and_contacts_of_the_text_are_checked(desk: Desk, hands: Clock) -> None:
    from feedsvc.models import Picture, RevisionPicture

    browser, key = desk.person("publisher"), desk.item()
    assert "Nobody is named whom journalists can ask." in words(browser.get(f"/desk/items/{key}/release"))
    with db.transaction() as session:
        size = {
            "size": 1,
            "width": 640,
            "height": 400,
            "sizes": [{"name": "640", "width": 640, "height": 400, "jpg": 1, "webp": 1}],
        }
        row = Picture(key="k", digest="d", name="mast.jpg", created_at=hands.now, **size)
        session.add(row)
        session.flush()
        head = desk.stands(key).head.id
        session.add(RevisionPicture(revision_id=head, position=0, picture_id=row.id, decorative=False))
    page = browser.get(f"/desk/items/{key}/release")
    assert "The picture “mast.jpg” says nothing to people who cannot see it." in words(page)
    assert "is 640 pixels wide" in words(page)
    assert f"/desk/items/{key}#pictures" in page.text
    assert browser.post(f"/desk/items/{key}/release", NOW).status_code == 422


def test_a_text_that_changed_since_the_dialogue_does_not_go_out_unseen(desk: Desk, hands: Clock) -> None:
    from feedsvc.newsroom import items
    from feedsvc.newsroom.drafts import ItemDraft, checked

    browser, key = desk.person("publisher"), desk.item()
    assert '<input type="hidden" name="revision" value="1">' in browser.get(f"/desk/items/{key}/release").text
    text = checked(ItemDraft(headline="Changed meanwhile", body_html="<p>Words.</p>"), ("en",))
    road.act(items.save, key, text, base=1, actor=SYSTEM)
    answer = browser.post(f"/desk/items/{key}/release", {**NOW, "revision": "1"})
    assert answer.status_code == 409
    assert "Changed meanwhile" in answer.text
    assert desk.stands(key).pending is None
    assert browser.post(f"/desk/items/{key}/release", {**NOW, "revision": "2"}).status_code == 303


def test_the_dialogue_names_who_must_look_at_it_first(desk: Desk, hands: Clock) -> None:
    from feedsvc.newsroom import preferences

    browser = desk.person("publisher")
    answer = browser.post("/desk/items/new", {"headline": "By one person alone", "body": "Words."})
    key = answer.headers["Location"].rpartition("/")[2]
    assert 'value="release"' in browser.get(f"/desk/items/{key}").text
    road.act(preferences.choose, preferences.TWO_PERSON, True, actor=SYSTEM)
    assert 'value="release"' not in browser.get(f"/desk/items/{key}").text
    assert "somebody else approves it: Admin, Editor" in words(browser.get(f"/desk/items/{key}/release"))
    assert browser.post(f"/desk/items/{key}/release", NOW).status_code in (403, 409)
    assert desk.stands(key).pending is None
