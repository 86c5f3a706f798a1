"""One document in all formats, kept as files and reviewed as a diff. Rewrite them with FEEDSVC_GOLDEN=write."""

import os
from pathlib import Path

import pytest
from format_samples import archive, rich

from feedsvc.formats.document import FeedDoc
from feedsvc.formats.fragment import render
from feedsvc.formats.registry import FORMATS, Format, join

GOLDEN = Path(__file__).parents[2] / "golden"


@pytest.mark.parametrize(("name", "doc"), [("feed", rich()), ("archive", archive())], ids=["feed", "archive"])
@pytest.mark.parametrize("fmt", FORMATS.values(), ids=FORMATS)
def test_the_document_is_the_golden_one(fmt: Format, name: str, doc: FeedDoc) -> None:
    document = join(fmt, doc, [render(fmt, each)[0] for each in doc.entries])
    golden = GOLDEN / f"{name}.{fmt.suffix}"
    if os.environ.get("FEEDSVC_GOLDEN") == "write":
        golden.write_bytes(document)
    assert document == golden.read_bytes()
