"""Shoots the pages that people see, light and dark, desktop and phone, into docs/screenshots (`make screenshots`)."""

import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

sys.path.insert(0, str(Path(__file__).parent))

from served import EMAIL, PASSWORD, ROOT, Served, newsroom

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


def prepare(served: Served) -> str:
    """Some items in every state; gives the id of one that can be edited."""
    for headline, summary in MORE:
        served.act(served.draft(headline, summary=summary, categories=["Innovation"]), "publish")
    planned = served.draft("Bakcell names a new chief technology officer", summary="To be announced at nine.")
    served.act(planned, "schedule", publish_at="2035-01-15T05:00:00Z")
    wrong = served.draft("Published by mistake", slug="published-by-mistake")
    served.act(wrong, "publish")
    served.act(wrong, "withdraw", reason="It was published by mistake.")
    draft = served.draft(
        "A draft about 5G in Shusha", summary="Still being written.", tags=[{"kind": "place", "name": "Shusha"}]
    )
    served.act(draft, "submit")
    return draft


def main() -> None:
    """Takes every picture."""
    chromium = shutil.which("chromium")
    if chromium is None:
        sys.exit("Please install Chromium first.")
    OUT.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, newsroom(Path(folder)) as served, sync_playwright() as playwright:
        draft = prepare(served)
        pages = {
            "home": "/",
            "item": "/news/bakcell-media-trip-karabakh",
            "feeds": "/feeds",
            "feeds-by-name": "/feeds/tag",
            "feed": "/feeds/category/innovation",
            "subject": "/category/innovation",
            "withdrawn": "/news/published-by-mistake",
            "login": "/desk/login",
            "desk-items": "/desk/items",
            "desk-item": f"/desk/items/{draft}",
            "desk-schedule": f"/desk/items/{draft}/schedule",
            "api-docs": "/api/docs",
        }
        browser = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-background-networking"]
        )
        for size, (width, height) in WIDTHS.items():
            for scheme in ("light", "dark"):
                shape = {"width": width, "height": height}
                context = browser.new_context(viewport=shape, color_scheme=scheme, reduced_motion="reduce")
                page = context.new_page()
                for name, path in pages.items():
                    if name == "desk-items":
                        sign_in(page, served)
                    page.goto(served.base + path)
                    page.screenshot(path=OUT / f"{name}-{size}-{scheme}.png", full_page=name != "item")
                context.close()
        browser.close()


if __name__ == "__main__":
    main()
