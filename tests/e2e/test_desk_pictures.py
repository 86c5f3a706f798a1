"""A picture's whole way, in a browser: dropped, described, public in the page and in all three feeds, and gone again."""

import json
import sys
import time
from pathlib import Path
from typing import Any

import feedparser
import pytest
from axe_playwright_python.sync_playwright import Axe
from patience import PATIENCE
from playwright.sync_api import Browser, Page, expect
from served import Served

sys.path.insert(0, str(Path(__file__).parents[1] / "integration"))

from picture_samples import picture

pytestmark = pytest.mark.browser
DROP = """async ([selector, bytes, name]) => {
  const transfer = new DataTransfer();
  transfer.items.add(new File([Uint8Array.from(atob(bytes), (c) => c.charCodeAt(0))], name, {type: "image/jpeg"}));
  const box = document.querySelector(selector);
  for (const kind of ["dragenter", "dragover", "drop"]) {
    box.dispatchEvent(new DragEvent(kind, {dataTransfer: transfer, bubbles: true, cancelable: true}));
  }
}"""


def signed_in(browser: Browser, served: Served, **context: Any) -> Page:
    """A page of somebody who may do everything."""
    page = browser.new_context(**context).new_page()
    page.goto(f"{served.base}/desk/login")
    page.fill("[name=email]", served.environment["FEEDSVC_ADMIN_EMAIL"])
    page.fill("[name=password]", served.environment["FEEDSVC_ADMIN_PASSWORD"])
    page.locator("main form button").first.click()
    page.wait_for_url(lambda url: "/login" not in url)
    return page


def drop(page: Page, data: bytes, name: str) -> None:
    """Drops a file on the pictures, as somebody does with a mouse."""
    import base64

    page.evaluate(DROP, ["fieldset.pictures", base64.b64encode(data).decode(), name])


def faultless(page: Page) -> None:
    """No rule of axe's is broken, in light, in dark and on a phone."""
    for scheme, width in (("light", 1280), ("dark", 1280), ("light", 375), ("dark", 320)):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
        page.set_viewport_size({"width": width, "height": 900})
        page.wait_for_timeout(300)  # colours that change gently have arrived
        found = Axe().run(page).response["violations"]
        assert not found, json.dumps([(v["id"], [n["html"] for n in v["nodes"]]) for v in found], indent=1)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), width
    page.emulate_media(color_scheme="light")
    page.set_viewport_size({"width": 1280, "height": 900})


def status(served: Served, path: str) -> int:
    return served.get(path).status


def test_a_dropped_picture_is_described_published_and_withdrawn(browser: Browser, served: Served) -> None:
    page = signed_in(browser, served)
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda said: faults.append(said.text) if "Content Security Policy" in said.text else None)
    page.goto(f"{served.base}/desk/items/new")
    page.fill("[name=headline]", "A tower is built")
    drop(page, picture(2400, 1600, seed=40), "tower.jpg")
    alt = page.locator(".picture-row [name=picture_alt]").first
    expect(alt).to_be_visible(timeout=15_000)
    expect(alt).to_be_focused()
    expect(page.locator(".uploads li")).to_have_count(0)
    key_of_picture = page.locator(".picture-row [name=picture]").input_value()
    drop(page, b"<svg xmlns='http://www.w3.org/2000/svg'/>", "drawing.jpg")
    expect(page.locator(".uploads .error")).to_contain_text("SVG drawings are not taken")
    page.set_input_files("#picture-files", [{"name": "b.jpg", "mimeType": "image/jpeg", "buffer": picture(seed=90)}])
    expect(page.locator(".picture-row")).to_have_count(2, timeout=15_000)
    faultless(page)
    page.get_by_role("button", name="Move up").click()
    expect(page.get_by_role("button", name="Move down")).to_be_focused()
    expect(page.locator(".picture-row [name=picture]").nth(1)).to_have_value(key_of_picture)
    page.get_by_role("button", name="Remove").first.click()
    expect(page.locator(".picture-row")).to_have_count(1)
    page.get_by_role("button", name="Save as a draft").click()
    page.wait_for_url("**/desk/items/*-*")
    key = page.url.rpartition("/")[2].partition("?")[0]
    page.goto(f"{served.base}/desk/items/{key}/release")
    expect(page.locator("main")).to_contain_text("says nothing to people who cannot see it")
    page.goto(f"{served.base}/desk/items/{key}")
    expect(page.locator(".picture-row")).to_have_count(1)
    page.fill("[name=picture_alt]", "A tower against the sky")
    page.fill("[name=picture_caption]", "Baku, in the morning")
    page.fill("[name=picture_credit]", "Leyla & Co")
    page.get_by_role("button", name="Save", exact=True).click()
    page.goto(f"{served.base}/desk/items/{key}/release")
    page.get_by_text("The whole article").click()
    shown = page.locator(".reader-article img")
    expect(shown).to_be_visible()
    assert shown.evaluate("image => image.decode().then(() => image.naturalWidth)") > 0
    address = f"/media/{key_of_picture}/1920.jpg"
    assert status(served, address) == 404
    served.act(key, "publish")  # the desk's dialogue waits ten seconds, and has a test of its own
    seen_by_readers(page, served, address)
    started = time.monotonic()
    page.goto(f"{served.base}/desk/items/{key}/withdraw")
    page.fill("[name=reason]", "A mistake")
    page.locator("main form button").first.click()
    page.wait_for_url(f"**/desk/items/{key}*")
    assert status(served, address) == 404
    assert time.monotonic() - started < 10 * PATIENCE
    assert key_of_picture not in served.get("/feeds/news.rss").text
    assert not faults


