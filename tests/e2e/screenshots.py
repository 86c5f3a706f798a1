"""Shoots every page that people see, light and dark, desktop and phone, into docs/screenshots, and lets axe look at each
of them (`make screenshots`). Ends with 1 where axe finds anything or a page is wider than the screen.
"""

import shutil
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Page, sync_playwright

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1] / "integration")]

from picture_samples import picture  # noqa: E402
from served import EMAIL, PASSWORD, ROOT, Served, newsroom  # noqa: E402

Image.MAX_IMAGE_PIXELS = None  # our own pictures, and the reference of the API is a very long page
WIDTHS = {"desktop": (1280, 800), "phone": (375, 740)}
OUT = ROOT / "docs" / "screenshots"
MORE = (
    ("Bakcell opens a new data centre in Ganja", "The centre runs on renewable energy and serves the western regions."),
    ("Bakcell and Karabakh University start a programme for young engineers", "Forty students begin in September."),
    ("Quarterly results: customers grow to 3.2 million", "Revenue from data services rose by a tenth."),
)


def sign_in(page: Page, served: Served) -> None:
    page.goto(f"{served.base}/desk/login")
    page.fill("input[name=email]", EMAIL)
    page.fill("input[name=password]", PASSWORD)
    page.click("main button.primary")


def prepare(served: Served) -> dict[str, str]:
    """Items in every state, people, contacts, templates and a preview link; gives the addresses that have keys in them."""
    for headline, summary in MORE:
        served.act(served.draft(headline, summary=summary, categories=["Innovation"]), "publish")
    planned = served.draft("Bakcell names a new chief technology officer", summary="To be announced at nine.")
    served.act(planned, "schedule", publish_at="2035-01-15T05:00:00Z")
    soon = served.draft("Bakcell reports its third quarter", summary="Revenue grew by a tenth.")
    served.act(soon, "schedule", publish_at=f"{datetime.now(UTC) + timedelta(hours=2):%Y-%m-%dT%H:00:00Z}")
    wrong = served.draft("Published by mistake", slug="published-by-mistake")
    served.act(wrong, "publish")
    served.act(wrong, "withdraw", reason="It was published by mistake.")
    live = served.draft("Bakcell opens a service centre in Sumgait", body_html="<p>It employs 120 people.</p>")
    served.act(live, "publish")
    served.edit(live, body_html="<p>It employs 210 people.</p>")
    body = "<p>Bakcell brings its fifth generation network to Shusha this spring.</p><h2>Where</h2><ul><li>Shusha</li><li>Lachin</li></ul>"
    uploaded = served.ask(
        "POST",
        "/api/v1/media?name=shusha.jpg",
        picture(),
        {"Authorization": f"Bearer {served.token}", "Content-Type": "image/jpeg"},
    ).json()
    draft = served.draft(
        "5G comes to Shusha in the spring",
        subhead="The first city of Karabakh with the network",
        dateline="Baku, 22 November",
        summary="The network opens in March.",
        body_html=body,
        tags=[{"kind": "place", "name": "Shusha"}],
        pictures=[
            {
                "id": uploaded["id"],
                "alt": "A mast above the roofs of Shusha",
                "caption": "The mast in Shusha",
                "credit": "Bakcell",
            }
        ],
    )
    served.act(draft, "submit", note="The minister's office has read it.")
    for name, role in (("Leyla Aliyeva", "publisher"), ("Rashad Huseynov", "writer")):
        served.run("user", "add", f"{name.split()[0].lower()}@example.org", "--name", name, "--role", role)
    return {"draft": f"/desk/items/{draft}", "live": f"/desk/items/{live}", "planned": f"/desk/items/{planned}"}


def fill(page: Page, served: Served) -> None:
    """What only the desk can make: a contact, a template."""
    page.goto(f"{served.base}/desk/contacts/new")
    for name, words in (
        ("name", "Aysel Suleymanova"),
        ("role", "Head of the press office"),
        ("email", "press@example.org"),
    ):
        page.fill(f"[name={name}]", words)
    page.locator("main form button.primary").click()
    page.goto(f"{served.base}/desk/templates/new")
    page.fill("[name=name]", "A new service")
    page.fill("[name=headline]", "Bakcell opens …")
    page.locator("main form button.primary").last.click()


