"""A sample of the three hundred uploads of `make uploads`: none is kept, or none of what was hidden in it is."""

import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from patience import PATIENCE
from picture_samples import picture
from sqlalchemy import func, select

sys.path.insert(0, str(Path(__file__).parents[1]))

from hostile_uploads import SECONDS, Case, cases, sent

from feedsvc import db, road
from feedsvc.errors import Invalid
from feedsvc.models import Picture
from feedsvc.newsroom import pictures
from feedsvc.newsroom.workflow import SYSTEM

CASES = {f"{one.kind}: {one.name}": one for one in cases()}
SAMPLE = (
    "bomb: 40 Mpx, colour 6, depth 8",
    "bomb: 49 Mpx, colour 2, depth 8",
    "bomb: 2000 scans",
    "bomb: iCCP of 200 MB",
    "claim: PNG 2147483647×2147483647",
    "claim: GIF frame 65500",
    "claim: WebP 30000",
    "animated: 300 frames of GIF",
    "polyglot: JPEG and HTML behind it",
    "polyglot: PNG and zip behind it",
    "polyglot: SVG alone, called a picture",
    "polyglot: GIF that is a script",
    "stranger: TIFF",
    "metadata: profile of garbage in JPEG",
    "broken: JPEG cut off",
)


def test_there_are_three_hundred_of_every_kind() -> None:
    every = cases()
    assert len(every) == 300
    assert {one.kind for one in every} == {"bomb", "claim", "animated", "polyglot", "stranger", "metadata", "broken"}


@pytest.mark.parametrize("name", SAMPLE)
def test_a_hostile_upload_is_refused_or_made_anew_within_its_limits(name: str) -> None:
    case = CASES[name]
    case = replace(case, data=case.made())
    began = time.monotonic()
    sent(case)
    assert time.monotonic() - began < (SECONDS + 1) * PATIENCE


def test_nothing_of_a_refused_one_is_kept(instance: Path) -> None:
    del instance
    for name in ("broken: JPEG cut off", "polyglot: SVG alone, called a picture"):
        case: Case = CASES[name]
        with pytest.raises(Invalid):
            road.act(pictures.add, pictures.prepared(case.made(), case.name), actor=SYSTEM)
    road.act(pictures.add, pictures.prepared(picture(), "good.jpg"), actor=SYSTEM)
    with db.reading() as session:
        assert session.scalar(select(func.count()).select_from(Picture)) == 1