def seen_by_readers(page: Page, served: Served, address: str) -> None:
    """In the page and in all three feeds, each address answering with what was promised."""
    reader = page.context.browser.new_page()  # type: ignore[union-attr]
    reader.goto(f"{served.base}/news/a-tower-is-built")
    shown = reader.locator("figure img")
    expect(shown).to_have_attribute("alt", "A tower against the sky")
    assert shown.evaluate("async (img) => { await img.decode(); return img.naturalWidth; }") > 0
    assert ".webp" in shown.evaluate("(img) => img.currentSrc")
    expect(reader.locator("figcaption")).to_contain_text("Baku, in the morning")
    faultless(reader)
    length = len(served.get(address).body)
    for suffix in ("rss", "atom"):
        parsed: Any = feedparser.parse(f"{served.base}/feeds/news.{suffix}")
        assert not parsed.bozo
        entry = next(e for e in parsed.entries if e.title == "A tower is built")
        assert [(e.href, e.type, int(e.length)) for e in entry.enclosures] == [
            (f"{served.base}{address}", "image/jpeg", length)
        ]
        assert entry.media_credit[0]["content"] == "Leyla & Co"
    told = next(i for i in json.loads(served.get("/feeds/news.json").text)["items"] if i["title"] == "A tower is built")
    assert told["image"] == f"{served.base}{address}"
    assert "A tower against the sky" in told["content_html"]
    reader.close()


def test_the_same_without_javascript(browser: Browser, served: Served) -> None:
    page = signed_in(browser, served, java_script_enabled=False)
    page.goto(f"{served.base}/desk/items/new")
    page.fill("[name=headline]", "Written without a script")
    page.set_input_files("#picture-files", [{"name": "c.jpg", "mimeType": "image/jpeg", "buffer": picture(seed=17)}])
    page.get_by_role("button", name="Upload").click()
    expect(page.locator("[name=headline]")).to_have_value("Written without a script")
    page.fill("[name=picture_alt]", "A bridge")
    page.locator("[name=picture_alt]").press("Enter")  # saves, and moves no picture
    page.wait_for_url("**/desk/items/*-*")
    expect(page.locator(".picture-row [name=picture_alt]")).to_have_value("A bridge")
    key = page.url.rpartition("/")[2].partition("?")[0]
    served.act(key, "publish")
    page.goto(f"{served.base}/news/written-without-a-script")
    expect(page.locator("figure img")).to_have_attribute("alt", "A bridge")
    page.goto(f"{served.base}/desk/items/{key}")
    page.set_input_files("#picture-files", [{"name": "d.jpg", "mimeType": "image/jpeg", "buffer": picture(seed=18)}])
    page.locator("[name=picture_alt]").first.press("Enter")  # not uploaded first: it comes along with the save
    expect(page.locator(".picture-row")).to_have_count(2)
    expect(page.get_by_text("1 picture was uploaded with it.")).to_be_visible()
