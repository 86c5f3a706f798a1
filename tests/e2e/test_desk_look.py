"""The page of the look in a browser: a picked colour is typed, a typed one picked, and the preview follows both."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, expect
from served import EMAIL, PASSWORD, Served

pytestmark = pytest.mark.browser
BUTTON = "element => getComputedStyle(element).backgroundColor"


def test_a_colour_is_picked_or_typed_and_the_preview_follows(browser: Browser, served: Served) -> None:
    page = browser.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
    page.goto(f"{served.base}/desk/login")
    page.fill("input[name=email]", EMAIL)
    page.fill("input[name=password]", PASSWORD)
    page.click("main button.primary")
    page.wait_for_url(lambda url: "/login" not in url)
    page.goto(f"{served.base}/desk/look")
    pick, typed = page.get_by_label("Main colour: pick it"), page.get_by_label("Main colour", exact=True)
    shown = page.locator(".look-preview.light .button")
    expect(pick).to_have_value("#0b5560")
    expect(shown).to_have_css("background-color", "rgb(11, 85, 96)")
    pick.fill("#a0102f")
    expect(typed).to_have_value("#a0102f")
    expect(shown).to_have_css("background-color", "rgb(160, 16, 47)")
    typed.fill("#ffff00")
    expect(pick).to_have_value("#ffff00")
    expect(shown).not_to_have_css("background-color", "rgb(160, 16, 47)")
    assert shown.evaluate(BUTTON) != "rgb(255, 255, 0)"  # white words could not be read on it, so it is darker
    assert len(page.locator("link[rel=stylesheet][href*='sheet.css']").all()) == 1
    for scheme, width in (("light", 1280), ("dark", 375)):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
        page.set_viewport_size({"width": width, "height": 800})
        assert not Axe().run(page).response["violations"]
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    typed.fill("")
    expect(pick).to_have_value("#0b5560")
    expect(shown).to_have_css("background-color", "rgb(11, 85, 96)")
    assert not faults
    page.close()
