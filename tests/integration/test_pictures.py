"""Pictures from the upload to the reader: re-made, described, public exactly as long as something public carries them."""

import hashlib
import io
import re
from datetime import timedelta
from typing import Any

import pytest
from desk_newsroom import Browser, Desk, fields, words
from picture_samples import picture
from PIL import Image
from sqlalchemy import event, func, select

from feedsvc import clock, db, road, settings
from feedsvc.errors import Invalid, NotAllowed
from feedsvc.models import Picture, Rendition
from feedsvc.newsroom import guarded, items, pictures, previews, publishing
from feedsvc.newsroom.captions import Caption
from feedsvc.newsroom.drafts import ItemDraft, checked
from feedsvc.newsroom.workflow import SYSTEM, Actor
from feedsvc.web import desk_session, illustrations


def kept(data: bytes = b"", name: str = "a.jpg") -> Picture:
    """A picture in the newsroom."""
    return road.act(pictures.add, pictures.prepared(data or picture(), name), actor=SYSTEM)


def written(desk: Desk, *given: Caption, **more: Any) -> str:
    """An item with these pictures."""
    return desk.item(pictures=given, **more)


def carried(key: str) -> tuple[Caption, ...]:
    """The pictures of an item's newest text."""
    with db.reading() as session:
        return pictures.captions_of(guarded.read(session, key, now=clock.now()).head)


def stored() -> tuple[int, int]:
    """How many pictures and renditions there are."""
    with db.reading() as session:
        return tuple(session.scalar(select(func.count()).select_from(t)) or 0 for t in (Picture, Rendition))  # type: ignore[return-value]


def opened(desk: Desk, row: Picture, name: str) -> Image.Image:
    """A rendition as the newsroom sees it."""
    answer = desk.person("writer").get(f"/desk/pictures/{row.key}/{name}")
    assert answer.status_code == 200
    return Image.open(io.BytesIO(answer.data))


def public(desk: Desk, row: Picture, name: str = "320.jpg") -> int:
    """The status of a rendition's public address."""
    return desk.stranger().get(f"/media/{row.key}/{name}").status_code


def test_a_picture_is_made_anew_in_every_size_and_never_larger(desk: Desk) -> None:
    row = kept(picture(1500, 1000))
    assert [(one["name"], one["width"], one["height"]) for one in row.sizes] == [
        ("320", 320, 213),
        ("640", 640, 427),
        ("1280", 1280, 853),
        ("1920", 1500, 1000),
    ]
    for one in row.sizes:
        for suffix, kind in (("jpg", "JPEG"), ("webp", "WEBP")):
            image = opened(desk, row, f"{one['name']}.{suffix}")
            assert (image.format, image.size) == (kind, (one["width"], one["height"]))
    assert [one["name"] for one in kept(picture(200, 100)).sizes] == ["320"]


def test_nothing_of_camera_and_place_is_left(desk: Desk) -> None:
    exif = Image.Exif()
    exif[0x010F] = "Spycam"
    exif.get_ifd(0x8825)[1] = "N"
    exif[0x0112] = 6
    data = picture(400, 300, exif=exif, comment=b"secret words")
    assert b"Spycam" in data
    row = kept(data)
    assert (row.width, row.height) == (300, 400)  # turned upright
    for one in row.sizes:
        for suffix in ("jpg", "webp"):
            image = opened(desk, row, f"{one['name']}.{suffix}")
            assert not image.getexif()
            assert not {"exif", "comment", "icc_profile", "xmp"} & set(image.info)
    small = opened(desk, row, "320.jpg").convert("RGB")
    # It was dark at its upper left, which is the upper right of a picture turned clockwise.
    dark, light = small.getpixel((295, 5)), small.getpixel((5, 395))
    assert sum(dark) < 60  # type: ignore[arg-type]
    assert sum(light) > 300  # type: ignore[arg-type]


