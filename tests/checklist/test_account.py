"""Every line of the checklist is accounted for: held here with a broken sample, held by a test elsewhere, or not for us, and why."""

import importlib
import re
from pathlib import Path

import pytest
import test_http_lines
from lines import LINES

for name in ("of_documents", "of_rss", "of_atom", "of_json", "of_agencies"):
    importlib.import_module(name)

TESTS = Path(__file__).parents[1]
ELSEWHERE = {
    20: "integration/test_canary.py",
    48: "checklist/test_http_lines.py",
    49: "unit/formats/test_format_archives.py",
    52: "integration/test_archives.py",
    94: "integration/test_site_scopes.py",
    95: "integration/test_site_pages.py",
    96: "e2e/test_site.py",
    99: "e2e/test_site.py",
    100: "integration/test_site_scopes.py",
    101: "integration/test_site_face.py",
    102: "integration/test_site_face.py",
    103: "integration/test_site_pages.py",
    104: "integration/test_site_pages.py",
    105: "integration/test_site_face.py",
    106: "integration/test_site_pages.py",
    113: "unit/formats/test_format_documents.py",
    114: "unit/formats/test_format_documents.py",
    115: "unit/formats/test_format_documents.py",
    116: "unit/formats/test_format_archives.py",
    117: "unit/formats/test_format_validity.py",
}
"""Line → the file whose tests hold it, without a sample of this kind."""
NOT_HERE = {
    7: "a form of escaping; XML's own says the same, and every parser of the tests reads it so",
    29: "the feed has no picture of its own",
    32: "nothing is syndicated from elsewhere",
    33: "no comments, and ttl says how often to ask",
    **dict.fromkeys(range(79, 94), "the hub's, which has tests of its own when it is there"),
    110: "AtomPub is not offered",
    111: "Micropub is not offered",
    112: "there are no replies",
}


def test_every_line_is_accounted_for(capsys: pytest.CaptureFixture[str]) -> None:
    here = set(LINES) | set(test_http_lines.LINES)
    assert here | set(ELSEWHERE) | set(NOT_HERE) == set(range(1, 118))
    assert not here & set(ELSEWHERE)
    assert not here & set(NOT_HERE)
    samples = sum(len(one.broken) for one in LINES.values()) + len(test_http_lines.LINES)
    with capsys.disabled():
        print(
            f"\nchecklist: {len(here) + len(ELSEWHERE)} of 117 lines apply; {len(here)} are held with {samples} broken "
            f"samples, {len(ELSEWHERE)} by tests elsewhere, {len(NOT_HERE)} are not for us"
        )


@pytest.mark.parametrize("number", ELSEWHERE)
def test_the_test_elsewhere_is_there(number: int) -> None:
    assert re.search(r"^def test_", (TESTS / ELSEWHERE[number]).read_text("utf-8"), re.MULTILINE)
