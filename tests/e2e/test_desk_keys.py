"""In a real browser: the keys that the desk lists do what they say, and never while somebody types."""

import re
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect
from served import EMAIL, PASSWORD, Served

pytestmark = pytest.mark.browser


@pytest.fixture
def page(browser: Browser, served: Served) -> Iterator[Page]:
    page = browser.new_context(reduced_motion="reduce").new_page()
    page.set_default_timeout(20_000)
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda one: faults.append(one.text) if one.type == "error" else None)
    page.goto(f"{served.base}/desk/login")
    page.fill("[name=email]", EMAIL)
    page.fill("[name=password]", PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(lambda url: "/login" not in url)
    yield page
    page.context.close()
    assert faults == []


def press(page: Page, *keys: str, to: str = "") -> None:
    for key in keys:
        page.keyboard.press(key)
    if to:
        page.wait_for_url(re.compile(to))
        page.wait_for_load_state("load")


def test_an_item_is_found_written_saved_and_published_with_keys(page: Page, served: Served) -> None:
    served.draft("The last of the list")
    served.draft("The first of the list", summary="Somebody writes it.")
    press(page, "g", "i", to="/desk/items$")
    press(page, "j", "j", "k")
    assert page.evaluate("document.activeElement.textContent") == "The first of the list"
    press(page, "Enter", to="/desk/items/[0-9a-f-]{36}$")
    page.locator("#headline").click()
    press(page, "End")
    page.keyboard.type(", no / key? g i n j")  # while somebody types, letters are letters
    expect(page.locator("#save-state")).to_have_attribute("data-state", "saved")
    press(page, "Control+s")
    expect(page.get_by_text("Saved as revision 2.")).to_be_visible()
    page.wait_for_load_state("load")
    assert page.input_value("#headline") == "The first of the list, no / key? g i n j"
    page.locator('[contenteditable="true"]').click()
    page.keyboard.type("n?")
    press(page, "Control+Shift+Enter", to="/release$")
    assert "n?" in (page.text_content("main article") or "")
    press(page, "/")
    page.keyboard.type("first lis")
    press(page, "Enter", to="/desk/search")
    expect(page.locator("main tbody tr")).to_have_count(1)


def test_the_list_opens_closes_and_can_be_switched_off(page: Page, served: Served) -> None:
    shown = page.locator("dialog.keys")
    press(page, "?")
    expect(shown).to_be_visible()
    for scheme, width in (("light", 1280), ("dark", 375), ("light", 320)):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
        page.set_viewport_size({"width": width, "height": 800})
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    press(page, "n")  # under the dialogue nothing is reached
    press(page, "Escape")
    expect(shown).to_be_hidden()
    expect(page.get_by_role("navigation", name="Desk")).to_be_hidden()
    page.get_by_role("button", name="Menu").click()
    expect(page.get_by_role("navigation", name="Desk")).to_be_visible()
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    press(page, "Escape")
    page.set_viewport_size({"width": 1280, "height": 800})
    # Another alphabet is switched on: the key is known by its place.
    page.evaluate(
        "document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'т', code: 'KeyN', bubbles: true }))"
    )
    page.wait_for_url("**/desk/items/new")
    page.get_by_role("link", name="Keys").click()
    shown.get_by_role("link", name="Switch keys on or off").click()
    page.get_by_label("Keys that are one letter").uncheck()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    page.goto(f"{served.base}/desk/calendar")
    press(page, "g", "i", "n", "?", "/")
    assert page.url.endswith("/desk/calendar")
    expect(shown).to_be_hidden()
    page.get_by_role("link", name="Keys").click()
    expect(shown).to_be_visible()
    page.goto(f"{served.base}/desk/keys")
    page.get_by_label("Keys that are one letter").check()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    page.wait_for_load_state("load")
    press(page, "g", "c", to="/desk/calendar$")


def test_without_scripts_the_list_is_a_page_and_the_menu_opens(browser: Browser, page: Page, served: Served) -> None:
    kept = page.context.storage_state()
    plain = browser.new_context(java_script_enabled=False, storage_state=kept, viewport={"width": 375, "height": 740})
    still = plain.new_page()
    still.goto(f"{served.base}/desk/")
    still.get_by_role("button", name="Menu").click()
    still.get_by_role("link", name="Calendar").click()
    still.wait_for_url("**/desk/calendar")
    still.get_by_role("link", name="Keys").click()
    still.wait_for_url("**/desk/keys")
    still.get_by_role("searchbox").fill("karabakh")
    still.get_by_role("button", name="Search", exact=True).click()
    still.get_by_role("link", name=re.compile("media trip")).click()
    plain.close()