def test_what_can_be_seen_through_stays_so_and_stands_on_white_in_jpeg(desk: Desk) -> None:
    image = Image.new("RGBA", (300, 200), (255, 0, 0, 0))
    written = io.BytesIO()
    image.save(written, "PNG")
    row = kept(written.getvalue(), "logo.png")
    assert opened(desk, row, "320.webp").convert("RGBA").getpixel((9, 9))[3] == 0  # type: ignore[index]
    assert min(opened(desk, row, "320.jpg").convert("RGB").getpixel((9, 9))) > 250  # type: ignore[type-var, arg-type]


def test_the_same_file_is_the_same_picture(desk: Desk) -> None:
    del desk
    assert kept().id == kept(name="other.jpg").id
    assert stored()[0] == 1


def test_words_are_kept_with_the_text_and_a_change_of_them_is_a_new_text(desk: Desk) -> None:
    one, two = kept(), kept(picture(seed=9))
    said = (
        Caption(one.key, "A tower", caption="Baku", credit="L. C.", rights="Free"),
        Caption(two.key, decorative=True),
    )
    key = written(desk, *said)
    assert carried(key) == said
    given = checked(ItemDraft(headline="A draft of ours", body_html="<p>Words.</p>", pictures=said), ("en",))
    road.act(items.save, key, given, base=1, actor=SYSTEM)
    assert desk.stands(key).head.number == 1  # nothing new
    other = checked(ItemDraft(headline="A draft of ours", body_html="<p>Words.</p>", pictures=said[::-1]), ("en",))
    road.act(items.save, key, other, base=1, actor=SYSTEM)
    assert desk.stands(key).head.number == 2
    assert carried(key) == said[::-1]


@pytest.mark.parametrize(
    ("captions", "problem"),
    [
        ((Caption("0" * 32),), "unknown_picture"),
        ((Caption("../secret"),), "unknown_picture"),
        (tuple(Caption(f"{n:032x}") for n in range(31)), "too_many"),
        ((Caption("0" * 32, alt="x" * 1_001),), "too_long"),
    ],
)
def test_what_cannot_be_carried_is_said(desk: Desk, captions: tuple[Caption, ...], problem: str) -> None:
    with pytest.raises(Invalid) as found:
        written(desk, *captions)
    assert found.value.problems["pictures"][0] == problem


@pytest.mark.parametrize("verb", ["publish", "schedule"])
def test_a_picture_without_words_may_be_saved_but_keeps_the_item_back(desk: Desk, verb: str) -> None:
    one, two = kept(), kept(picture(seed=9))
    key = written(desk, Caption(one.key, "A tower"), Caption(two.key))
    moment = [clock.now() + timedelta(hours=1)] if verb == "schedule" else []
    with pytest.raises(Invalid) as found:
        desk.act(verb, key, *moment)
    assert found.value.problems == {"pictures": ("no_words", {"numbers": "2"})}
    publisher = desk.person("publisher")
    assert "says nothing to people who cannot see it" in words(publisher.get(f"/desk/items/{key}/release"))
    answer = publisher.post(f"/desk/items/{key}/release", {"revision": "1", "when": "now"})
    assert answer.status_code in (409, 422)
    assert desk.stands(key).state == "draft"


def test_a_correction_with_such_a_picture_is_kept_back_as_well(desk: Desk) -> None:
    key = written(desk)
    desk.act("publish", key)
    text = checked(ItemDraft(headline="New", pictures=(Caption(kept().key),)), ("en",))
    road.act(items.save, key, text, base=1, actor=SYSTEM)
    for verb, *words_ in (("correct", "A note"), ("update",)):
        with pytest.raises(Invalid):
            desk.act(verb, key, *words_)


