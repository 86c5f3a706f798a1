"""Lines 63 to 79 and 106: what a feed answers over HTTP. Each check is also asked of a server that breaks the line."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from apps import application
from werkzeug.test import Client
from werkzeug.wrappers import Response

from feedsvc.formats.registry import FEEDS
from feedsvc.newsroom import items, publishing
from feedsvc.newsroom.drafts import ItemDraft, checked
from feedsvc.newsroom.workflow import SYSTEM
from feedsvc.road import act
from feedsvc.web.front import front

PATHS = [f"/feeds/news.{suffix}" for suffix in FEEDS]
ATOM = "/feeds/news.atom"
ACCEPTS = ("application/rss+xml", "text/html, image/gif, */*;q=0.2", "application/json", "image/png", "*/*")
Ask = Callable[..., Any]


def heads_alike(ask: Ask) -> bool:
    pairs = [(ask(path), ask(path, method="HEAD")) for path in PATHS]
    return all(head.data == b"" and dict(head.headers) == dict(get.headers) for get, head in pairs)


def validators_are_compared(ask: Ask) -> bool:
    tag, date = ask(ATOM).headers["ETag"], ask(ATOM).headers["Last-Modified"]
    unchanged = [{"If-None-Match": one} for one in (tag, f"W/{tag}", f'"x", {tag}', "*")] + [
        {"If-Modified-Since": date}
    ]
    changed = [
        {"If-None-Match": '"x"'},
        {"If-None-Match": '"x"', "If-Modified-Since": date},
        {"If-Modified-Since": "yesterday"},
    ]
    return [ask(ATOM, headers=one).status_code for one in (*unchanged, *changed)] == [304] * 5 + [200] * 3


def a_304_repeats_what_it_must(ask: Ask) -> bool:
    whole = ask(ATOM)
    answer = ask(ATOM, headers={"If-None-Match": whole.headers["ETag"]})
    return answer.data == b"" and all(
        answer.headers.get(n) == whole.headers[n] for n in ("ETag", "Vary", "Cache-Control")
    )


def codings_have_tags_of_their_own(ask: Ask) -> bool:
    tags = [ask(ATOM, headers={"Accept-Encoding": one}).headers["ETag"] for one in ("identity", "gzip")]
    found = [ask(path).headers.get("Vary", "") for path in PATHS]
    return tags[0] != tags[1] and all("Accept-Encoding" in one for one in found)


def validators_follow_the_bytes(ask: Ask) -> bool:
    before = ask(ATOM)
    _publish("Line sixty-seven")
    after = ask(ATOM)
    return (
        before.headers["ETag"] != after.headers["ETag"]
        and before.headers["Last-Modified"] != after.headers["Last-Modified"]
    )


def shared_caches_may_keep_it(ask: Ask) -> bool:
    found = [ask(path).headers for path in PATHS]
    return all(re.search(r"max-age=\d{3}", one["Cache-Control"]) and "stale-if-error" in one["Cache-Control"] and "private" not in one["Cache-Control"] and "Set-Cookie" not in one for one in found)  # fmt: skip


def types_are_right(ask: Ask) -> bool:
    found = [ask(path).headers for path in PATHS]
    return [one["Content-Type"] for one in found] == list(FEEDS.values()) and all(
        one.get("X-Content-Type-Options") == "nosniff" for one in found
    )


def never_406(ask: Ask) -> bool:
    return {ask(path, headers={"Accept": accept}).status_code for path in PATHS for accept in ACCEPTS} == {200}


def one_representation(ask: Ask) -> bool:
    return all(len({ask(path, headers={"Accept": accept}).data for accept in ACCEPTS}) == 1 for path in PATHS)


def unknown_parameters_change_nothing(ask: Ask) -> bool:
    answer = ask(f"{ATOM}?utm_source=zqx&format=rss")
    return answer.data == ask(ATOM).data and b"zqx" not in answer.data and "zqx" not in str(answer.headers)


def errors_are_no_200(ask: Ask) -> bool:
    statuses = [
        ask(path).status_code for path in ("/feeds/tag/never-was.atom", "/feeds/news/archive/999.atom", "/feed")
    ]
    return statuses == [404, 404, 301] and ask(ATOM, method="POST").status_code == 405


def gzip_is_there(ask: Ask) -> bool:
    return all(
        ask(path, headers={"Accept-Encoding": "gzip"}).headers.get("Content-Encoding") == "gzip" for path in PATHS
    )


def a_known_version_gets_a_delta(ask: Ask) -> bool:
    tag = ask(ATOM).headers["ETag"]
    _publish("Line seventy-five")
    answer = ask(ATOM, headers={"A-IM": "feed", "If-None-Match": tag})
    again = ask(ATOM, headers={"A-IM": "feed", "If-None-Match": answer.headers["ETag"]})
    unknown = ask(ATOM, headers={"A-IM": "feed", "If-None-Match": '"x"'})
    return (answer.status_code, answer.headers.get("IM"), again.status_code, unknown.status_code) == (
        226,
        "feed",
        304,
        200,
    ) and answer.data.count(b"<entry") == 1


def a_delta_is_nobody_elses(ask: Ask) -> bool:
    tag = ask(ATOM).headers["ETag"]
    _publish("Line seventy-six")
    answer = ask(ATOM, headers={"A-IM": "feed", "If-None-Match": tag})
    return answer.headers["Cache-Control"] == "no-store, im"


def scripts_and_links(ask: Ask) -> bool:
    found = [ask(path).headers for path in PATHS]
    return all(one.get("Access-Control-Allow-Origin") == "*" and one["Link"].count('rel="self"') == 1 for one in found)


def a_change_changes_no_other_tag(ask: Ask) -> bool:
    _publish("About schools", "schools")
    other, own = ask("/feeds/category/schools.atom").headers["ETag"], ask(ATOM).headers["ETag"]
    _publish("About nothing")
    return ask("/feeds/category/schools.atom").headers["ETag"] == other and ask(ATOM).headers["ETag"] != own


def browsers_are_led_to_the_page(ask: Ask) -> bool:
    answers = [ask(path, headers={"Sec-Fetch-Dest": "document"}) for path in PATHS]
    return {one.status_code for one in answers} == {303} and all(
        "Sec-Fetch-Dest" in ask(path).headers["Vary"] for path in PATHS
    )


Break = Callable[[Response, dict[str, Any]], None]


def header(name: str, value: str | None) -> Break:
    def broken(answer: Response, _environ: dict[str, Any]) -> None:
        if value is None:
            answer.headers.pop(name, None)
        else:
            answer.headers[name] = value

    return broken


def status(before: int, after: int) -> Break:
    def broken(answer: Response, _environ: dict[str, Any]) -> None:
        if answer.status_code == before:
            answer.status_code = after

    return broken


def body(answer: Response, environ: dict[str, Any]) -> None:
    """Whoever asks for something else gets something else."""
    answer.set_data(answer.get_data() + (environ.get("HTTP_ACCEPT", "") + environ.get("QUERY_STRING", "")).encode())


def head_without_etag(answer: Response, environ: dict[str, Any]) -> None:
    if environ["REQUEST_METHOD"] == "HEAD":
        answer.headers.pop("ETag", None)


def by_accept(answer: Response, environ: dict[str, Any]) -> None:
    if environ.get("HTTP_ACCEPT") == "image/png":
        answer.status_code = 406


LINES: dict[int, tuple[str, Callable[[Ask], bool], Break]] = {
    63: ("GET and HEAD alike", heads_alike, head_without_etag),
    64: ("ETag and Last-Modified, weak comparison, lists, *", validators_are_compared, status(304, 200)),
    65: ("a 304 repeats ETag, Vary and Cache-Control", a_304_repeats_what_it_must, header("Vary", None)),
    66: ("ETags differ by coding; Vary", codings_have_tags_of_their_own, header("ETag", '"one"')),
    67: ("validators change with the bytes", validators_follow_the_bytes, header("ETag", '"one"')),
    68: ("cacheable for minutes, no cookie", shared_caches_may_keep_it, header("Set-Cookie", "a=b")),
    69: ("Content-Type with charset, nosniff", types_are_right, header("Content-Type", "text/xml")),
    70: ("never 406", never_406, by_accept),
    71: ("one representation for an address", one_representation, body),
    72: ("unknown parameters change nothing", unknown_parameters_change_nothing, body),
    73: ("404, 301, 405, never 200 for an error", errors_are_no_200, status(404, 200)),
    74: ("gzip", gzip_is_there, header("Content-Encoding", None)),
    75: ("A-IM: feed → 226, 304, 200", a_known_version_gets_a_delta, status(226, 200)),
    76: ("226 is no-store, im", a_delta_is_nobody_elses, header("Cache-Control", "max-age=300")),
    77: ("CORS, and Link with one rel=self", scripts_and_links, header("Access-Control-Allow-Origin", None)),
    78: ("a change changes no other ETag", a_change_changes_no_other_tag, header("ETag", '"one"')),
    98: ("browsers are led to a page by Sec-Fetch-Dest", browsers_are_led_to_the_page, status(303, 200)),
}


def _publish(headline: str, category: str = "") -> None:
    text = checked(
        ItemDraft(headline=headline, body_html="<p>x</p>", categories=(category,) if category else ()), ("en",)
    )
    act(publishing.publish, str(act(items.create, text, actor=SYSTEM).item.key), actor=SYSTEM)


@pytest.fixture
def client(instance: Path) -> Client:
    app: Any = application()
    return Client(front(app.wsgi_app), Response)


def ask_of(client: Client, broken: Break | None = None) -> Ask:
    def ask(path: str, *, method: str = "GET", headers: dict[str, str] | None = None) -> Any:
        answer = client.open(path, method=method, headers=headers or {})
        if broken is not None:
            broken(answer, answer.request.environ)
        return answer

    return ask


def test_every_line_is_kept(client: Client) -> None:
    assert [number for number, (_, check, _) in LINES.items() if not check(ask_of(client))] == []


def test_every_line_refuses_a_server_that_breaks_it(client: Client) -> None:
    passed = []
    for number, (_, check, broken) in LINES.items():
        try:
            passed += [number] if check(ask_of(client, broken)) else []
        except (KeyError, AssertionError):
            continue
    assert passed == []
