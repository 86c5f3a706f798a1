"""In a real browser: a killed server, an ended sign-in, a dropped Word file and two people at once lose nothing typed."""

import base64
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from patience import PATIENCE
from playwright.sync_api import Browser, BrowserContext, Page, expect
from served import EMAIL, PASSWORD, ROOT, Served

sys.path.insert(0, str(ROOT / "tests"))

import word_files

pytestmark = pytest.mark.browser
SHOTS = os.environ.get("FEEDSVC_TEST_SHOTS", "")
SLOW = 15_000 * PATIENCE

DROP = """([name, content]) => {
  const bytes = Uint8Array.from(atob(content), (sign) => sign.charCodeAt(0));
  const carried = new DataTransfer();
  carried.items.add(new File([bytes], name));
  document.querySelector("#item").dispatchEvent(new DragEvent("drop", { dataTransfer: carried, bubbles: true, cancelable: true }));
}"""


@pytest.fixture
def page(browser: Browser, served: Served) -> Iterator[Page]:
    context = browser.new_context()
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda one: faults.append(one.text) if "Content Security Policy" in one.text else None)
    sign_in(page, served)
    yield page
    context.close()
    assert faults == []


def sign_in(page: Page, served: Served) -> None:
    page.goto(f"{served.base}/desk/login")
    page.fill("[name=email]", EMAIL)
    page.fill("[name=password]", PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: "/login" not in url)


def write(page: Page, words: str) -> None:
    """Types at the end of the text, as a person does, whichever editor stands there."""
    rich = page.locator('[contenteditable="true"]')
    place = rich.first if rich.count() else page.locator("textarea[name=body]")
    place.click()
    page.keyboard.press("Control+End")
    page.keyboard.type(words)


def add(page: Page, words: str) -> None:
    """Types at the end of the headline."""
    page.locator("#headline").press("End")
    page.keyboard.type(words)


def saved(page: Page, patience: float = SLOW) -> None:
    expect(page.locator("#save-state")).to_have_attribute("data-state", "saved", timeout=patience)


def look(page: Page, name: str) -> None:
    """Asks axe in light, dark and on a phone; takes pictures where somebody wants to see them."""
    for scheme, width in (("light", 1280), ("dark", 1280), ("light", 375)):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
        page.set_viewport_size({"width": width, "height": 900})
        page.wait_for_timeout(250)  # colours that change gently have arrived
        found = Axe().run(page)
        assert found.violations_count == 0, f"{name} {scheme} {width}: {found.generate_report()}"
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{name} {width}: {wide} px beyond the edge"
        if SHOTS:
            page.screenshot(path=str(Path(SHOTS) / f"{name}-{scheme}-{width}.png"), full_page=True)
    page.emulate_media(color_scheme="light")
    page.set_viewport_size({"width": 1280, "height": 900})


def test_a_killed_server_loses_no_keystroke(page: Page, served: Served) -> None:
    page.goto(f"{served.base}/desk/items/new")
    add(page, "We open in Gəncə")
    write(page, "Half a sent")
    typed = time.monotonic()
    saved(page, 5_000)
    print(f"saved {time.monotonic() - typed:.1f} s after the last keystroke")
    add(page, " and Bakı")
    saved(page)
    page.wait_for_timeout(3_200)
    served.kill()
    add(page, ", today")
    expect(page.locator("#save-state")).to_contain_text("kept in this browser", timeout=SLOW)
    served.start()
    saved(page)
    page.close(run_before_unload=False)

    again = page.context.new_page()
    again.goto(f"{served.base}/desk/items/new")
    expect(again.locator("#headline")).to_have_value("We open in Gəncə and Bakı, today")
    assert "Half a sent" in again.locator("textarea[name=body]").input_value()
    expect(again.locator("#unsaved-words")).to_contain_text("Unsaved words of yours from")
    look(again, "unsaved")
    again.get_by_role("button", name="Save as a draft").click()
    expect(again.locator("h1")).to_have_text("We open in Gəncə and Bakı, today")
    again.goto(f"{served.base}/desk/items/new")
    expect(again.locator("#headline")).to_have_value("")
    expect(again.locator("#unsaved-words")).to_have_count(0)


def test_what_is_typed_just_before_a_laptop_is_closed_on_a_dead_line_comes_back(page: Page, served: Served) -> None:
    key = served.draft("On the train", body_html="<p>First.</p>")
    page.goto(f"{served.base}/desk/items/{key}")
    page.context.set_offline(True)
    add(page, ", in a tunnel")
    page.close(run_before_unload=False)
    page.context.set_offline(False)
    again = page.context.new_page()
    again.goto(f"{served.base}/desk/items/{key}")
    expect(again.locator("#headline")).to_have_value("On the train, in a tunnel", timeout=SLOW)
    expect(again.locator("#unsaved-words")).to_be_visible()
    again.get_by_role("button", name="Drop them").click()
    expect(again.locator("#headline")).to_have_value("On the train")


