"""Whole journeys: a first-time user from a Word file to a planned item, somebody without a mouse, a browser without scripts."""

import base64
import sys
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from patience import PATIENCE
from playwright.sync_api import Browser, Locator, Page, expect
from served import EMAIL, PASSWORD, ROOT, Served

sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tests" / "integration")]

import word_files  # noqa: E402
from picture_samples import picture  # noqa: E402

pytestmark = pytest.mark.browser
DROP = """([selector, content, name, type]) => {
  const bytes = Uint8Array.from(atob(content), (sign) => sign.charCodeAt(0));
  const carried = new DataTransfer();
  carried.items.add(new File([bytes], name, { type }));
  const there = document.querySelector(selector);
  for (const kind of ["dragenter", "dragover", "drop"]) {
    there.dispatchEvent(new DragEvent(kind, { dataTransfer: carried, bubbles: true, cancelable: true }));
  }
}"""
MOST_ACTIONS = 15
MOST_SECONDS = 180
LOOKING, TYPING = 6.0, 0.25
"""Seconds in which a newcomer finds what to do next, and in which one key is pressed."""


def seated(browser: Browser, served: Served, *, script: bool = True) -> Page:
    page = browser.new_context(java_script_enabled=script, reduced_motion="reduce").new_page()
    page.set_default_timeout(20_000 * PATIENCE)
    page.goto(f"{served.base}/desk/login")
    page.fill("[name=email]", EMAIL)
    page.fill("[name=password]", PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(lambda url: "/login" not in url)
    return page


@dataclass
class Count:
    """What a person did, and how long a newcomer would have taken for it."""

    page: Page
    done: list[str] = field(default_factory=list)
    keys: int = 0

    def press(self, name: str, *, role: str = "button") -> None:
        self.page.get_by_role(role, name=name, exact=True).first.click()  # type: ignore[arg-type]
        self.done.append(f"press “{name}”")

    def type(self, label: str, words: str) -> None:
        self.page.get_by_label(label, exact=True).first.fill(words)
        self.keys += len(words)
        self.done.append(f"fill in “{label}”")

    def drop(self, selector: str, content: bytes, name: str, kind: str = "") -> None:
        self.page.evaluate(DROP, [selector, base64.b64encode(content).decode(), name, kind])
        self.done.append(f"drop {name}")

    def seconds(self, waited: float) -> float:
        """Finding, typing and waiting together."""
        return len(self.done) * LOOKING + self.keys * TYPING + waited


def planned(served: Served, headline: str) -> str | None:
    items = served.api("GET", "/items?limit=20").json()["items"]
    found = next((item for item in items if item["headline"] == headline), None)
    return found["publish_at"] if found else None


def test_from_a_word_file_to_a_planned_item_with_a_picture(browser: Browser, served: Served) -> None:
    page = seated(browser, served)
    did, began = Count(page), time.monotonic()
    did.press("Write an item", role="link")
    page.wait_for_load_state("load")
    did.drop("#item", word_files.release(), "release.docx")
    expect(page.locator("#headline")).to_have_value("We open in Gəncə")
    page.wait_for_load_state("load")
    did.drop("fieldset.pictures", picture(), "office.jpg", "image/jpeg")
    rows = page.locator(".picture-row:not(template *)")
    expect(rows.last).to_be_visible()
    for number in range(rows.count()):  # The Word file brings one of its own.
        row = rows.nth(number)
        if not row.locator("[name=picture_alt]").input_value():
            row.locator("[name=picture_alt]").fill("The new office in Gəncə")
            did.keys += 24
            did.done.append("say what can be seen")
    did.press("Publish…")
    page.get_by_label("At a moment").check()
    did.done.append("choose “At a moment”")
    moment = datetime.now(UTC) + timedelta(days=2)
    did.type("Day", f"{moment:%Y-%m-%d}")
    did.type("Time", "09:00")
    did.press("Plan it")
    expect(page.get_by_text("Planned for").first).to_be_visible()
    waited = time.monotonic() - began
    whole = did.seconds(waited)
    print(f"\n  {len(did.done)} actions ({'; '.join(did.done)}): {waited:.1f} s of ours, {whole:.0f} s for a newcomer")
    assert planned(served, "We open in Gəncə")
    assert len(did.done) <= MOST_ACTIONS
    assert whole <= MOST_SECONDS
    page.context.close()


def reach(page: Page, wanted: Locator, *, back: bool = False) -> None:
    """Goes there with the tabulator alone."""
    for _ in range(150):
        if wanted.evaluate("(there) => there === document.activeElement"):
            return
        page.keyboard.press("Shift+Tab" if back else "Tab")
    raise AssertionError(f"not to be reached with the keyboard: {wanted}")


def test_the_whole_way_without_a_mouse(browser: Browser, served: Served) -> None:
    page = seated(browser, served)
    reach(page, page.get_by_role("link", name="Write an item", exact=True).first)
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk/items/new")
    page.wait_for_load_state("load")
    reach(page, page.locator("#headline"))
    page.keyboard.type("Written without a mouse")
    reach(page, page.locator('[contenteditable="true"]').first)
    page.keyboard.type("The first paragraph, with ")
    page.keyboard.press("Control+b")
    page.keyboard.type("weight")
    page.keyboard.press("Control+b")
    page.keyboard.type(".")
    reach(page, page.get_by_role("button", name="Save as a draft", exact=True))
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/items/new" not in url)
    page.wait_for_load_state("load")
    key = page.url.rpartition("/")[2]
    reach(page, page.get_by_role("button", name="Publish…", exact=True).first)
    page.keyboard.press("Enter")
    page.wait_for_url("**/release")
    reach(page, page.get_by_role("button", name="Publish", exact=True))
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/desk/items/{key}")
    expect(page.get_by_role("button", name="Undo publishing")).to_be_focused()
    expect(page.locator("#state")).to_contain_text("Published", timeout=30_000)
    assert served.api("GET", f"/items/{key}").json()["body_html"] == (
        "<p>The first paragraph, with <strong>weight</strong>.</p>"
    )
    assert "Written without a mouse" in served.get("/feeds/news.atom").text
    page.context.close()


def test_the_whole_way_without_javascript(browser: Browser, served: Served) -> None:
    page = seated(browser, served, script=False)
    page.get_by_role("link", name="Write an item", exact=True).first.click()
    page.get_by_role("link", name="Start from a Word file").click()
    page.set_input_files("#word_file", {"name": "a.docx", "mimeType": "", "buffer": word_files.release()})
    page.get_by_role("button", name="Take it over").click()
    expect(page.locator("#headline")).to_have_value("We open in Gəncə")
    page.fill("#headline", "Written without scripts")
    page.set_input_files("#picture-files", {"name": "b.jpg", "mimeType": "image/jpeg", "buffer": picture()})
    page.get_by_role("button", name="Upload", exact=True).click()
    for row in page.locator(".picture-list .picture-row").all():
        row.locator("[name=picture_alt]").fill("The new office")
    page.get_by_role("button", name="Save as a draft").click()
    page.get_by_role("button", name="Publish…", exact=True).first.click()
    page.get_by_role("button", name="Publish", exact=True).click()
    expect(page.locator("#countdown")).to_contain_text("Goes live at")
    key = page.url.rpartition("/")[2].partition("?")[0]
    end = time.monotonic() + 30
    while served.api("GET", f"/items/{key}").json()["state"] != "published":
        assert time.monotonic() < end
        time.sleep(0.5)
    entry = served.get("/feeds/news.rss").text
    assert "Written without scripts" in entry
    assert "<enclosure" in entry
    page.context.close()
