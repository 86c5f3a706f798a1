"""The page "Who reads us": plain figures, an honest empty state, nothing of a reader."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from desk_newsroom import Desk, words

from feedsvc import clock, db, settings
from feedsvc.feeds import which
from feedsvc.newsroom import audience
from feedsvc.newsroom.families import KIND_OF, KINDS
from feedsvc.newsroom.tallies import Polls, Tally
from feedsvc.web.desk.audience import KINDS as KINDS_IN_WORDS


def noted(*rows: dict[str, Any], days_ago: int = 0, lost: int = 0) -> None:
    now = clock.now()
    day = (now - timedelta(days=days_ago)).date()
    usual = {"day": day, "scope": "news", "language": "en", "format": "atom", "status": 200, "family": "Feedly"}
    polls = [Polls(**{**usual, "requests": 1, "subscribers": 0, **row}) for row in rows]  # type: ignore[arg-type]
    with db.transaction() as session:
        which.ensure(session, settings.current().languages, now=now)
        source = f"{datetime.now(UTC).timestamp():.6f}"
        audience.take(session, Tally(source, 1, day, polls, lost), now=now)


def test_nothing_yet_says_what_will_appear(desk: Desk) -> None:
    page = words(desk.person("editor").get("/desk/audience"))
    assert "Nobody has asked for a feed in this time." in page
    assert "some ten seconds later" in page
    assert "No address of a person or a computer is kept" in page


def test_figures_of_a_feed(desk: Desk) -> None:
    noted(
        {"requests": 1_200, "status": 304, "subscribers": 1_234},
        {"requests": 400},
        {"format": "rss", "family": "Other bots", "requests": 5},
        {"format": "rss", "family": "Firefox", "status": 303, "requests": 3},
    )
    page = words(desk.person("editor").get("/desk/audience"))
    assert "Atom 1,600 75% 1,234" in page
    assert "RSS 8 0% not said" in page
    assert "Feedly Reading service 1,600 100% 1,234" in page
    assert "Other robots Search engine or robot 5 0% not said" in page
    assert "Firefox Browser 3" in page


def test_periods_and_what_was_lost(desk: Desk) -> None:
    noted({"requests": 3})
    noted({"requests": 40}, days_ago=6)
    noted({"requests": 500}, days_ago=7, lost=2)
    browser = desk.person("publisher")
    assert "Atom 43 0%" in words(browser.get("/desk/audience"))
    assert "could not be counted" not in words(browser.get("/desk/audience?days=7"))
    month = words(browser.get("/desk/audience?days=30"))
    assert "Atom 543 0%" in month
    assert "2 further requests were answered and could not be counted" in month
    for odd in ("0", "-1", "99999999999999999999", "x", ""):
        assert "Atom 43 0%" in words(browser.get(f"/desk/audience?days={odd}"))


def test_rare_readers_are_added_up(desk: Desk) -> None:
    families = sorted(KIND_OF)[:15]
    noted(*({"family": name, "requests": 100 - nth} for nth, name in enumerate(families)))
    page = words(desk.person("admin").get("/desk/audience"))
    assert f"{families[9]} " in page
    assert families[12] not in page
    assert f"All the rest {sum(100 - nth for nth in range(10, 15))}" in page


def test_every_kind_has_a_word() -> None:
    assert set(KINDS_IN_WORDS) == set(KINDS)


@pytest.mark.parametrize(("role", "there"), [("writer", False), ("editor", True), ("publisher", True), ("admin", True)])
def test_the_page_is_linked_for_whom_it_opens(desk: Desk, role: str, there: bool) -> None:
    browser = desk.person(role)
    assert ('href="/desk/audience"' in browser.get("/desk/items").text) is there
    assert browser.get("/desk/audience").status_code == (200 if there else 403)
