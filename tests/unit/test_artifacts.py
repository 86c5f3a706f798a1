"""Which coding, and whether a copy is still good: RFC 9110 §12.5.3, §13."""

from email.utils import formatdate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedsvc.web.artifacts import accepted, is_unchanged, pick

ALL = ("br", "zstd", "gzip")


@pytest.mark.parametrize(
    ("header", "coding"),
    [
        ("", ""),
        ("gzip", "gzip"),
        ("x-gzip", "gzip"),
        ("GZIP;Q=1", "gzip"),
        ("gzip, deflate, br, zstd", "br"),
        ("gzip;q=1, br;q=0.5", "gzip"),
        ("gzip;q=0, identity", ""),
        ("gzip;q=0.5, identity", ""),
        ("gzip;q=0.5, identity;q=0.1", "gzip"),
        ("*", "br"),
        ("*;q=0", ""),
        ("br;q=0, *", "zstd"),
        ("identity", ""),
        ("gzip;q=nonsense", ""),
        ("deflate", ""),
        ("gzip;level=9;q=0.7", "gzip"),
        (";;;,,,", ""),
    ],
)
def test_best_wanted_coding_is_picked(header: str, coding: str) -> None:
    assert pick(accepted(header), ALL) == coding


def test_what_is_not_there_is_not_picked() -> None:
    assert pick(accepted("br, gzip;q=0.2"), ("gzip",)) == "gzip"
    assert pick(accepted("br"), ("gzip",)) == ""


@given(st.text())
def test_any_header_gives_some_answer(header: str) -> None:
    assert pick(accepted(header), ALL) in ("", *ALL)
    is_unchanged(header, None, '"x"', 0)
    is_unchanged(None, header, '"x"', 0)


@pytest.mark.parametrize(
    ("if_none_match", "since", "unchanged"),
    [
        ('"a"', None, True),
        ('W/"a"', None, True),
        ('"x", W/"y", "a"', None, True),
        ("*", None, True),
        ('"b"', None, False),
        ('"b"', formatdate(2000, usegmt=True), False),
        (None, formatdate(1000, usegmt=True), True),
        (None, formatdate(1001, usegmt=True), True),
        (None, formatdate(999, usegmt=True), False),
        (None, "yesterday", False),
        (None, "Thu, 99 Foo 9999 99:99:99 GMT", False),
        (None, None, False),
        ("", None, False),
    ],
)
def test_copy_is_good_when_tag_or_else_date_says_so(
    if_none_match: str | None, since: str | None, unchanged: bool
) -> None:
    assert is_unchanged(if_none_match, since, '"a"', 1000) is unchanged