def test_public_exactly_while_something_public_carries_it(desk: Desk) -> None:
    row = kept()
    assert public(desk, row) == 404  # kept, carried by nothing
    key = written(desk, Caption(row.key, "A tower"))
    assert public(desk, row) == 404  # in a draft
    desk.act("schedule", key, clock.now() + timedelta(hours=1))
    assert public(desk, row) == 404  # planned
    desk.act("publish", key)
    assert public(desk, row) == public(desk, row, "320.webp") == 200
    assert public(desk, row, "321.jpg") == 404
    road.act(items.save, key, checked(ItemDraft(headline="Without"), ("en",)), base=1, actor=SYSTEM)
    assert public(desk, row) == 200  # the newer text is a draft
    desk.act("correct", key, "The picture was wrong")
    assert public(desk, row) == 404  # the public text has none
    other = written(desk, Caption(row.key, "A tower"), headline="Another")
    desk.act("publish", other)
    assert public(desk, row) == 200  # another one carries it
    desk.act("withdraw", other, "A mistake")
    assert public(desk, row) == 404


def test_a_hold_keeps_a_picture_back_and_a_withdrawal_under_it_takes_one_away(desk: Desk) -> None:
    shown, coming = kept(), kept(picture(seed=9))
    live = written(desk, Caption(shown.key, "A tower"))
    desk.act("publish", live)
    road.act(publishing.hold, "Wait", actor=SYSTEM)
    desk.act("publish", written(desk, Caption(coming.key, "A bridge"), headline="Held"))
    assert (public(desk, shown), public(desk, coming)) == (200, 404)
    desk.act("withdraw", live, "A mistake")
    assert (public(desk, shown), public(desk, coming)) == (404, 404)
    road.act(publishing.unhold, actor=SYSTEM)
    assert (public(desk, shown), public(desk, coming)) == (404, 200)


def test_what_is_not_public_answers_byte_for_byte_like_what_never_was(desk: Desk) -> None:
    row = kept()
    written(desk, Caption(row.key, "A tower"))
    answers = [
        desk.stranger().client.open(path, method=method, headers=headers)
        for method, headers in (("GET", {}), ("HEAD", {}), ("GET", {"If-None-Match": "*"}))
        for path in (
            f"/media/{row.key}/320.jpg",
            f"/media/{'0' * 32}/320.jpg",
            f"/media/{row.key}/no",
            "/media/a/b/c",
            "/no",
        )
    ]
    for five in (answers[:5], answers[5:10], answers[10:]):
        said = {
            (a.status_code, a.data, tuple((n, v) for n, v in a.headers.items() if n not in ("Date", "X-Request-Id")))
            for a in five
        }
        assert len(said) == 1
        assert five[0].status_code == 404
    assert row.key not in answers[0].text


def test_the_public_address_says_exactly_what_it_is(desk: Desk) -> None:
    row = kept()
    desk.act("publish", written(desk, Caption(row.key, "A tower")))
    path = f"/media/{row.key}/320.webp"
    answer = desk.stranger().get(path)
    assert answer.headers["Content-Type"] == "image/webp"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer.headers["Cache-Control"] == "public, max-age=0, s-maxage=1, must-revalidate"
    assert "Set-Cookie" not in answer.headers
    assert int(answer.headers["Content-Length"]) == len(answer.data) == row.sizes[0]["webp"]
    etag = answer.headers["ETag"]
    assert etag == f'"{hashlib.blake2b(answer.data, digest_size=16).hexdigest()}"'
    for seen in (etag, f"W/{etag}", f'"x", {etag}'):
        again = desk.stranger().get(path, headers={"If-None-Match": seen})
        assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", etag)
        assert again.headers["Cache-Control"] == answer.headers["Cache-Control"]
    assert desk.stranger().client.post(path).status_code == 405


def test_a_page_shows_pictures_in_the_right_size_with_all_their_words(desk: Desk) -> None:
    one, two = kept(picture(1500, 1000)), kept(picture(seed=9))
    said = Caption(one.key, 'A "tower" & <more>', caption="Baku, <morning>", credit="L. C.", rights="© Us")
    key = written(desk, said, Caption(two.key, "not said", decorative=True), slug="pictured")
    desk.act("publish", key)
    page = desk.stranger().get("/news/pictured").text
    assert page.count("<figure") == 2
    assert f"/media/{one.key}/640.jpg 640w" in page
    assert f"/media/{one.key}/1920.webp 1500w" in page
    assert 'width="1500" height="1000" alt="A &#34;tower&#34; &amp; &lt;more&gt;"' in page
    assert "Baku, &lt;morning&gt;" in page
    assert "not said" not in page
    base = settings.current().public_url
    assert f'<meta property="og:image" content="{base}/media/{one.key}/1280.jpg">' in page
    preview = desk.person("writer").get(f"/desk/items/{key}/preview").text
    assert f"/desk/pictures/{one.key}/640.jpg" in preview
    assert f'src="/media/{one.key}' not in preview


