"""Contacts, “about” texts and a journalist's link in a real browser, with and without JavaScript; every page looked over by axe."""

import re

import feedparser
import pytest
from axe_playwright_python.sync_playwright import Axe
from patience import PATIENCE
from playwright.sync_api import Browser, BrowserContext, Page, expect
from served import EMAIL, PASSWORD, Served, wait_for

pytestmark = pytest.mark.browser
LOOKS = (("light", 1280), ("dark", 375))


def signed_in(browser: Browser, served: Served, *, script: bool) -> tuple[BrowserContext, Page]:
    context = browser.new_context(java_script_enabled=script, reduced_motion="reduce")
    page = context.new_page()
    page.set_default_timeout(10_000 * PATIENCE)
    page.goto(f"{served.base}/desk/login")
    page.fill("[name=email]", EMAIL)
    page.fill("[name=password]", PASSWORD)
    page.click("main button.primary")
    return context, page


def faults(page: Page) -> list[str]:
    """What axe finds on a page in each look, no rule left out."""
    found = []
    for scheme, width in LOOKS:
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": 800})
        for one in Axe().run(page).response["violations"]:
            nodes = [node["html"] for node in one["nodes"]]
            found.append(f"{page.url} {scheme} {width}: {one['id']}: {nodes[:3]}")
        wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        if wide > 0:
            found.append(f"{page.url} {scheme} {width}: {wide} px too wide")
    page.set_viewport_size({"width": 1280, "height": 800})
    return found


def add_contact(page: Page, served: Served, name: str) -> None:
    page.goto(f"{served.base}/desk/contacts")
    page.get_by_role("link", name="Add a contact").click()
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_label("Role").fill("Press officer")
    page.get_by_label("Telephone").fill("+994 12 498 00 00")
    page.get_by_label("English").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("row", name=name)).to_be_visible()


def write(page: Page, served: Served, headline: str, contact: str) -> str:
    """A draft with all the fields; gives its address at the desk."""
    page.goto(f"{served.base}/desk/items/new")
    page.get_by_label("Headline").fill(headline)
    page.get_by_label("Sub-head").fill("Ninety more by the spring")
    page.get_by_label("Dateline").fill("BAKU, 22 November 2026 -")
    page.get_by_label("Text", exact=True).fill("The company opened ten sites.")
    page.get_by_label(contact).check()
    page.get_by_role("button", name="Save as a draft").click()
    item = page.url
    expect(page.get_by_label(contact)).to_be_checked()
    page.goto(f"{served.base}/desk/items/new")
    expect(page.get_by_label(contact)).to_be_checked()  # remembered
    return item


def give_link(page: Page, item: str, name: str) -> str:
    page.goto(f"{item}/previews")
    page.get_by_label("Name of the journalist").fill(name)
    page.get_by_label("Good for").select_option("24")
    page.get_by_role("button", name="Make the link").click()
    return page.get_by_label("Personal link").input_value()


def publish(page: Page, item: str) -> None:
    page.goto(f"{item}/publish")
    page.get_by_role("button", name="Publish", exact=True).click()


@pytest.mark.parametrize("script", [True, False], ids=["with-javascript", "without-javascript"])
def test_from_contact_to_journalist_to_reader(browser: Browser, served: Served, script: bool) -> None:
    context, page = signed_in(browser, served, script=script)
    contact, headline, number = f"Aynur {script}", f"Ten new sites {script}", f"+994 50 222 33 4{int(script)}"
    add_contact(page, served, contact)
    item = write(page, served, headline, contact)
    link = give_link(page, item, "Leyla Hasanova")

    journalist = browser.new_context(java_script_enabled=script).new_page()
    journalist.goto(link)
    expect(journalist.locator("main")).not_to_contain_text(headline)
    journalist.get_by_role("button", name="Read it").click()
    expect(journalist.get_by_role("heading", level=1)).to_have_text(headline)
    expect(journalist.get_by_role("banner")).to_contain_text("Confidential, for Leyla Hasanova.")
    expect(journalist.locator(".prose").first).to_contain_text("BAKU, 22 November 2026 – The company opened ten sites.")
    call = journalist.get_by_role("listitem").filter(has_text=contact).get_by_role("link")
    expect(call).to_have_attribute("href", "tel:+994124980000")
    assert not journalist.context.cookies()
    page.goto(f"{item}/previews")
    expect(page.get_by_role("row", name="Leyla Hasanova")).not_to_contain_text("not yet")

    publish(page, item)
    key = item.rpartition("/")[2]
    assert wait_for(lambda: served.api("GET", f"/items/{key}").json()["state"] == "published", 30, 0.5)
    journalist.goto(link)
    assert "/news/ten-new-sites" in journalist.url
    page.goto(f"{served.base}/desk/contacts")
    page.get_by_role("link", name=contact).click()
    page.get_by_label("Telephone").fill(number)
    page.get_by_role("button", name="Save").click()
    journalist.reload()
    expect(journalist.get_by_role("link", name=number)).to_be_visible()
    entries = feedparser.parse(f"{served.base}/feeds/news.atom").entries
    entry = next(one for one in entries if one.title == headline)
    assert number in entry.content[0].value
    assert re.match(r"<p><strong>Ninety more by the spring</strong></p>\s*<p><b>BAKU", entry.content[0].value)
    journalist.context.close()
    context.close()


def test_axe_finds_nothing(browser: Browser, served: Served) -> None:
    context, page = signed_in(browser, served, script=True)
    add_contact(page, served, "Axe Contact")
    item = write(page, served, "Looked over", "Axe Contact")
    link = give_link(page, item, "Leyla Hasanova")
    found = faults(page)
    for path in ("contacts", "contacts/new", "contacts/1", "boilerplates", "boilerplates/1", "boilerplates/1/renew"):
        page.goto(f"{served.base}/desk/{path}")
        found += faults(page)
    page.goto(f"{served.base}/desk/contacts/new")
    page.locator("[required]").evaluate_all("all => all.forEach(one => one.required = false)")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#name-error")).to_be_visible()
    found += faults(page)
    for path in (item, f"{item}/previews", link):
        page.goto(path)
        found += faults(page)
    page.get_by_role("button", name="Read it").click()
    found += faults(page)
    assert not found
    context.close()
