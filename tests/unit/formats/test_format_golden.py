"""One document in all formats, kept as files and reviewed as a diff. Rewrite them with FEEDSVC_GOLDEN=write."""

import os
from pathlib import Path

import pytest
from format_samples import rich

from feedsvc.formats.fragment import render
from feedsvc.formats.registry import FORMATS, Format, join

GOLDEN = Path(__file__).parents[2] / "golden"


@pytest.mark.parametrize("fmt", FORMATS.values(), ids=FORMATS)
def test_the_document_is_the_golden_one(fmt: Format) -> None:
    document = join(fmt, rich(), [render(fmt, each)[0] for each in rich().entries])
    golden = GOLDEN / f"feed.{fmt.suffix}"
    if os.environ.get("FEEDSVC_GOLDEN") == "write":
        golden.write_bytes(document)
    assert document == golden.read_bytes()
