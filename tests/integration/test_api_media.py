"""Pictures through the API: uploaded as a body or a part of a form, carried by items, refused in words."""

import io
from collections.abc import Iterator

import pytest
from api_client import ITEMS, Api, newsroom, token_for
from picture_samples import picture

MEDIA = "/api/v1/media"


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    with newsroom(tmp_path_factory.mktemp("newsroom") / "instance"):
        yield Api()


@pytest.fixture(scope="module")
def tower(api: Api) -> str:
    """A picture's id."""
    answer = api("POST", f"{MEDIA}?name=tower.jpg", picture(800, 600), Content_Type="image/jpeg")
    assert answer.status_code == 201, answer.text
    told = answer.get_json()
    assert (told["name"], told["width"], told["height"]) == ("tower.jpg", 800, 600)
    assert [(f["type"], f["width"]) for f in told["files"]][-2:] == [("image/jpeg", 800), ("image/webp", 800)]
    return str(told["id"])


def test_a_form_brings_the_same_picture(api: Api, tower: str) -> None:
    answer = api.app.test_client().post(
        MEDIA,
        data={"file": (io.BytesIO(picture(800, 600)), "tower.jpg")},
        headers={"Authorization": f"Bearer {api.token}"},
    )
    api.conforms("POST", MEDIA, answer)
    assert (answer.status_code, answer.get_json()["id"]) == (201, tower)


def test_a_token_for_pictures_alone_uploads_and_does_nothing_else(api: Api) -> None:
    token = token_for("writer", "media:write")
    assert api("POST", MEDIA, picture(), token=token).status_code == 201
    assert api("GET", ITEMS, token=token).status_code == 403
    assert api("POST", MEDIA, picture(), token=token_for("writer", "items:write")).status_code == 403
    assert api("POST", MEDIA, picture(), token=None).status_code == 401


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        (b"", 422, "Choose a picture"),
        (b"%PDF-1.7 nothing", 422, "Save it as JPEG"),
        (b"<svg/>", 422, "SVG"),
        (b"\xff\xd8\xff" + bytes(40 * 1024 * 1024), 422, "it may have 40"),
        (bytes(42 * 1024 * 1024), 413, "40 MB"),
    ],
)
def test_what_is_no_picture_is_refused_in_words(api: Api, body: bytes, status: int, words: str) -> None:
    answer = api("POST", MEDIA, body)
    assert answer.status_code == status
    assert words in answer.get_json()["detail"]


def test_an_item_s_pictures_are_read_as_they_were_written(api: Api, tower: str) -> None:
    said = {"id": tower, "alt": "A tower", "decorative": False, "caption": "Baku", "credit": "L. C.", "rights": "Free"}
    item = api.create(pictures=[said])
    assert item["pictures"] == [said]
    edited = api("PATCH", f"{ITEMS}/{item['id']}", {"headline": "Other"}, If_Match="*").get_json()
    assert (edited["headline"], edited["pictures"]) == ("Other", [said])
    again = api("PATCH", f"{ITEMS}/{item['id']}", {"pictures": edited["pictures"]}, If_Match="*").get_json()
    assert again["revision"] == edited["revision"]  # nothing new
    assert api("PATCH", f"{ITEMS}/{item['id']}", {"pictures": []}, If_Match="*").get_json()["pictures"] == []


def test_a_picture_without_words_keeps_the_item_back(api: Api, tower: str) -> None:
    item = api.create(pictures=[{"id": tower}])
    answer = api.act(item, "publish")
    assert answer.status_code == 422
    assert "mark it as decorative" in answer.get_json()["problems"]["pictures"]
    api("PATCH", f"{ITEMS}/{item['id']}", {"pictures": [{"id": tower, "decorative": True}]}, If_Match="*")
    assert api.act(item, "publish").status_code == 200


def test_a_picture_that_is_not_there_is_named(api: Api) -> None:
    answer = api("POST", ITEMS, {"headline": "A draft", "pictures": [{"id": "0" * 32}]})
    assert answer.status_code == 422
    assert set(answer.get_json()["problems"]) == {"pictures"}
