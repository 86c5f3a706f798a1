"""Roles and review in a real browser: two people, one text, from handing in to an approval that falls."""

import re
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect
from served import EMAIL, PASSWORD, Served

pytestmark = pytest.mark.browser
OTHER = "a long enough password too"


def signed_in(browser: Browser, served: Served, email: str, password: str, **options: Any) -> Page:
    page = browser.new_context(base_url=served.base, reduced_motion="reduce", **options).new_page()
    page.goto("/desk/login")
    page.fill("[name=email]", email)
    page.fill("[name=password]", password)
    page.click("main button.primary")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    return page


@pytest.fixture(scope="module")
def people(browser: Browser, served: Served) -> tuple[Page, Page]:
    """Leyla, who writes, and the newsroom's administrator, each in a browser of their own."""
    served.run(
        "user", "add", "leyla@example.org", "--name", "Leyla", "--role", "writer", "--password-stdin", stdin=OTHER
    )
    return signed_in(browser, served, "leyla@example.org", OTHER), signed_in(browser, served, EMAIL, PASSWORD)


def write(page: Page, headline: str) -> str:
    """A draft of this person's; gives its id."""
    page.goto("/desk/items/new")
    page.fill("[name=headline]", headline)
    page.get_by_role("button", name="Save as a draft").click()
    page.wait_for_url(re.compile(r"/desk/items/[0-9a-f-]{36}"))
    return page.url.rsplit("/", 1)[1]


def change(page: Page, key: str, headline: str) -> None:
    page.goto(f"/desk/items/{key}")
    page.fill("[name=headline]", headline)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Saved as revision")).to_be_visible()


def test_text_goes_to_and_fro_until_it_is_approved(people: tuple[Page, Page]) -> None:
    leyla, chief = people
    key = write(leyla, "Profit rose by 5 percent")
    leyla.goto(f"/desk/items/{key}/submit")
    leyla.fill("[name=note]", "The figure is confirmed.")
    leyla.get_by_role("button", name="Hand in").click()

    chief.goto(f"/desk/items/{key}")
    expect(chief.locator(".talk")).to_contain_text("The figure is confirmed.")
    chief.goto(f"/desk/items/{key}/request-changes")
    expect(chief.locator("main")).to_contain_text("Leyla will read it")
    chief.fill("[name=note]", "It was 7 percent.")
    chief.get_by_role("button", name="Ask for changes").click()

    leyla.goto(f"/desk/items/{key}")
    expect(leyla.locator(".talk")).to_contain_text("It was 7 percent.")
    change(leyla, key, "Profit rose by 7 percent")
    chief.goto(f"/desk/items/{key}/approve")
    chief.get_by_role("button", name="Approve").click()
    expect(chief.locator("#review")).to_contain_text("This text, revision 2, is approved.")
    change(leyla, key, "Profit rose by 8 percent")
    chief.goto(f"/desk/items/{key}")
    expect(chief.locator("#review")).to_contain_text("that approval no longer holds")


def test_what_differs_is_shown_and_an_earlier_text_comes_back(people: tuple[Page, Page]) -> None:
    leyla, _ = people
    key = write(leyla, "The first words")
    change(leyla, key, "The second words")
    change(leyla, key, "The third words")
    leyla.goto(f"/desk/items/{key}/revisions")
    leyla.get_by_label("from revision 1").check()
    leyla.get_by_role("button", name="Show what differs").click()
    expect(leyla.locator(".difference dd del")).to_contain_text("first")
    expect(leyla.locator(".difference dd ins")).to_contain_text("third")
    leyla.get_by_role("link", name="Put back… revision 1").click()
    expect(leyla.locator(".difference dd ins")).to_contain_text("first")
    leyla.get_by_role("button", name="Put it back").click()
    expect(leyla.locator("[name=headline]")).to_have_value("The first words")


def test_page_shows_by_itself_who_else_is_writing(people: tuple[Page, Page]) -> None:
    leyla, chief = people
    key = write(leyla, "Two at once")
    leyla.goto(f"/desk/items/{key}")
    expect(leyla.locator("#presence")).to_be_empty()
    with chief.expect_response(re.compile("/presence$")):
        chief.goto(f"/desk/items/{key}")
    expect(chief.locator("#presence")).to_contain_text("Leyla is editing this since")
    # Leyla's own page asks every twenty seconds; coming back to it asks at once.
    leyla.evaluate("dispatchEvent(new Event('pageshow'))")
    expect(leyla.locator("#presence")).to_contain_text("is editing this since")
    with suppress(TimeoutError):
        chief.goto("/desk/items")
    leyla.wait_for_timeout(500)
    leyla.evaluate("dispatchEvent(new Event('pageshow'))")
    expect(leyla.locator("#presence")).to_be_empty()


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 375)])
def test_axe_finds_nothing(
    browser: Browser, served: Served, scheme: Any, width: int, people: Any, tmp_path: Path
) -> None:
    leyla, _ = people
    key = write(leyla, f"Looked at, {scheme}")
    change(leyla, key, f"Looked at again, {scheme}")
    served.act(key, "submit", note="Please look.")
    page = signed_in(browser, served, EMAIL, PASSWORD, color_scheme=scheme, viewport={"width": width, "height": 800})
    page.goto("/desk/templates/new")
    page.fill("[name=name]", f"Frame, {scheme}")
    page.get_by_role("button", name="Save the template").click()
    found = {}
    item = f"/desk/items/{key}"
    pages = {
        "light": (item, f"{item}/revisions", f"{item}/submit", f"{item}/comment", f"{item}/audit", "/desk/settings"),
        "dark": (item, f"{item}/revisions/1/restore", f"{item}/request-changes", f"{item}/assign", "/desk/templates", "/desk/audit"),
    }  # fmt: skip
    for path in pages[scheme]:
        page.goto(path)
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        report = Axe().run(page)
        faults = [(one["id"], [node["html"][:200] for node in one["nodes"]]) for one in report.response["violations"]]
        if faults or wide > 0:
            found[path] = (faults, wide)
    assert not found
