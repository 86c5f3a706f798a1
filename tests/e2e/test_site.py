"""The site in front of real processes: what was renamed, and the buttons that copy an address."""

from functools import partial
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, expect
from served import FORMATS, PLAIN, Served, wait_for
from sqlalchemy import create_engine, insert

from feedsvc import clock
from feedsvc.models import Alias


def test_readers_of_a_renamed_feed_are_led_on_and_of_a_given_up_one_told(served: Served) -> None:
    rows = [("category/old", "category/innovation"), ("tag/gone", None)]
    engine = create_engine(served.database.url or f"sqlite:///{served.database.files[0]}")
    with engine.begin() as connection:
        for scope, target in rows:
            connection.execute(insert(Alias).values(scope=scope, target=target, at=clock.now()))
    engine.dispose()
    for fmt in FORMATS:
        for rest in (f".{fmt}", f"/archive/50.{fmt}"):
            old = served.get(f"/feeds/category/old{rest}", Origin="https://other.example")
            assert (old.status, old.headers["Location"]) == (301, f"/feeds/category/innovation{rest}")
            assert old.headers["Cache-Control"] == "no-cache"
            assert old.headers["Access-Control-Allow-Origin"] == "*"
            gone = served.get(f"/feeds/tag/gone{rest}")
            assert (gone.status, gone.headers["Content-Type"]) == (410, "text/plain; charset=utf-8")
            assert gone.headers["Access-Control-Allow-Origin"] == "*"
        new = served.get(f"/feeds/category/innovation.{fmt}")
        assert new.status == 200
        assert served.get(f"/feeds/category/never.{fmt}").status == 404
    assert served.get("/category/innovation/feed/").headers["Location"] == "/feeds/category/innovation.atom"


def test_a_browser_that_opens_a_subjects_feed_is_led_to_its_page(served: Served) -> None:
    answer = served.get("/feeds/category/innovation.atom", Sec_Fetch_Dest="document")
    assert answer.status == 303
    page = served.get(answer.headers["Location"].removeprefix(served.base))
    assert page.status == 200
    assert f"{served.base}/feeds/category/innovation.atom" in page.text


def test_a_newly_published_theme_is_on_every_surface_at_once(served: Served) -> None:
    assert served.get("/tag/brand-new").status == 404
    served.act(served.draft("About something new", tags=["Brand new"]), "publish")
    for address in ("/feeds", "/feeds/tag", "/feeds/theme", "/feeds.opml"):
        assert wait_for(lambda a=address: "Brand new" in served.get(a).text, 1), address
    for address in ("/tag/brand-new", "/feeds/tag/brand-new", "/feeds/tag/brand-new.atom"):
        answer = served.get(address)
        assert (answer.status, "About something new" in answer.text) == (200, True), address


@pytest.mark.browser
@pytest.mark.parametrize("host", ["localhost", PLAIN])
def test_a_button_copies_the_address(served: Served, browser: Browser, host: str) -> None:
    context = browser.new_context()
    page = context.new_page()
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.goto(f"http://{host}:{served.port}/feeds/category/innovation")
    button = page.get_by_role("button", name="Copy RSS")
    button.click()
    expect(page.get_by_role("button", name="Copied RSS")).to_be_visible()
    expect(page.get_by_role("status")).to_have_text("Copied")
    page.get_by_label("Atom", exact=True).evaluate(
        "field => { field.readOnly = false; field.value = ''; field.focus(); }"
    )
    page.keyboard.press("Control+V")
    expect(page.get_by_label("Atom", exact=True)).to_have_value(f"{served.base}/feeds/category/innovation.rss")
    expect(button).to_be_visible(timeout=5000)
    assert wrong == []
    context.close()


@pytest.mark.browser
def test_without_scripts_no_dead_button_is_shown(served: Served, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{served.base}/feeds/news")
    expect(page.get_by_role("button")).to_have_count(0)
    expect(page.get_by_label("Atom", exact=True)).to_have_value(f"{served.base}/feeds/news.atom")
    context.close()


def noted(wrong: list[str], said: ConsoleMessage) -> None:
    """Keeps what a browser complains about."""
    if said.type in ("error", "warning"):
        wrong.append(said.text)


@pytest.mark.browser
def test_axe_finds_nothing_on_any_public_page_and_a_quote_can_be_copied(served: Served, browser: Browser) -> None:
    quote = "<figure><blockquote><p>We keep our word.</p></blockquote><figcaption>Nigar, chief</figcaption></figure>"
    text = {"categories": ["Innovation"], "tags": ["5G"], "slug": "with-a-quote"}
    key = served.draft("With a quote", body_html=f"<p>It reaches 620.</p>{quote}", **text)
    served.act(key, "publish")
    served.edit(key, body_html=f"<p>It reaches 540.</p>{quote}")
    served.act(key, "correct", note="The figure was wrong.")
    pages = ("/", "/news/with-a-quote", "/archive", f"/archive/{clock.now():%Y}", "/topics", "/contacts", "/about")
    wrong: list[str] = []
    for width, scheme in ((320, "dark"), (1280, "light")):
        look: Any = {"viewport": {"width": width, "height": 800}, "color_scheme": scheme, "reduced_motion": "reduce"}
        context = browser.new_context(**look)
        page = context.new_page()
        page.on("console", partial(noted, wrong))
        for path in pages:
            page.goto(served.base + path)
            page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
            wrong += [f"{path} {scheme}: {one['id']}" for one in Axe().run(page).response["violations"]]
            if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                wrong.append(f"{path}: wider than {width}")
        context.close()
    assert wrong == []
    context = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.goto(f"http://localhost:{served.port}/news/with-a-quote")
    page.get_by_role("button", name="Copy the quote").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()").splitlines()
    assert copied[:2] == ["“We keep our word.”", "— Nigar, chief"]
    assert copied[2].endswith("/news/with-a-quote")
    context.close()