def shown_in(page: str) -> set[str]:
    """Every address that a browser may ask for a picture of a page."""
    sources = re.findall(r'<img [^>]*?\bsrc="([^"]+)"', page)
    sets = re.findall(r'\bsrcset="([^"]+)"', page)
    return {*sources, *(one.split()[0] for found in sets for one in found.split(","))}


def test_every_preview_shows_every_picture_before_it_is_public(desk: Desk) -> None:
    above, within, stray = kept(), kept(picture(seed=9)), kept(picture(seed=20))
    base = settings.current().public_url
    body = "".join(
        f'<p><img src="{address}" alt="A &gt; B"></p>'
        for address in (f"/media/{within.key}/320.jpg", f"{base}/media/{within.key}/640.webp")
    )
    key = written(desk, Caption(above.key, "A tower"), Caption(within.key, "A map"), body_html=body)
    _, secret = road.act(previews.make, key, name="A. B.", actor=SYSTEM)
    publisher, journalist = desk.person("publisher"), desk.stranger()
    pages = {
        f"/desk/items/{key}/release": (publisher, publisher.get(f"/desk/items/{key}/release")),
        f"/desk/items/{key}/preview": (publisher, publisher.get(f"/desk/items/{key}/preview")),
        f"/preview/{secret}": (journalist, journalist.client.post(f"/preview/{secret}")),
    }
    for path, (reader, page) in pages.items():
        assert page.status_code == 200
        asked = shown_in(page.text)
        for row in (above, within):
            assert any(row.key in address for address in asked), (path, asked)
        answers = {address: reader.get(address).status_code for address in asked}
        assert set(answers.values()) == {200}, (path, answers)
        assert all(public(desk, row) == 404 for row in (above, within))
    other = f"/media/{stray.key}/320.jpg"
    with db.reading() as session:
        head = guarded.read(session, key, now=clock.now()).head
        assert other in illustrations.in_text(f'<img src="{other}">', head, illustrations.DESK)


def test_a_journalist_with_a_link_sees_the_pictures_of_that_text_and_no_others(desk: Desk) -> None:
    row, other = kept(), kept(picture(seed=9))
    key = written(desk, Caption(row.key, "A tower"))
    link, secret = road.act(previews.make, key, name="A. B.", actor=SYSTEM)
    reader = desk.stranger()
    page = reader.client.post(f"/preview/{secret}").text
    path = f"/preview/{secret}/{row.key}/320.jpg"
    assert path in page
    answer = reader.get(path)
    assert (answer.status_code, answer.content_type, answer.headers["Cache-Control"]) == (200, "image/jpeg", "no-store")
    for wrong in (f"/preview/{secret}/{other.key}/320.jpg", f"/preview/x/{row.key}/320.jpg", f"{path}x"):
        assert reader.get(wrong).status_code == 404
    road.act(previews.revoke, key, link.id, actor=SYSTEM)
    assert reader.get(path).status_code == 404


def send(browser: Browser, path: str, data: dict[str, Any]) -> Any:
    """A form with files."""
    return browser.post(path, data, content_type="multipart/form-data")


def send_large(browser: Browser, size: int) -> Any:
    """A form with a file of this size; written by hand, since the test client would leave a file of its own open."""
    before = "--x\r\nContent-Disposition: form-data; name="
    token = f'{before}"csrf_token"\r\n\r\n{browser.token()}\r\n{before}"file"; filename="large.jpg"\r\n\r\n'
    body = token.encode() + b"\xff\xd8\xff" + bytes(size) + b"\r\n--x--\r\n"
    return browser.client.post("/desk/pictures", data=body, content_type="multipart/form-data; boundary=x")


