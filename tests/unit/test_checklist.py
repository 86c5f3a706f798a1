"""What the checklist finds in a text, and what it leaves alone."""

import pytest

from feedsvc.newsroom import checklist
from feedsvc.newsroom.checklist import Facts, Picture, findings

GOOD = Facts(
    headline="Bakcell opens twenty new stations in Gəncə",
    summary="S" * 300,
    body_html='<p>Twenty stations are on the air.</p><p><a href="https://example.org/">More</a></p>',
    contacts=1,
    pictures=(Picture("mast.jpg", alt="A mast", width=2_000), Picture("line.png", decorative=True, width=1_200)),
)


def codes(**changed: object) -> dict[str, bool]:
    """Code → whether it blocks, of the good text with these changes."""
    facts = {name: getattr(GOOD, name) for name in Facts.__dataclass_fields__} | changed
    return {one.code: one.blocks for one in findings(Facts(**facts))}  # type: ignore[arg-type]


def test_a_good_text_has_no_findings() -> None:
    assert findings(GOOD) == ()


@pytest.mark.parametrize(
    ("changed", "code", "blocks"),
    [
        ({"headline": "  "}, "no_headline", True),
        ({"headline": "N" * 19}, "headline_short", False),
        ({"headline": "N" * 151}, "headline_long", False),
        ({"summary": ""}, "no_summary", False),
        ({"summary": "S" * 299}, "summary_short", False),
        ({"body_html": ""}, "no_text", True),
        ({"body_html": "<p> &nbsp;</p><ul><li></li></ul>"}, "no_text", True),
        ({"body_html": '<p>See <a href="https://x.test/">FILE:///C:/plan.doc</a>.</p>'}, "on_a_disk", True),
        ({"body_html": '<p>Words.</p><img alt="A mast">'}, "picture_missing", True),
        ({"body_html": '<p>Words.</p><img src="https://x.test/a.png">'}, "no_alt", True),
        ({"pictures": (Picture("mast.jpg", width=2_000),)}, "no_alt_of", True),
        ({"pictures": (Picture("mast.jpg", alt=" ", width=2_000),)}, "no_alt_of", True),
        ({"pictures": (Picture("mast.jpg", alt="A mast", width=1_199),)}, "picture_small", False),
        ({"contacts": 0}, "no_contact", False),
        ({"body_html": '<p><a href="HTTP://x.test/">More</a></p>'}, "not_encrypted", False),
        ({"twin": "another"}, "twin", False),
        ({"body_html": f"<p>{'word ' * 41}.</p>"}, "long_sentence", False),
    ],
)
def test_each_rule_finds_its_own_case_and_no_other(changed: dict[str, object], code: str, blocks: bool) -> None:
    assert codes(**changed) == {code: blocks}


@pytest.mark.parametrize(
    "changed",
    [
        {"headline": "N" * 20},
        {"headline": "N" * 150},
        {"body_html": '<p>Words.</p><img src="https://x.test/a.png" alt="">'},
        {"body_html": f"<p>{'word ' * 39}word. {'word ' * 39}word.</p>"},
        {"body_html": f"<ul><li>{'word ' * 30}</li><li>{'word ' * 30}</li></ul>"},
        {"contacts": None},
        {"pictures": (Picture("mast.jpg", alt="A mast"),)},
    ],
)
def test_what_is_good_is_left_alone(changed: dict[str, object]) -> None:
    assert not codes(**changed)


def test_what_blocks_comes_first_and_every_finding_has_a_sentence() -> None:
    bad = Facts("", "", '<p>file:///a <a href="http://x.test/">x</a></p><img src="https://x.test/a.png">', contacts=0)
    found = findings(bad)
    assert [one.blocks for one in found] == sorted((one.blocks for one in found), reverse=True)
    assert checklist.stops(found)
    for one in found:
        assert "{" not in checklist.SENTENCES[one.code].format(**one.values)
    assert not checklist.stops(findings(GOOD))
