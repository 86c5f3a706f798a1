"""People in a real browser: invited, in by passkey, by code, by recovery code; and no page that axe finds fault with."""

import re
import time
from collections.abc import Iterator
from typing import Any

import pyotp
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect
from served import EMAIL, PASSWORD, Served, newsroom

pytestmark = pytest.mark.browser
OWN = "a password of her own"
PAGES = (
    "",
    "me",
    "me/password",
    "me/email",
    "me/codes",
    "me/passkeys/new",
    "me/proof",
    "people",
    "people/new",
    "people/1",
    "notices",
)


@pytest.fixture(scope="module")
def named(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A newsroom with a name: browsers make no passkeys for a number."""
    with newsroom(tmp_path_factory.mktemp("named"), FEEDSVC_BASE_URL="") as one:
        yield one


def home(served: Served) -> str:
    return f"http://localhost:{served.port}"


def open_page(context: BrowserContext, faults: list[str]) -> Page:
    page = context.new_page()
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda said: faults.append(said.text) if "Content Security Policy" in said.text else None)
    return page


def sign_in(page: Page, served: Served, email: str, password: str) -> None:
    page.goto(f"{home(served)}/desk/login")
    page.fill("[name=email]", email)
    page.fill("[name=password]", password)
    page.get_by_role("button", name="Sign in", exact=True).click()


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def code(secret: str, after: int = 0) -> str:
    """The present code, or one of a later half minute, which phones that are ahead show."""
    return pyotp.TOTP(secret).at(int(time.time()) + 30 * after)


def device(context: BrowserContext, page: Page) -> Any:
    """A device that holds passkeys and whose owner always agrees."""
    spoken = context.new_cdp_session(page)
    spoken.send("WebAuthn.enable")
    spoken.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    return spoken


def invited(browser: Browser, served: Served, faults: list[str]) -> str:
    """An administrator invites somebody; gives the link."""
    context = browser.new_context()
    page = open_page(context, faults)
    sign_in(page, served, EMAIL, PASSWORD)
    page.get_by_role("link", name="Invite your colleagues").click()
    page.fill("[name=name]", "Aysel Suleymanova")
    page.fill("[name=email]", "aysel@example.org")
    page.get_by_label("Editor").check()
    press(page, "Invite")
    link = page.locator("#link").input_value()
    context.close()
    return link


def test_invited_person_signs_in_by_password_passkey_code_and_recovery_code(browser: Browser, named: Served) -> None:
    faults: list[str] = []
    link = invited(browser, named, faults)
    context = browser.new_context()
    page = open_page(context, faults)
    device(context, page)
    page.goto(link)
    page.fill("[name=password]", OWN)
    page.fill("[name=again]", OWN)
    press(page, "Set the password and sign in")
    page.get_by_role("link", name="Aysel Suleymanova").click()
    page.get_by_role("link", name="Add a passkey").click()
    page.fill("[name=name]", "My laptop")
    press(page, "Go on to the device")
    expect(page.get_by_text("not used yet")).to_be_visible()

    press(page, "Sign out everywhere")
    expect(page.get_by_text("You are signed out everywhere.")).to_be_visible()
    page.goto(f"{home(named)}/desk/me")
    assert "/desk/login" in page.url
    press(page, "Sign in with a passkey")
    expect(page.get_by_role("heading", name="Your account")).to_be_visible()
    expect(page.locator("strong", has_text="My laptop")).to_be_visible()
    expect(page.get_by_text("not used yet")).to_have_count(0)

    page.get_by_role("link", name="Turn codes on…").click()
    secret = page.locator(".secret").inner_text().replace(" ", "")
    picture = page.locator(".square")
    assert picture.evaluate("one => one.complete && one.naturalWidth > 0")
    page.fill("[name=code]", code(secret, -1))
    press(page, "Turn codes on")
    spare = page.locator(".codes code").all_inner_texts()
    assert len(set(spare)) == 10
    for typed in (code(secret), spare[0]):
        page.get_by_role("link", name="Aysel Suleymanova").click()
        press(page, "Sign out everywhere")
        sign_in(page, named, "aysel@example.org", OWN)
        expect(page.get_by_role("heading", name="One step more")).to_be_visible()
        page.fill("[name=code]", typed)
        press(page, "Sign in")
        expect(page.get_by_role("heading", name="Today", exact=True)).to_be_visible()
    page.goto(f"{home(named)}/desk/me")
    expect(page.get_by_text("9 recovery codes are left.")).to_be_visible()
    assert not faults
    context.close()


def test_sign_in_with_a_code_needs_no_javascript(browser: Browser, named: Served) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{home(named)}/desk/login")
    expect(page.get_by_role("button", name="Sign in with a passkey")).to_be_hidden()
    sign_in(page, named, EMAIL, PASSWORD)
    page.goto(f"{home(named)}/desk/me/codes")
    page.fill("[name=code]", code(page.locator(".secret").inner_text().replace(" ", ""), -1))
    press(page, "Turn codes on")
    expect(page.get_by_role("heading", name="Your recovery codes")).to_be_visible()
    page.goto(f"{home(named)}/desk/me/codes/off")
    press(page, "Turn them off")
    expect(page.get_by_text("Sign-in no longer asks for a code.")).to_be_visible()
    context.close()


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 1280), ("light", 375)])
def test_axe_finds_nothing(browser: Browser, named: Served, scheme: Any, width: int) -> None:
    context = browser.new_context(
        viewport={"width": width, "height": 800}, color_scheme=scheme, reduced_motion="reduce"
    )
    page = context.new_page()
    for path in ("login", "forgotten", *PAGES):
        if path == PAGES[0]:
            sign_in(page, named, EMAIL, PASSWORD)
        page.goto(f"{home(named)}/desk/{path}")
        found = Axe().run(page)
        assert found.violations_count == 0, f"/desk/{path}: {found.generate_report()}"
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"/desk/{path} is {wide} px too wide at {width}"
    context.close()


def test_newsroom_at_a_number_says_why_there_are_no_passkeys(browser: Browser, served: Served) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{served.base}/desk/login")
    assert not re.search("passkey", page.locator("main").inner_text(), re.IGNORECASE)
    page.fill("[name=email]", EMAIL)
    page.fill("[name=password]", PASSWORD)
    press(page, "Sign in")
    page.goto(f"{served.base}/desk/me")
    expect(page.get_by_text("Passkeys need a domain name")).to_be_visible()
    context.close()
