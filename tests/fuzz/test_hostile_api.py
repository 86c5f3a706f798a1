"""Hostile requests: whatever is sent, the answer is no 5xx, is described in the OpenAPI document, and breaks no feed.

`FEEDSVC_FUZZ` is how many requests are tried: 500 unless set, 10,000 by hand.
"""

import json
import os
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree as ET

import pytest
from api_client import ITEMS, Api, newsroom
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from feedsvc import road
from feedsvc import settings as ours
from feedsvc.newsroom import publishing
from feedsvc.newsroom.workflow import SYSTEM
from feedsvc.web.api import answered, shapes, shapes_around
from feedsvc.web.api.operations import OPERATIONS

COUNT = int(os.environ.get("FEEDSVC_FUZZ", "500"))

# Text as attackers and broken programs write it: any code point, lone surrogates and control characters included.
wild = st.text(st.characters(codec=None, exclude_categories=()), max_size=40)
nasty = st.sampled_from(
    [
        *(
            "\x00",
            "\ud800",
            "\udfff\ud800",
            "￾",
            "\U0010ffff",
            "\x85",
            "\u2028",
            "\u202e",
            "\x1b[31m",
            "]]>",
            "<![CDATA[",
        ),
        *(
            "<script>alert(1)</script>",
            "<svg onload=x>",
            "&#0;",
            "&lt;",
            "%s%n",
            "{0.__class__}",
            "{language}",
            "{{7*7}}",
        ),
        *(
            "' OR 1=1 --",
            "../../etc/passwd",
            "A" * 501,
            "e\u0301" * 300,
            "\u1d160" * 50,
            "ß" * 120,
            "ﷺ" * 100,
            "-",
            "--",
            "a--b",
        ),
        *("2030-01-01T00:00:00Z", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "2030-06-30T23:59:60Z"),
        *("2030-01-01T00:00:00.123456789+04:00", "2030-1-1T0:0:0Z", "2030-01-01t00:00:00z", "-2030-01-01T00:00:00Z"),
        *(
            "publish",
            "draft",
            "en",
            "EN",
            "tlh",
            "theme",
            "innovation",
            "bakcell",
            "Şuşa",
            "ŞUŞA",
            "ə",
            "",
            " ",
            "\t\n",
        ),
    ]
)
text = wild | nasty
number = st.integers() | st.sampled_from([2**31, 2**63, 2**64, -(2**63) - 1, 10**400]) | st.floats() | st.booleans()
value = st.recursive(
    text | number | st.none(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(text, inner, max_size=4),
    max_leaves=8,
)
FIELDS = sorted(
    {
        name
        for shape in (*vars(shapes).values(), *vars(answered).values(), *vars(shapes_around).values())
        if hasattr(shape, "model_fields")
        for name in shape.model_fields
    }
)
tag = text | st.fixed_dictionaries({"name": text}, optional={"kind": text, "slug": text}) | value
fields: dict[str, st.SearchStrategy[Any]] = {
    **dict.fromkeys(FIELDS, text | value),
    **{name: st.lists(text, max_size=25) | value for name in ("categories", "authors")},
    "tags": st.lists(tag, max_size=55) | value,
}
likely = st.fixed_dictionaries(
    {"headline": text},
    optional={name: fields[name] for name in ("summary", "body_html", "tags", "categories", "authors", "slug")},
)
document = likely | st.fixed_dictionaries({}, optional=fields) | value
raw = st.binary(max_size=200) | st.sampled_from(
    [b"[" * 100_000, b'{"a":' * 50_000, b"9" * 10_000, b"\xef\xbb\xbf{}", b"{}{}"]
)
header = st.text(st.characters(max_codepoint=255, exclude_characters="\r\n"), max_size=60)
if_match = header | st.sampled_from(
    ["*", '"v1"', '"v2"', 'W/"v1"', '"v1", "v2"', '"v' + "9" * 30 + '"', '""', ",", '"v٣"']
)
query = st.dictionaries(
    st.sampled_from(["limit", "cursor", "language", "x"]) | wild.filter(bool),
    text | st.integers().map(str) | st.sampled_from(["MC4x", "MS4x", "OTk5OTk5OTk5OTk5OTk5OTkuMQ"]),
    max_size=3,
)


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    with newsroom(tmp_path_factory.mktemp("hostile") / "instance"), pytest.MonkeyPatch.context() as patch:
        patch.setenv("FEEDSVC_API_RATE", "1000000")
        ours.current.cache_clear()
        yield Api()


def encoded(body: object) -> bytes:
    """JSON with every odd code point kept, as an escape."""
    return json.dumps(body).encode()


def mostly(usual: st.SearchStrategy[Any], odd: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """The usual thing in about four of five cases."""
    return st.sampled_from([usual, usual, usual, usual, odd]).flatmap(lambda chosen: chosen)


token = text.map(lambda said: quote(said, safe="", errors="replace") or "x").filter(lambda said: said.strip("."))
"""Anything as a part of an address."""


@st.composite
def requests(draw: st.DrawFn) -> dict[str, Any]:
    """A request to an operation of the API, or to something like one."""
    name = draw(st.sampled_from(["createItem", "editItem", *sorted(OPERATIONS)]))
    row = OPERATIONS[name]
    headers = {
        "Authorization": draw(mostly(st.just("good"), header | header.map(lambda said: f"Bearer {said}"))),
        "Content-Type": draw(mostly(st.just("application/json"), header)),
    }
    if row.keyed and draw(st.booleans()):
        headers["Idempotency-Key"] = draw(st.sampled_from(["a", '"b c"', "c" * 201, '"']) | header)
    if row.if_match and draw(st.booleans()):
        headers["If-Match"] = draw(if_match)
    known = row.takes.model_fields if row.takes else {}
    fitting = st.fixed_dictionaries({}, optional={field: fields.get(field, value | text) for field in known})
    as_json = mostly(likely if name == "createItem" else fitting, document).map(encoded)
    return {
        "method": draw(mostly(st.just(row.method), st.sampled_from(["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"]))),
        "path": row.path,
        # Never the number of the token or the account that asks.
        "places": {
            "number": draw(st.sampled_from(["987654", "0", "-1", "00", "9" * 30, "1.0", "٣"]) | token),
            "media": draw(mostly(st.just("0" * 32), token)),
            "kind": draw(mostly(st.sampled_from(["category", "tag", "theme", "organisation"]), token)),
            "slug": draw(mostly(st.sampled_from(["innovation", "bakcell"]), token)),
        },
        "item": draw(mostly(st.sampled_from(["live", "draft", "other"]), text)),
        "query": draw(mostly(st.just({}), query)),
        "headers": headers,
        "body": draw(mostly(as_json, raw)),
    }


GOOD = {
    "method": "POST",
    "path": "/items",
    "places": {},
    "item": "draft",
    "query": {},
    "headers": {"Authorization": "good", "Content-Type": "application/json"},
    "body": b'{"headline": "Good"}',
}
"""One that is taken, whatever chance makes of the others."""


def test_hostile_requests_are_answered_in_order(api: Api) -> None:
    ids = {name: api.create(headline=name)["id"] for name in ("live", "draft", "other")}
    api.act({"id": ids["live"]}, "publish")
    seen: dict[int, int] = {}

    @settings(
        max_examples=COUNT,
        deadline=None,
        database=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
    )
    @given(requests())
    @example(GOOD)
    def hostile(request: dict[str, Any]) -> None:
        headers = {**request["headers"]}
        if headers["Authorization"] == "good":
            headers["Authorization"] = f"Bearer {api.token}"
        item = ids.get(request["item"], request["item"])
        path = f"/api/v1{request['path'].format(**request['places'] | {'id': quote(item, safe='', errors='replace')})}"
        given_query = {k.encode("utf-8", "replace"): v.encode("utf-8", "replace") for k, v in request["query"].items()}
        answer = api.app.test_client().open(
            path, method=request["method"], query_string=given_query, headers=headers, data=request["body"]
        )
        seen[answer.status_code] = seen.get(answer.status_code, 0) + 1
        assert answer.status_code < 500, (request, answer.text)
        if request["method"] != "OPTIONS" and item in ids.values():
            api.conforms(request["method"], path, answer)

    hostile()
    assert {200, 201, 401, 422} <= set(seen), seen


def test_hostile_texts_break_no_feed(api: Api) -> None:
    road.act(publishing.unhold, actor=SYSTEM)

    @settings(max_examples=max(10, COUNT // 20), deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(headline=text, summary=text, body=text, names=st.lists(text, max_size=4))
    def publish(headline: str, summary: str, body: str, names: list[str]) -> None:
        draft = {
            "headline": f"x{headline}",
            "summary": summary,
            "body_html": f"<p>{body}</p>",
            "tags": names,
            "authors": names,
        }
        written = api("POST", ITEMS, encoded(draft), Content_Type="application/json")
        assert written.status_code in (201, 422), written.text
        if written.status_code == 201:
            published = api.act(written.get_json(), "publish")
            assert published.status_code == 200, published.text

    publish()
    for suffix in ("atom", "rss", "json"):
        answer = served(f"/feeds/news.{suffix}")
        if suffix == "json":
            assert len(json.loads(answer)["items"]) >= 10
        else:
            ET.fromstring(answer)  # our own feed


def served(path: str) -> bytes:
    """A feed as the front serves it."""
    from werkzeug.test import Client

    from feedsvc.web.serve import load

    answer = Client(load()).get(path)
    assert answer.status_code == 200
    return answer.get_data()
