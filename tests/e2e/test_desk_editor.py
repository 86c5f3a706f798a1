"""The item page as a press officer uses it: pasting from Word and Google Docs, tools by keyboard alone, no JavaScript."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect
from served import EMAIL, PASSWORD, Served

pytestmark = pytest.mark.browser
NEW = "/desk/items/new?unsaved=none"
"""An empty form, whatever another test had begun to write."""
SAMPLES = Path(__file__).parents[1] / "corpus" / "pasted"
PASTE = """([html, text]) => {
  const data = new DataTransfer();
  data.setData("text/html", html);
  data.setData("text/plain", text);
  document.activeElement.dispatchEvent(new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true}));
}"""


@pytest.fixture(scope="module")
def signed_in(browser: Browser, served: Served) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    page = context.new_page()
    page.goto(f"{served.base}/desk/login")
    page.fill("[name=email]", EMAIL)
    page.fill("[name=password]", PASSWORD)
    page.click("main button.primary")
    page.close()
    yield context
    context.close()


@pytest.fixture
def page(signed_in: BrowserContext) -> Iterator[Page]:
    """A page on which no script fails and nothing breaks the content security policy."""
    page, faults = signed_in.new_page(), []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on(
        "console", lambda message: faults.append(message.text) if "Content Security Policy" in message.text else None
    )
    page.on("dialog", lambda dialog: dialog.accept())
    yield page
    page.close()
    assert not faults


def paste(page: Page, html: str) -> None:
    page.locator("#body").focus()
    page.evaluate(PASTE, [html, re.sub(r"<[^>]+>", "", html)])


def packed(markup: str) -> str:
    return re.sub(r">\s+<", "><", markup).strip()


def body(served: Served, page: Page) -> str:
    """The saved text of the item whose page is open."""
    found = re.search(r"/desk/items/([0-9a-f-]{36})", page.url)
    assert found, page.url
    return str(served.api("GET", f"/items/{found[1]}").json()["body_html"])


def save_new(page: Page, headline: str) -> None:
    page.fill("#headline", headline)
    page.get_by_role("button", name="Save as a draft").click()
    expect(page.locator(".notice.good")).to_contain_text("Saved as a draft")


@pytest.mark.parametrize(
    ("name", "left"), [("word", "2 pictures did not come across"), ("docs", "1 picture did not come across")]
)
def test_a_clipboard_comes_across_as_the_server_repairs_it(page: Page, served: Served, name: str, left: str) -> None:
    sample = (SAMPLES / f"{name}.html").read_text("utf-8")
    page.goto(served.base + NEW)
    paste(page, sample)
    expect(page.get_by_role("status").filter(has_text=left)).to_be_visible()
    expect(page.locator("[data-word-count]")).to_contain_text("words")
    save_new(page, f"Pasted from {name}")
    pasted = body(served, page)
    assert packed(pasted) == packed((SAMPLES / f"{name}.expected.html").read_text("utf-8"))
    made = served.api("POST", "/items", {"headline": "By the API", "body_html": sample}).json()
    assert packed(made["body_html"]) == packed(pasted)


def test_what_does_not_come_across_is_said(page: Page, served: Served) -> None:
    page.goto(served.base + NEW)
    said = page.locator("[data-said]")
    paste(page, '<p>A film: <iframe src="https://films.example/1"></iframe></p><p><img src="file:///C:/a.png"></p>')
    expect(said).to_contain_text(
        "1 picture did not come across – drag it here. A film, drawing or form in it did not come across."
    )
    paste(page, "<p>Only words.</p>")
    expect(said).to_have_text("")


def test_opening_and_saving_changes_nothing_and_an_edit_keeps_the_rest(page: Page, served: Served) -> None:
    kept = (
        '<p>One <a href="https://x.example/?utm_source=ours" title="T">two</a> <s>three</s> H<sub>2</sub>O<br>four</p>\n<h3>H</h3>\n'
        "<figure><blockquote><p>Said so.</p></blockquote><figcaption>Ann, head</figcaption></figure>\n"
        '<figure><img src="/static/favicon.svg" alt="A"><figcaption>Seen</figcaption></figure>\n'
        '<table><thead><tr><th scope="col">A</th><th>B</th></tr></thead><tbody><tr><td colspan="2">c</td></tr></tbody></table>\n'
        '<ol start="3" type="a"><li>x<ul><li>y</li></ul></li></ol>\n<hr>\n<p dir="rtl" lang="he">שלום</p>'
    )
    key = served.draft("Kept as it is", body_html=kept)
    page.goto(f"{served.base}/desk/items/{key}")
    expect(page.get_by_role("textbox", name="Text")).to_be_editable()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("main")).to_contain_text("nothing to save")
    page.locator("#body h3").click()
    page.keyboard.press("End")
    page.keyboard.type("eading")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("main")).to_contain_text("Saved as revision 2")
    assert packed(body(served, page)) == packed(kept.replace("<h3>H", "<h3>Heading"))


@pytest.mark.parametrize(
    "beyond",
    [
        "<pre>a  b</pre>",
        "<dl><dt>a</dt><dd>b</dd></dl>",
        "<table><caption>c</caption><tr><td>d</td></tr></table>",
        "<p><ins>new</ins></p>",
    ],
)
def test_what_the_editor_cannot_hold_opens_as_html(page: Page, served: Served, beyond: str) -> None:
    key = served.draft("Beyond", body_html=f"<p>x</p>{beyond}")
    page.goto(f"{served.base}/desk/items/{key}")
    expect(page.locator("textarea#body")).to_be_visible()
    expect(page.locator("main")).to_contain_text("so it is shown as HTML")
    expect(page.get_by_role("toolbar")).to_have_count(0)


def test_the_tools_by_keyboard_alone(page: Page, served: Served) -> None:
    page.goto(served.base + NEW)
    page.fill("#headline", "By keyboard")
    page.locator("#dateline").focus()
    page.keyboard.press("Tab")
    tools = page.get_by_role("toolbar", name="Format the text")
    expect(tools.get_by_role("button", name="Heading", exact=True)).to_be_focused()
    page.keyboard.press("End")
    expect(tools.get_by_role("button", name="Redo")).to_be_focused()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Tab")
    expect(page.get_by_role("textbox", name="Text")).to_be_focused()
    page.keyboard.press("Alt+F10")
    page.keyboard.press("Enter")
    page.keyboard.type("Title")
    expect(tools.get_by_role("button", name="Heading", exact=True)).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("Enter")
    page.keyboard.press("Control+b")
    page.keyboard.type("bold")
    page.keyboard.press("Control+b")
    page.keyboard.type(" see ")
    page.keyboard.press("Control+k")
    page.keyboard.type("example.org/x")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    page.keyboard.type("- a")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("b")
    for _ in range(3):
        page.keyboard.press("Enter")
    page.keyboard.press("Control+Shift+b")
    page.keyboard.type("We said it.")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    page.keyboard.type("Ann, head of it")
    page.keyboard.press("Enter")
    page.keyboard.type("After")
    page.keyboard.press("Tab")
    expect(page.get_by_role("textbox", name="Text")).not_to_be_focused()
    save_new(page, "By keyboard")
    assert packed(body(served, page)) == (
        '<h2>Title</h2><p><strong>bold</strong> see <a href="https://example.org/x">example.org/x</a></p><ul><li>a<ul><li>b</li></ul></li></ul>'
        "<figure><blockquote><p>We said it.</p></blockquote><figcaption>Ann, head of it</figcaption></figure><p>After</p>"
    )


def test_a_table_is_no_trap(page: Page, served: Served) -> None:
    page.goto(served.base + NEW)
    page.locator("#body").focus()
    page.get_by_role("button", name="Table", exact=True).click()
    page.get_by_role("button", name="Add a column").click()
    page.get_by_role("button", name="First row as headings").click()
    expect(page.locator("#body th")).to_have_count(0)
    for _ in range(9):
        page.keyboard.press("Tab")
    expect(page.get_by_role("textbox", name="Text")).not_to_be_focused()
    expect(page.locator("#body tr")).to_have_count(3)


def test_focus_is_never_under_the_bar(page: Page, served: Served) -> None:
    page.set_viewport_size({"width": 320, "height": 600})
    key = served.draft("Long", body_html="<p>Words.</p>" * 30)
    page.goto(f"{served.base}/desk/items/{key}")
    page.locator("#headline").focus()
    for _ in range(16):
        page.keyboard.press("Tab")
        hidden = page.evaluate("""() => {
            const it = document.activeElement, bar = document.querySelector(".workbar").getBoundingClientRect();
            if (it.id === "body" || bar.height === 0 || it.closest(".workbar")) return "";
            const box = it.getBoundingClientRect();
            return box.top >= bar.top && box.bottom <= bar.bottom ? it.outerHTML.slice(0, 120) : "";
        }""")
        assert not hidden
    assert page.evaluate("document.documentElement.scrollWidth") == 320


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 375])
def test_axe_finds_nothing(page: Page, served: Served, scheme: str, width: int) -> None:
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.set_viewport_size({"width": width, "height": 800})
    key = served.draft(f"Axe {scheme} {width}", body_html=(SAMPLES / "word.expected.html").read_text("utf-8"))
    for path in (NEW, f"/desk/items/{key}"):
        page.goto(served.base + path)
        expect(page.get_by_role("toolbar")).to_be_visible()
        paste(page, '<p>x</p><p><img src="file:///a.png"></p>')
        page.locator("#body").press("Control+k")
        found = Axe().run(page)
        assert not found.response["violations"], found.generate_report()


def test_without_javascript_the_plain_field_works(browser: Browser, signed_in: BrowserContext, served: Served) -> None:
    context = browser.new_context(java_script_enabled=False, storage_state=signed_in.storage_state())
    page = context.new_page()
    page.goto(served.base + NEW)
    expect(page.get_by_role("toolbar")).to_have_count(0)
    page.get_by_label("Text", exact=True).fill("First.\n\n> We said it.\n>\n> — Ann, head of it\n\n- a")
    save_new(page, "By hand")
    assert packed(body(served, page)) == (
        "<p>First.</p><figure><blockquote><p>We said it.</p></blockquote><figcaption>Ann, head of it</figcaption></figure><ul><li>a</li></ul>"
    )
    expect(page.get_by_label("Text", exact=True)).to_have_value(re.compile("> — Ann, head of it"))
    context.close()
