"""Keys of programs at the desk: made, shown once, looked after, revoked; one's own, and for administrators everybody's."""

import re

from api_client import ITEMS
from desk_newsroom import Desk

from feedsvc import db
from feedsvc.newsroom import tokens

PAGE = "/desk/tokens"


def test_a_key_is_made_shown_once_used_and_revoked(desk: Desk) -> None:
    writer, admin = desk.person("writer"), desk.person("admin")
    assert "No program has a key so far" in writer.get(PAGE).text
    assert PAGE in writer.get("/desk/me").text
    wrong = writer.post(PAGE, {"name": " ", "scopes": "items:read"})
    assert (wrong.status_code, 'id="name-error"' in wrong.text) == (422, True)
    assert writer.post(PAGE, {"name": "Import"}).status_code == 422
    made = writer.post(PAGE, {"name": "Import <1>", "scopes": ["items:read", "items:publish"], "days": "30"})
    found = re.search(r'id="key" value="(fsvc_[\w-]+)"', made.text)
    assert found, made.text
    assert (made.status_code, made.headers["Cache-Control"]) == (200, "private, no-store")

    bearer = {"Authorization": f"Bearer {found[1]}"}
    program = desk.stranger().client
    assert program.get(ITEMS, headers=bearer).status_code == 200
    assert program.post("/api/v1/hold", headers=bearer).status_code == 403, "never more than the role"
    listed = writer.get(PAGE).text
    assert "Import &lt;1&gt;" in listed
    assert found[1] not in listed
    assert "not yet" not in listed
    with db.reading() as session:
        row = tokens.find(session, found[1])
        assert row.expires_at is not None
        assert 29 <= (row.expires_at - row.created_at).days <= 30
        number = row.id

    # Somebody else's is nobody's business but an administrator's.
    editor = desk.person("editor")
    assert "Import" not in editor.get(f"{PAGE}?of=everybody").text
    assert "it is not yours" in editor.post(f"{PAGE}/{number}/revoke", follow_redirects=True).text
    assert editor.post(PAGE, {"name": "x", "scopes": "admin", "email": "admin@example.org"}).status_code == 403
    assert program.get(ITEMS, headers=bearer).status_code == 200
    assert "writer@example.org" in admin.get(f"{PAGE}?of=everybody").text
    assert admin.post(f"{PAGE}/{number}/revoke", {"of": "everybody"}).headers["Location"].endswith("?of=everybody")
    assert program.get(ITEMS, headers=bearer).status_code == 401
    assert "Revoked" in writer.get(PAGE).text
    theirs = admin.post(PAGE, {"name": "For them", "scopes": "items:read", "email": "writer@example.org", "days": ""})
    assert "Whoever has it acts as writer@example.org" in theirs.text
    assert admin.post(PAGE, {"name": "x", "scopes": "items:read", "email": "nobody@example.org"}).status_code == 422
    assert "revoked already" in writer.post(f"{PAGE}/{number}/revoke", follow_redirects=True).text
