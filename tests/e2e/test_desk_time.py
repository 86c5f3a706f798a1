"""The moment in a real browser: Undo inside ten seconds, "Live in N feeds", times that the clocks make unclear."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from patience import PATIENCE
from playwright.sync_api import Browser, Page, expect
from served import EMAIL, FORMATS, PASSWORD, Served

pytestmark = pytest.mark.browser
UNDONE, LIVE = "Undone within ten seconds of it", "Live in every feed that it should be in"
NIGHT = ("2027-10-31", "01:30", "London")
"""When clocks in London are put back from two to one."""


def seated(browser: Browser, served: Served, *, script: bool = True) -> Page:
    """A page of somebody who has signed in."""
    page = browser.new_context(java_script_enabled=script, reduced_motion="reduce").new_page()
    page.set_default_timeout(10_000 * PATIENCE)
    page.goto(f"{served.base}/desk/login")
    page.fill("[name=email]", EMAIL)
    page.fill("[name=password]", PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("link", name="Calendar")).to_be_visible()
    return page


def publish(page: Page, served: Served, key: str) -> None:
    """Through the dialogue, now."""
    page.goto(f"{served.base}/desk/items/{key}/release")
    page.get_by_role("button", name="Publish", exact=True).click()
    page.wait_for_url(f"**/desk/items/{key}")


def accessible(page: Page) -> None:
    """Axe finds nothing: light, dark, and as wide as a phone; and nothing sticks out."""
    for scheme, width in (("light", 1280), ("dark", 1280), ("light", 375)):
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light", reduced_motion="reduce")
        page.set_viewport_size({"width": width, "height": 900})
        found = Axe().run(page).response["violations"]
        assert not found, (page.url, scheme, width, [(v["id"], [n["html"] for n in v["nodes"]]) for v in found])
        assert not page.evaluate("document.documentElement.scrollWidth > innerWidth"), (page.url, width)
    page.set_viewport_size({"width": 1280, "height": 900})


def in_feeds(served: Served, words: str) -> set[str]:
    feeds = (
        f"/feeds/{scope}.{suffix}"
        for scope in ("news", "category/innovation", "organisation/bakcell")
        for suffix in FORMATS
    )
    return {path for path in feeds if words in served.get(path).text}


def test_undo_in_time_and_live_in_every_feed(browser: Browser, served: Served) -> None:
    page, faults = seated(browser, served), []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda m: faults.append(m.text) if m.type == "error" or "Security Policy" in m.text else None)
    undone, live = (served.draft(words, categories=["Innovation"]) for words in (UNDONE, LIVE))

    publish(page, served, undone)
    expect(page.locator("#countdown")).to_contain_text(re.compile(r"Goes live in \d+ s\."))
    expect(page.get_by_role("button", name="Undo publishing")).to_be_focused()
    assert not Axe().run(page).response["violations"]
    page.keyboard.press("Enter")
    expect(page.get_by_text("Undone: nothing went out.")).to_be_visible()

    publish(page, served, live)
    assert not in_feeds(served, LIVE)
    page.fill("[name=summary]", "Typed while the seconds ran")
    expect(page.locator("#countdown")).to_contain_text(
        re.compile(r"Live in 3 feeds, \d+(\.\d)? s ago\."), timeout=30_000
    )
    expect(page.locator("#countdown").get_by_role("link", name="Look at it")).to_have_attribute(
        "href", re.compile("/news/.")
    )
    said = page.locator("#countdown").inner_text()
    expect(page.locator("#state")).to_contain_text("Published")
    expect(page.get_by_role("button", name="Undo publishing")).to_have_count(0)
    expect(page.locator("[name=summary]")).to_have_value("Typed while the seconds ran")
    assert len(in_feeds(served, LIVE)) == 3 * len(FORMATS)
    assert not in_feeds(served, UNDONE)  # its moment has passed as well
    assert float(re.findall(r"([\d.]+) s ago", said)[0]) < 5, said
    print(f"\n  {said!r}")
    assert not faults
    accessible(page)
    page.context.close()


def test_a_time_that_comes_twice_is_asked_about(browser: Browser, served: Served) -> None:
    page, key = seated(browser, served), served.draft("Planned for the night when clocks are put back")
    page.goto(f"{served.base}/desk/items/{key}/release")
    day, hour, city = NIGHT
    page.fill("[name=city]", city)
    page.fill("[name=day]", "2027-07-01")
    page.fill("[name=hour]", hour)
    expect(page.locator("#told")).to_contain_text("00:30:00 UTC, in ")
    expect(page.get_by_label("At a moment")).to_be_checked()
    page.fill("[name=day]", day)
    expect(page.locator("#told")).to_contain_text("this time comes twice")
    page.get_by_role("button", name="Plan it", exact=True).click()
    question = page.get_by_role("group", name="Which moment do you mean?")
    expect(question.get_by_role("radio")).to_have_count(2)
    expect(question).to_contain_text("00:30:00 UTC")
    accessible(page)
    assert served.api("GET", f"/items/{key}").json()["publish_at"] is None
    question.get_by_label("01:30:00 UTC").check()
    page.get_by_role("button", name="Plan it", exact=True).click()
    expect(page.get_by_text("Planned for 31 October 2027")).to_be_visible()
    assert served.api("GET", f"/items/{key}").json()["publish_at"] == "2027-10-31T01:30:00Z"
    page.get_by_role("link", name="See it in the calendar.").click()
    expect(page.get_by_role("link", name="Planned for the night")).to_be_visible()
    page.context.close()


def test_without_javascript(browser: Browser, served: Served) -> None:
    page, key = seated(browser, served, script=False), served.draft("Published by a browser without scripts")
    page.goto(f"{served.base}/desk/items/{key}/release")
    page.get_by_label("At a moment").check()
    page.fill("[name=day]", "2027-03-28")
    page.fill("[name=hour]", "01:30")
    page.fill("[name=city]", "London")
    page.get_by_role("button", name="Show this moment in UTC").click()
    expect(page.get_by_role("group", name="Which moment do you mean?").get_by_role("radio")).to_have_count(2)
    page.get_by_label("Now", exact=False).first.check()
    page.get_by_role("button", name="Publish", exact=True).click()
    expect(page.locator("#countdown")).to_contain_text(re.compile(r"Goes live at \d\d:\d\d:\d\d\."))
    expect(page.get_by_role("link", name="Look whether it is live")).to_be_visible()
    page.get_by_role("button", name="Undo publishing").click()
    expect(page.get_by_text("Undone: nothing went out.")).to_be_visible()
    page.context.close()


def test_nothing_is_out_of_reach(browser: Browser, served: Served) -> None:
    page = seated(browser, served)
    draft, live, coming = (served.draft(f"An item to look at, number {n}") for n in range(3))
    served.act(live, "publish")
    served.edit(live, body_html="<p>Put right.</p>")
    at = datetime.now(UTC) + timedelta(hours=1)
    served.act(coming, "schedule", publish_at=f"{at:%Y-%m-%dT%H:%M:%SZ}")
    paths = [
        f"items/{draft}/release",
        "calendar",
        "calendar?view=week",
        "hold",
        f"items/{live}/correct",
        f"items/{live}/withdraw",
    ]
    for path in paths:
        page.goto(f"{served.base}/desk/{path}")
        accessible(page)
    page.goto(f"{served.base}/desk/hold")
    page.get_by_role("button", name="Hold everything").click()
    page.goto(f"{served.base}/desk/unhold")
    accessible(page)
    page.get_by_role("button", name="Let things go live again").click()
    expect(page.get_by_text("Things go live again.")).to_be_visible()
    page.context.close()
