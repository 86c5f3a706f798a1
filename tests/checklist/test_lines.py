"""Each line of the checklist: held by our documents, and by none of the samples that break it. The count is printed."""

import importlib

import pytest
from lines import LINES, Docs
from sample_feed import documents

for name in ("of_documents", "of_rss", "of_atom", "of_json", "of_agencies"):
    importlib.import_module(name)

DOCS = documents()


@pytest.mark.parametrize("number", sorted(LINES), ids=lambda n: f"line {n}: {LINES[n].asks[:60]}")
def test_our_documents_keep_to(number: int) -> None:
    assert LINES[number].check(DOCS) == []


SAMPLES = [(number, place) for number, one in sorted(LINES.items()) for place in range(len(one.broken))]


@pytest.mark.parametrize(("number", "place"), SAMPLES, ids=[f"line {n}, sample {p + 1}" for n, p in SAMPLES])
def test_a_broken_sample_is_refused_by(number: int, place: int) -> None:
    name, good, bad = LINES[number].broken[place]
    assert good in DOCS[name], f"the sample for line {number} breaks nothing"
    broken: Docs = {**DOCS, name: DOCS[name].replace(good, bad, 1)}
    try:
        faults = LINES[number].check(broken)
    except Exception as error:  # noqa: BLE001  # what cannot even be read is refused
        faults = [str(error)]
    assert faults