def file(data: bytes, name: str = "tower.jpg") -> tuple[io.BytesIO, str]:
    return io.BytesIO(data), name


def test_the_desks_script_is_answered_with_a_picture_or_with_words(desk: Desk) -> None:
    writer = desk.person("writer")
    answer = send(writer, "/desk/pictures", {"file": file(picture(), "../etc/Tower 1.jpg")})
    assert answer.status_code == 201, answer.text
    told = answer.get_json()
    assert told["name"] == "Tower 1.jpg"
    assert writer.get(told["thumbnail"]).status_code == 200
    for data, sentence in (
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "SVG drawings are not taken"),
        (b"%PDF-1.7", "Save it as JPEG"),
        (picture()[:900], "cannot be read"),
        (b"", "Choose a picture first"),
    ):
        answer = send(writer, "/desk/pictures", {"file": file(data)})
        assert answer.status_code == 422
        assert sentence in answer.get_json()["problem"]
    assert send(writer, "/desk/pictures", {}).status_code == 422
    assert stored()[0] == 1


def test_a_body_beyond_40_mb_is_refused_in_words_and_not_kept(desk: Desk) -> None:
    writer = desk.person("writer")
    answer = send_large(writer, 41 * 1024 * 1024)
    assert answer.status_code == 422
    assert "it may have 40" in answer.get_json()["problem"]
    answer = send_large(writer, 46 * 1024 * 1024)
    assert answer.status_code == 413
    assert "40 MB" in answer.text
    key = desk.item()
    big = {"headline": "x", "body": "x" * (5 * 1024 * 1024)}
    assert writer.post(f"/desk/items/{key}", big).status_code == 413  # a text may not be as large as a picture
    assert stored() == (0, 0)


def test_the_plain_form_uploads_arranges_and_saves_without_a_script(desk: Desk) -> None:
    writer, key = desk.person("writer"), desk.item()
    page = writer.get(f"/desk/items/{key}")
    typed = {**fields(page), "headline": "Typed meanwhile", "arrange": "upload"}
    typed["files"] = [file(picture()), file(picture(seed=9), "bridge.jpg"), file(b"nonsense", "notes.txt")]
    answer = send(writer, f"/desk/items/{key}/pictures", typed)
    assert answer.status_code == 422
    assert "notes.txt: " in words(answer)
    form = fields(answer)
    assert form["headline"] == ["Typed meanwhile"]
    assert desk.stands(key).head.number == 1  # nothing of it is saved yet
    first, second = [one for one in form["picture"] if one]
    form["picture_alt"] = ["A tower", "A bridge", ""]
    answer = writer.post(f"/desk/items/{key}/pictures", {**form, "arrange": f"up:{second}"})
    form = fields(answer)
    assert [one for one in form["picture"] if one] == [second, first]
    assert form["picture_alt"][:2] == ["A bridge", "A tower"]
    answer = writer.post(f"/desk/items/{key}", form)
    assert answer.status_code == 303
    assert carried(key) == (Caption(second, "A bridge"), Caption(first, "A tower"))
    assert desk.stands(key).head.headline == "Typed meanwhile"
    form = fields(writer.get(f"/desk/items/{key}"))
    form = fields(writer.post(f"/desk/items/{key}/pictures", {**form, "arrange": f"remove:{second}"}))
    form["picture_decorative"] = [first]
    writer.post(f"/desk/items/{key}", form)
    assert carried(key) == (Caption(first, "A tower", decorative=True),)
    untouched = fields(writer.get(f"/desk/items/{key}"))
    writer.post(f"/desk/items/{key}", untouched)
    assert desk.stands(key).head.number == 3  # opened and saved: nothing new