def end_sessions(context: BrowserContext) -> None:
    context.clear_cookies()


def test_an_ended_sign_in_loses_nothing_and_goes_on_by_itself(page: Page, served: Served) -> None:
    key = served.draft("Before lunch", body_html="<p>First.</p>")
    page.goto(f"{served.base}/desk/items/{key}")
    end_sessions(page.context)
    add(page, " and after")
    expect(page.locator("#save-state")).to_contain_text("your sign-in has ended", timeout=SLOW)
    look(page, "ended")
    other = page.context.new_page()
    sign_in(other, served)
    saved(page)
    page.get_by_role("button", name="Save", exact=True).first.click()
    expect(page.locator("h1")).to_contain_text("Before lunch and after")
    expect(page.locator("#unsaved-words")).to_have_count(0)


def test_two_tabs_of_one_person_keep_both_texts(page: Page, served: Served) -> None:
    key = served.draft("Twice open", body_html="<p>First.</p>")
    page.goto(f"{served.base}/desk/items/{key}")
    add(page, " one")
    saved(page)
    second = page.context.new_page()
    second.goto(f"{served.base}/desk/items/{key}")
    expect(second.locator("#headline")).to_have_value("Twice open one")
    add(second, " two")
    saved(second)
    # "Saved" still stands there from before: what counts is the server's answer to the words' new name.
    with page.expect_response(lambda one: one.url.endswith("/desk/unsaved") and one.status == 200, timeout=SLOW):
        add(page, " three")
    expect(page.locator("#save-apart")).to_contain_text("another tab", timeout=SLOW)
    saved(page)
    third = page.context.new_page()
    third.goto(f"{served.base}/desk/items/{key}")
    expect(third.locator("#headline")).to_have_value("Twice open one three")
    third.locator("#other-words summary").click()
    expect(third.locator("#other-words")).to_contain_text("Twice open one two")


def test_a_dropped_word_file_fills_the_form(page: Page, served: Served) -> None:
    page.goto(f"{served.base}/desk/items/new")
    page.wait_for_load_state("load")
    page.evaluate(DROP, ["release.docx", base64.b64encode(word_files.release()).decode()])
    expect(page.locator("#unsaved-words")).to_contain_text("release.docx", timeout=SLOW)
    expect(page.locator("#headline")).to_have_value("We open in Gəncə")
    assert "5 percent" in page.locator("textarea[name=body]").input_value()
    look(page, "word-taken")
    page.goto(f"{served.base}/desk/items/from-word")
    page.set_input_files("#word_file", {"name": "old.docx", "mimeType": "", "buffer": word_files.encrypted()})
    page.get_by_role("button", name="Take it over").click()
    expect(page.locator("#word_file-error")).to_contain_text("password")
    look(page, "word-refused")
    page.goto(f"{served.base}/desk/items")
    expect(page.locator("#left-unsaved")).to_be_visible()
    look(page, "list")


def test_two_people_at_once_see_both_texts_and_choose(page: Page, served: Served) -> None:
    key = served.draft(
        "A report",
        body_html="<p>Prices rose by 5 percent last year.</p><p>Second.</p><p>Third.</p><p>Fourth.</p><p>Fifth.</p>",
    )
    page.goto(f"{served.base}/desk/items/{key}")
    add(page, " of mine")
    served.edit(
        key,
        headline="A report of theirs",
        body_html="<p>Prices rose by 7.5 percent last year.</p><p>Second.</p><p>Third.</p><p>Fourth.</p><p>Fifth.</p>",
    )
    page.get_by_role("button", name="Save", exact=True).first.click()
    expect(page.locator("main")).to_contain_text("Somebody saved before you")
    expect(page.locator("del").first).to_have_text("theirs")
    expect(page.locator("ins").first).to_have_text("mine")
    expect(page.get_by_role("textbox", name="Text", exact=True).last).to_contain_text("Prices rose by 5 percent")
    look(page, "conflict")
    page.get_by_role("button", name="Take theirs").click()
    expect(page.locator("#headline")).to_have_value("A report of theirs")
    page.locator("#other-words summary").click()
    page.locator("#other-words a").click()
    expect(page.locator("#headline")).to_have_value("A report of mine")
    page.get_by_role("button", name="Save", exact=True).first.click()
    page.get_by_role("button", name="Keep mine on top").click()
    expect(page.locator("h1")).to_contain_text("A report of mine")
    expect(page.locator("#other-words")).to_have_count(0)
