"""Hostile forms: whatever is typed into the desk, and wherever it is sent, no 5xx, and the feeds stay readable.

`FEEDSVC_FUZZ` is how many requests are tried: 500 unless set, 10,000 by hand (split between the desk's forms and odd addresses).
"""

import json
import os
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parents[1] / "integration"))

from desk_newsroom import Browser, Desk, desk

from feedsvc import settings as ours
from feedsvc import shelf

__all__ = ["desk"]

COUNT = int(os.environ.get("FEEDSVC_FUZZ", "500"))
VERBS = ("publish", "schedule", "unschedule", "correct", "update", "withdraw", "submit", "approve")
FIELDS = (
    *(
        "headline",
        "summary",
        "body",
        "body_form",
        "slug",
        "language",
        "organisation",
        "authors",
        "people",
        "places",
        "themes",
    ),
    *(
        "categories",
        "category_more",
        "base",
        "then",
        "note",
        "reason",
        "date",
        "time",
        "next",
        "email",
        "password",
        "kept_path",
    ),
)

wild = st.text(st.characters(codec=None, exclude_categories=()), max_size=60)
nasty = st.sampled_from(
    [
        *(
            "\x00",
            "\ud800",
            "\ufffe",
            "]]>",
            "<![CDATA[",
            "<script>x</script>",
            "{0.__class__}",
            "{{7*7}}",
            "%s",
            "' OR 1=1 --",
        ),
        *(
            "A" * 5_000,
            "<b>" * 3_000,
            "[" * 5_000,
            "*a" * 3_000,
            "> " * 2_000,
            "\n" * 3_000,
            ",".join("x" * 300),
            "e\u0301" * 300,
        ),
        *(
            "2027-03-28",
            "02:30",
            "0000-00-00",
            "99999-12-31",
            "24:61",
            "-1",
            "1e309",
            "html",
            "typed",
            "preview",
            "on",
            "az",
        ),
        *("//evil.example", "/desk/\\evil", "javascript:alert(1)", "../../etc/passwd", "/desk/items"),
    ]
)
values = st.one_of(wild, nasty)
forms = st.dictionaries(st.sampled_from(FIELDS), values, max_size=8)


def _check_feeds() -> None:
    """Every feed on the shelf parses, with ids that are there once."""
    instance = ours.current().instance
    for key in shelf.keys(instance):
        mark = shelf.mark(instance, key)
        assert mark is not None
        there = shelf.read(instance, key, mark)
        assert there is not None
        entries = ET.fromstring(there.files["atom"]).findall("{http://www.w3.org/2005/Atom}id")
        assert len(entries) == 1
        ids = [e.findtext("guid") for e in ET.fromstring(there.files["rss"]).iter("item")]
        assert len(ids) == len(set(ids))
        assert len(json.loads(there.files["json"])["items"]) == len(ids)


def test_no_form_of_the_desk_answers_5xx_whatever_is_typed(desk: Desk) -> None:
    browser: Browser = desk.person("admin")
    keys = [desk.item(headline=f"Item {number}") for number in range(3)]
    token = browser.token()
    tried = {"n": 0}

    @settings(max_examples=max(10, COUNT // 2), deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(forms, st.sampled_from(("new", "save", *VERBS, "login", "hold", "unhold", "link")), st.integers(0, 2), wild)
    def send(form: dict[str, str], where: str, which: int, odd: str) -> None:
        key = keys[which]
        path = {
            "new": "/desk/items/new",
            "save": f"/desk/items/{key}",
            "login": "/desk/login",
            "hold": "/desk/hold",
            "unhold": "/desk/unhold",
            "link": f"/desk/link/{odd.encode('utf-8', 'replace').hex()[:40] or 'x'}",
        }.get(where, f"/desk/items/{key}/{where}")
        sent = {name: text.encode("utf-8", "surrogatepass") for name, text in form.items()}
        answer = browser.client.post(path, data={"csrf_token": token, **sent})
        assert answer.status_code < 500, (path, form)
        tried["n"] += 1
        if tried["n"] % 100 == 0:
            _check_feeds()

    send()
    _check_feeds()


def test_no_address_answers_5xx_whatever_it_holds(desk: Desk) -> None:
    client = desk.stranger().client
    prefixes = (
        "/",
        "/news/",
        "/feeds/",
        "/archive?before=",
        "/desk/",
        "/desk/items/",
        "/api/v1/items/",
        "/az/",
        "/static/",
        "/search?q=",
    )

    @settings(max_examples=max(10, COUNT // 2), deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(
        st.sampled_from(prefixes),
        st.binary(max_size=60),
        st.sampled_from(("GET", "HEAD", "POST", "PUT", "OPTIONS", "DELETE")),
        wild,
    )
    def ask(prefix: str, odd: bytes, method: str, header: str) -> None:
        from urllib.parse import quote

        told = (
            header.encode("utf-8", "replace").decode("latin-1").replace("\r", "").replace("\n", "").replace("\x00", "")
        )
        path = prefix + quote(odd)
        answer = client.open(
            path,
            method=method,
            headers={"Accept-Language": told, "Cookie": f"feedsvc={told[:30]}", "If-None-Match": told},
        )
        assert answer.status_code < 500, path

    ask()
    _check_feeds()