def addresses(at: dict[str, str]) -> dict[str, str]:
    """Every page: name → address."""
    draft, live, planned = at["draft"], at["live"], at["planned"]
    before = {
        "home": "/", "search": "/search?q=innovation", "item": "/news/bakcell-media-trip-karabakh", "feeds": "/feeds", "feeds-by-name": "/feeds/tag",
        "feed": "/feeds/category/innovation", "subject": "/category/innovation", "withdrawn": "/news/published-by-mistake",
        "topics": "/topics", "archive": "/archive", "archive-of-year": f"/archive/{datetime.now(UTC):%Y}", "contacts": "/contacts", "about": "/about",
        "api-docs": "/api/docs", "login": "/desk/login", "forgotten": "/desk/forgotten",
    }  # fmt: skip
    desk = {
        "desk-today": "", "desk-items": "items", "desk-new": "items/new", "desk-from-word": "items/from-word", "desk-calendar": "calendar",
        "desk-calendar-week": "calendar?view=week", "desk-subjects": "subjects", "desk-subject": "subjects/category/innovation",
        "desk-subject-merge": "subjects/category/innovation/merge", "desk-subject-delete": "subjects/category/innovation/delete",
        "desk-readers": "audience", "desk-contacts": "contacts", "desk-contact": "contacts/1", "desk-contact-new": "contacts/new",
        "desk-boilerplates": "boilerplates", "desk-boilerplate": "boilerplates/1", "desk-boilerplate-new": "boilerplates/new",
        "desk-templates": "templates", "desk-template": "templates/1", "desk-template-new": "templates/new", "desk-template-delete": "templates/1/delete",
        "desk-people": "people", "desk-person": "people/1", "desk-invite": "people/new", "desk-settings": "settings", "desk-look": "look", "desk-log": "audit",
        "desk-notices": "notices", "desk-me": "me", "desk-programs": "tokens", "desk-programs-all": "tokens?of=everybody", "desk-password": "me/password", "desk-email": "me/email", "desk-codes": "me/codes",
        "desk-passkey": "me/passkeys/new", "desk-hold": "hold", "desk-search": "search?q=bakcell", "desk-search-nothing": "search?q=nothing+like+it", "desk-search-empty": "search", "desk-keys": "keys",
        "desk-feeds": "feeds", "desk-feed-new": "feeds/new", "desk-private-feeds": "feeds/private", "desk-push": "push",
    }  # fmt: skip
    of_items = {
        "desk-item": draft, "desk-item-live": live, "desk-item-planned": planned, "desk-publish": f"{draft}/release", "desk-approve": f"{draft}/approve",
        "desk-request-changes": f"{draft}/request-changes", "desk-submit": f"{live}/submit", "desk-correct": f"{live}/correct", "desk-update": f"{live}/update",
        "desk-withdraw": f"{live}/withdraw", "desk-call-off": f"{planned}/unschedule", "desk-preview": f"{draft}/preview", "desk-preview-links": f"{draft}/previews",
        "desk-revisions": f"{live}/revisions", "desk-restore": f"{live}/revisions/1/restore", "desk-copy": f"{draft}/copy", "desk-keep-template": f"{draft}/template",
        "desk-sent": f"{live}/sent", "desk-item-log": f"{draft}/audit", "desk-item-from-word": f"{draft}/from-word",
    }  # fmt: skip
    return before | {name: f"/desk/{path}" for name, path in desk.items()} | of_items


def small(shot: bytes, path: Path) -> None:
    """The picture in 64 colours: a fifth of the bytes, and no eye sees it on a page of words."""
    whole = Image.open(BytesIO(shot)).convert("RGB")
    whole.quantize(64, dither=Image.Dither.NONE).save(path, optimize=True)


def faults(page: Page, name: str) -> list[str]:
    """What axe finds on the page, and whether it is wider than the screen."""
    found = [f"{name}: {one['id']}: {one['nodes'][0]['html'][:160]}" for one in Axe().run(page).response["violations"]]
    if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        found.append(f"{name}: wider than the screen")
    return found


def main() -> int:
    """Takes every picture. Words on the command line narrow it to the pages whose names hold one of them."""
    chromium = shutil.which("chromium")
    if chromium is None:
        sys.exit("Please install Chromium first.")
    OUT.mkdir(parents=True, exist_ok=True)
    wrong: list[str] = []
    with tempfile.TemporaryDirectory() as folder, newsroom(Path(folder)) as served, sync_playwright() as playwright:
        pages = addresses(prepare(served))
        asked = {
            name: path for name, path in pages.items() if not sys.argv[1:] or any(word in name for word in sys.argv[1:])
        }
        browser = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-background-networking"]
        )
        page = browser.new_page()
        sign_in(page, served)
        fill(page, served)
        kept = page.context.storage_state()
        for size, (width, height) in WIDTHS.items():
            for scheme in ("light", "dark"):
                shape = {"width": width, "height": height}
                look = {"viewport": shape, "color_scheme": scheme, "reduced_motion": "reduce"}
                strange, seated = browser.new_context(**look), browser.new_context(**look, storage_state=kept)
                for name, path in asked.items():
                    page = (
                        seated if path.startswith("/desk") and name not in ("login", "forgotten") else strange
                    ).new_page()
                    answer = page.goto(served.base + path)
                    page.wait_for_load_state("load")
                    if answer is None or answer.status >= 500 or (answer.status >= 400 and name != "withdrawn"):
                        wrong.append(f"{name}: {answer and answer.status}")
                    small(page.screenshot(full_page=name != "item"), OUT / f"{name}-{size}-{scheme}.png")
                    wrong += faults(page, f"{name} {size} {scheme}")
                    page.close()
                strange.close()
                seated.close()
                print(f"{size}, {scheme}: {len(asked)} pages, {len(wrong)} faults so far", flush=True)
        browser.close()
    print(*wrong, sep="\n")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
