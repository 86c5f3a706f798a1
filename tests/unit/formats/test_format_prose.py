"""Texts and Markdown of odd items: no size and no depth that may be saved keeps the two from being written."""

from datetime import datetime

import pytest
from format_samples import entry

from feedsvc.formats.prose import DEEPEST, MARKDOWN, PLAIN, WIDEST, Style, write
from feedsvc.newsroom import html
from feedsvc.newsroom.markup import MOST_OPEN

STYLES = pytest.mark.parametrize("style", [PLAIN, MARKDOWN], ids=["plain", "markdown"])


def written(body: str, style: Style) -> str:
    return write(entry(content_html=body), style, datetime.isoformat)


@STYLES
@pytest.mark.parametrize(
    "nest",
    [
        "<blockquote>",
        "<ul><li>",
        "<b><p>",
        "<em><strong>",
        "<figure><figcaption>",
        "<table><tbody><tr><td>",
    ],
)
def test_what_the_sanitiser_lets_nest_can_be_written(style: Style, nest: str) -> None:
    times = (MOST_OPEN - 10) // nest.count("<")
    body = html.sanitise(nest * times + "Deep<br>within" + "<p>and behind</p>")
    assert body.count(nest[: nest.index(">")]) >= times  # It did pass.
    said = " ".join(written(body, style).replace("\\", " ").split())
    assert "Deep" in said
    assert "behind" in said


@STYLES
def test_rows_too_deep_keep_their_words(style: Style) -> None:
    rows = "<tbody><tr><td>one</td><td>two</td></tr><tr><td>three</td></tr></tbody>"
    for over in range(1, 6):
        around = DEEPEST - over
        body = "<blockquote>" * around + f"<table>{rows}{rows}</table>" + "</blockquote>" * around
        said = written(body, style)
        assert [said.count(word) for word in ("one", "two", "three")] == [2, 2, 2], over


@STYLES
def test_a_table_in_a_cell_is_said_once(style: Style) -> None:
    said = written("<table><tr><td>out <table><tr><td>inner</td></tr></table></td></tr></table>", style)
    assert said.count("inner") == 1


@STYLES
def test_a_table_is_not_much_longer_than_what_it_says(style: Style) -> None:
    short, long = "<tr><td>a</td><td>b</td></tr>" * 2_000, "x" * 50_000
    for row in (f"<tr><td>{long}</td><td>b</td></tr>", f"<tr>{'<td>c</td>' * 2_000}</tr>"):
        for rows in (row + short, short + row):
            body = f"<table>{rows}</table>"
            assert len(written(body, style)) < 3 * len(body)


def test_columns_stand_below_each_other_as_far_as_cells_are_short() -> None:
    long = "y" * (WIDEST + 10)
    lines = written(
        f"<table><tr><td>a</td><td>b</td></tr><tr><td>{long}</td><td>c</td></tr></table>", PLAIN
    ).splitlines()
    assert f"a{' ' * (WIDEST + 1)}b" in lines
    assert f"{long}  c" in lines
