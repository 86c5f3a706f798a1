"""The newsroom's own look: what an administrator chooses, what readers get, and what nobody can break with it."""

import re
from io import BytesIO
from pathlib import Path

from desk_newsroom import Desk, words
from picture_samples import picture

from feedsvc.db import reading
from feedsvc.models import Audit
from feedsvc.newsroom import colours
from feedsvc.web import stylesheet

PLAIN = {"accent": "", "spark": "", "letters": "serif", "corners": "soft"}
PAGES = {
    "light": ((251, 249, 245), (242, 238, 230), (255, 255, 255)),
    "dark": ((22, 20, 17), (33, 30, 26), (16, 14, 12)),
}


def sheets(text: str) -> list[str]:
    return [part.split('"')[0] for part in text.split('href="')[1:] if part.startswith("/look/")]


def test_a_look_is_chosen_once_and_stands_on_every_public_page(desk: Desk) -> None:
    admin, reader = desk.person("admin"), desk.stranger()
    assert not sheets(reader.get("/").text)
    chosen = {
        "accent": " #E4002B ",
        "spark": "#ffd400",
        "letters": "sans",
        "corners": "square",
        "line_en": "Closer <than> you think",
        "about_en": "We are **Bakcell**.\n\n<script>alert(1)</script>",
    }
    before = reader.get("/").headers["ETag"]
    assert admin.post("/desk/look", chosen).status_code == 303
    [sheet] = sheets(reader.get("/").text)
    assert reader.get("/").headers["ETag"] != before
    css = reader.get(sheet)
    assert (css.status_code, css.mimetype) == (200, "text/css")
    assert "immutable" in css.headers["Cache-Control"]
    assert "--radius: 0px" in css.text
    assert reader.get("/look/0123456789abcdef.css").status_code == 404
    about = reader.get("/about")
    assert "<strong>Bakcell</strong>" in about.text
    assert "<script>alert" not in about.text
    assert "Closer &lt;than&gt; you think" in reader.get("/archive").text
    assert not sheets(admin.get("/desk/items").text)
    form = admin.get("/desk/look").text
    assert 'value="#e4002b"' in form
    with reading() as session:
        assert session.query(Audit).filter_by(action="choose", subject="look").count() == 1
    for wrong in ("red", "#12", "#12345g", "#000;}*{display:none", "url(//x)"):
        answer = admin.post("/desk/look", {**PLAIN, "accent": wrong})
        assert answer.status_code == 422, wrong
        assert "such as #0b5560" in words(answer)
    assert admin.post("/desk/look", {**PLAIN, "line_en": "x" * 201}).status_code == 422
    assert sheets(reader.get("/").text) == [sheet]
    assert admin.post("/desk/look", {**PLAIN, "letters": "comic", "corners": "x"}).status_code == 303
    assert not sheets(reader.get("/").text)


def test_a_logo_takes_the_place_of_the_name_and_goes_again(desk: Desk) -> None:
    admin, reader = desk.person("admin"), desk.stranger()
    refused = admin.post("/desk/look/logo", {"file": (BytesIO(b"<svg onload=alert(1)>"), "logo.svg")})
    assert refused.status_code == 422
    assert admin.post("/desk/look/logo").status_code == 422
    sent = admin.post("/desk/look/logo", {"file": (BytesIO(picture(900, 300, "PNG")), "logo.png")})
    assert sent.status_code == 303
    home = reader.get("/").text
    [address] = [one for one in home.split('"') if one.startswith("/look/") and one.endswith(".webp")]
    assert f'<img src="{address}" width="640" height="213" alt="Bakcell Newsroom">' in home
    for name, kind in ((address, "image/webp"), (address.replace(".webp", ".jpg"), "image/jpeg")):
        answer = reader.get(name)
        assert (answer.status_code, answer.mimetype) == (200, kind)
    assert f'"url":"http://localhost:8000{address.replace(".webp", ".jpg")}"' in home
    assert admin.post("/desk/look", {**PLAIN, "spark": "#00ff00"}).status_code == 303
    assert address in reader.get("/").text
    assert admin.post("/desk/look/logo", {"deed": "remove"}).status_code == 303
    assert address not in reader.get("/").text
    assert reader.get(address).status_code == 404


def test_whatever_colour_is_chosen_its_words_can_be_read() -> None:
    steps = (0, 102, 153, 255)
    for brand in ((r, g, b) for r in steps for g in steps for b in steps):
        css = stylesheet.sheet(colours.written(brand), colours.written(brand), "serif", "soft")
        said = {}
        for token in css.split("--")[1:]:
            name, _, rest = token.partition(": light-dark(")
            said[name] = [colours.read(one.strip()) for one in rest.split(")")[0].split(",")]
        for place, scheme in enumerate(("light", "dark")):
            for ground in (*PAGES[scheme], said["accent-wash"][place]):
                assert colours.contrast(said["accent"][place], ground) >= 4.5, (brand, scheme, ground)
            for ground in PAGES[scheme]:
                assert colours.contrast(said["spark"][place], ground) >= 4.5, (brand, scheme)
            for name in ("accent-fill", "accent-deep"):
                assert colours.contrast(said[name][place], colours.WHITE) >= 4.5, (brand, name)


def test_a_look_is_seen_before_it_is_kept(desk: Desk) -> None:
    admin = desk.person("admin")
    page = admin.get("/desk/look")
    assert page.text.count('type="color"') == 2
    assert (
        'value="#0b5560" data-hue="accent"' in page.text
    )  # where nothing is chosen, the picker begins at the house's own
    assert not re.search(r"<[^>]+\sstyle=|<style", page.text)
    chosen = {**PLAIN, "accent": "#E4002B", "spark": "#ffd400", "corners": "round"}
    said = admin.get("/desk/look/sheet.css", query_string=chosen)
    assert (said.status_code, said.mimetype) == (200, "text/css")
    public = stylesheet.sheet("#e4002b", "#ffd400", "serif", "round")
    assert said.text == public.replace(":root", ".look-preview")
    for broken in (
        {"accent": "#e4"},
        {"accent": "#000;}*{display:none"},
        {"corners": "}"},
        {"letters": "url(//x)"},
        {},
    ):
        assert admin.get("/desk/look/sheet.css", query_string=broken).text == ""
    shown = admin.post("/desk/look", {**chosen, "deed": "show"})
    assert shown.status_code == 200
    assert "It is not saved yet." in words(shown)
    assert 'value="#E4002B"' in shown.text
    assert "accent=%23E4002B" in shown.text
    assert not sheets(desk.stranger().get("/").text)


def test_the_picker_begins_where_the_house_does() -> None:
    css = (Path(stylesheet.__file__).parent / "static" / "feedsvc.css").read_text()
    for name, colour in stylesheet.HOUSE.items():
        assert f"--{name}: light-dark({colour}," in css