def test_a_new_item_can_be_written_around_a_picture(desk: Desk) -> None:
    writer = desk.person("writer")
    typed = {
        **fields(writer.get("/desk/items/new")),
        "headline": "New",
        "arrange": "upload",
        "files": [file(picture())],
    }
    form = fields(send(writer, "/desk/items/new/pictures", typed))
    answer = writer.post("/desk/items/new", form)
    assert answer.status_code == 303
    key = re.search(r"/desk/items/([0-9a-f-]{36})", answer.headers["Location"])
    assert key
    assert len(carried(key[1])) == 1


def test_files_that_were_chosen_and_not_uploaded_come_along_with_a_save(desk: Desk) -> None:
    writer, key = desk.person("writer"), desk.item()
    typed = {**fields(writer.get(f"/desk/items/{key}")), "headline": "Saved with its pictures"}
    answer = send(writer, f"/desk/items/{key}", {**typed, "files": [file(picture()), file(b"nonsense", "notes.txt")]})
    assert answer.status_code == 422
    assert "notes.txt: " in words(answer)
    assert "Nothing was saved yet" in words(answer)
    assert desk.stands(key).head.number == 1
    form = fields(answer)
    assert form["headline"] == ["Saved with its pictures"]
    (first,) = [one for one in form["picture"] if one]  # the good one is there already
    answer = send(writer, f"/desk/items/{key}", {**form, "files": [file(picture(seed=9), "bridge.jpg")]})
    assert answer.status_code == 303
    assert "1 picture was uploaded with it" in words(writer.get(f"/desk/items/{key}"))
    head = desk.stands(key).head
    assert (head.headline, [one.key for one in carried(key)][:1]) == ("Saved with its pictures", [first])
    assert len(carried(key)) == 2
    new = fields(writer.get("/desk/items/new")) | {"headline": "New", "files": [file(picture())], "then": "preview"}
    answer = send(writer, "/desk/items/new", new)
    made = re.search(r"/desk/items/([0-9a-f-]{36})/preview", answer.headers["Location"])
    assert made
    assert [one.key for one in carried(made[1])] == [first]


def test_files_beside_the_words_of_somebody_whose_sign_in_has_ended_cost_no_word(desk: Desk) -> None:
    writer, key = desk.person("writer"), desk.item()
    typed = fields(writer.get(f"/desk/items/{key}")) | {"headline": "Not lost"}
    writer.client.delete_cookie(desk_session.cookie_name())
    before = "--x\r\nContent-Disposition: form-data; name="
    said = f'{before}"headline"\r\n\r\n{typed["headline"]}\r\n{before}"files"; filename="large.jpg"\r\n\r\n'
    body = said.encode() + picture() + bytes(5 * 1024 * 1024) + b"\r\n--x--\r\n"
    answer = writer.client.post(f"/desk/items/{key}", data=body, content_type="multipart/form-data; boundary=x")
    assert answer.status_code == 401
    assert 'value="Not lost"' in answer.text
    assert stored() == (0, 0)


def test_who_may_not_upload_uploads_nothing(desk: Desk) -> None:
    del desk
    reader = Actor(None, "r@example.org", "R", frozenset(("read", "write")))
    with pytest.raises(NotAllowed):
        road.act(pictures.add, pictures.prepared(picture(), "a.jpg"), actor=reader)
    assert stored() == (0, 0)


def test_lists_and_feeds_never_read_a_picture_s_bytes(desk: Desk) -> None:
    row = kept()
    desk.act("publish", written(desk, Caption(row.key, "A tower"), slug="pictured"))
    said: list[str] = []
    engine = db.engine(settings.current().database)

    def listen(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:
        said.append(statement)

    event.listen(engine, "before_cursor_execute", listen)
    try:
        browser = desk.person("publisher")
        for path in ("/", "/archive", "/news/pictured", "/desk/items", f"/desk/items/{desk.seeded()}", "/feeds/news"):
            assert browser.get(path).status_code == 200
    finally:
        event.remove(engine, "before_cursor_execute", listen)
    assert said
    assert not [one for one in said if "rendition" in one]
