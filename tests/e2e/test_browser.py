"""The road as people walk it: an editor's browser at one end, a foreign feed reader at the other."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import feedparser
import pytest
from playwright.sync_api import Browser, Page, expect
from served import Served, newsroom, wait_for

pytestmark = pytest.mark.browser
PASSWORD = "correct horse battery staple"


@pytest.fixture
def unclaimed(tmp_path: Path) -> Iterator[Served]:
    """A newsroom in which nobody has an account yet."""
    nobody = {"FEEDSVC_ADMIN_EMAIL": "", "FEEDSVC_ADMIN_PASSWORD": ""}
    with newsroom(tmp_path / "unclaimed", **nobody) as one:
        yield one


def set_up(page: Page, served: Served) -> None:
    """Uses the link that `make run` printed."""
    wait_for(lambda: re.search("/desk/setup/.", served.log()), 15)  # printed once the web answers
    link = re.search(r"(http://\S+/desk/setup/\S+)", served.log())
    assert link, served.log()
    page.goto(link[1])
    page.fill("[name=name]", "Aysel Suleymanova")
    page.fill("[name=email]", "aysel@example.org")
    page.fill("[name=password]", PASSWORD)
    page.fill("[name=again]", PASSWORD)
    page.get_by_role("button", name="Set the password and sign in").click()
    expect(page.get_by_role("link", name="Write an item").first).to_be_visible()
    page.goto(link[1])
    expect(page.locator("[name=password]")).to_have_count(0)
    page.goto(f"{served.base}/desk")


def confirm(page: Page, offered: str, then: str) -> None:
    """Takes an action from the item's page through its confirmation."""
    page.locator("main").get_by_text(offered, exact=True).click()
    page.get_by_role("button", name=then, exact=True).click()


def write(page: Page, *lines: str) -> None:
    """Types the text of an item anew: into the editor, or into the plain field where there is no JavaScript."""
    box = page.locator("#body")
    box.fill(lines[0])
    for line in lines[1:]:
        box.press("Enter")
        box.press_sequentially(line)


def write_the_first(page: Page, *, script: bool) -> None:
    """A paragraph, a list and a link, as each kind of form takes them."""
    if not script:
        page.fill("#body", "The first paragraph.\n\n- one\n- two\n\nMore at [our page](https://example.org/x).")
        return
    write(page, "The first paragraph.", "- one", "two ")
    page.get_by_role("button", name="Link", exact=True).click()
    page.get_by_label("Address of the link").fill("https://example.org/x")
    page.get_by_label("Address of the link").press("Enter")


def entry_of(served: Served, headline: str) -> Any:
    parsed: Any = feedparser.parse(f"{served.base}/feeds/news.atom")
    assert not parsed.bozo
    return next((e for e in parsed.entries if e.title == headline), None)


@pytest.mark.parametrize("script", [True, False], ids=["with-javascript", "without-javascript"])
def test_editor_writes_publishes_corrects_withdraws_and_a_reader_sees_just_that(
    browser: Browser, unclaimed: Served, script: bool
) -> None:
    context = browser.new_context(java_script_enabled=script)
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on(
        "console", lambda message: faults.append(message.text) if "Content Security Policy" in message.text else None
    )
    set_up(page, unclaimed)

    page.get_by_role("link", name="Write an item").first.click()
    page.fill("[name=headline]", "Bakcell opens in “Gəncə” & beyond")
    page.fill("[name=summary]", "A short summary.")
    write_the_first(page, script=script)
    page.get_by_label("Innovation").check()
    page.fill("[name=places]", "Gəncə, Şuşa")
    page.get_by_role("button", name="Save as a draft").click()
    assert entry_of(unclaimed, "Bakcell opens in “Gəncə” & beyond") is None

    confirm(page, "Publish…", "Publish")
    entry = wait_for(lambda: entry_of(unclaimed, "Bakcell opens in “Gəncə” & beyond"), 15, 0.5)
    page.reload()
    entry = entry_of(unclaimed, "Bakcell opens in “Gəncə” & beyond")
    assert "<li>one</li>" in entry.content[0].value
    assert 'href="https://example.org/x"' in entry.content[0].value
    assert {"Innovation", "Gəncə", "Şuşa"} <= {tag.label or tag.term for tag in entry.tags}
    answer = unclaimed.get("/feeds/news.atom")
    assert unclaimed.get("/feeds/news.atom", If_None_Match=answer.headers["ETag"]).status == 304

    write(page, "The first paragraph, put right.")
    page.get_by_role("button", name="Save", exact=True).click()
    page.locator("main").get_by_text("Correct with a note…", exact=True).click()
    page.fill("[name=note]", "The first paragraph was wrong.")
    page.get_by_role("button", name="Publish the correction").click()
    assert wait_for(
        lambda: "put right" in entry_of(unclaimed, "Bakcell opens in “Gəncə” & beyond").content[0].value, 15, 0.5
    )
    page.reload()
    corrected = entry_of(unclaimed, "Bakcell opens in “Gəncə” & beyond")
    assert corrected.id == entry.id
    assert corrected.published == entry.published
    assert "put right" in corrected.content[0].value
    assert "The first paragraph was wrong." in corrected.content[0].value

    page.locator("main").get_by_text("Withdraw…", exact=True).click()
    page.fill("[name=reason]", "It was not ours to tell.")
    page.get_by_role("button", name="Withdraw it").click()
    assert entry_of(unclaimed, "Bakcell opens in “Gəncə” & beyond") is None
    reader = context.new_page()
    gone = reader.goto(entry.link)
    assert gone is not None
    assert gone.status == 410
    expect(reader.locator("main")).to_contain_text("It was not ours to tell.")
    assert not faults
    context.close()


def test_browser_that_opens_a_feed_is_led_to_its_page(browser: Browser, served: Served) -> None:
    page = browser.new_page()
    page.goto(f"{served.base}/feeds/news.rss")
    assert page.url == f"{served.base}/feeds/news"
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.close()
