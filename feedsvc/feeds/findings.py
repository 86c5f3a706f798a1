"""What the gate found in public entries: kept with what was rendered, read by the desk's first page.

A finding stands as long as the publication that it was found in is what readers see: a correction takes it away by itself.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from feedsvc.formats.gate import Finding
from feedsvc.models import Item, Publication, Rendered, Revision, Translation
from feedsvc.newsroom import public


@dataclass(frozen=True, slots=True)
class Found:
    """What was found in one public item."""

    key: str
    headline: str
    findings: tuple[Finding, ...]


def kept(told: Sequence[Finding]) -> str:
    """Findings as their row keeps them, each once; as many as there is room for. Empty where there are none."""
    said = [[one.code, one.values] for n, one in enumerate(told) if one not in told[:n]]
    most = Rendered.findings.type.length
    while len(written := json.dumps(said)) > most:
        said.pop()
    return written if said else ""


def read(row: str) -> tuple[Finding, ...]:
    """The findings of a row."""
    return tuple(Finding(code, values) for code, values in json.loads(row)) if row else ()


def of_public(session: Session, *, now: datetime, limit: int) -> list[Found]:
    """The newest public items in whose entries something was found."""
    p = Publication
    query = (
        select(Rendered.findings, Item.key, Revision.headline)
        .join(p, p.id == Rendered.publication_id)
        .join(Translation, Translation.id == p.translation_id)
        .join(Item, Item.id == Translation.item_id)
        .join(Revision, Revision.id == p.revision_id)
        # The very words of the index.
        .where(text("rendered.findings <> ''"), p.kind != "withdraw", p.id == public.newest_of(p.translation_id))
        .order_by(Rendered.publication_id.desc())
        .limit(limit)
    )
    return [Found(key, headline, read(row)) for row, key, headline in session.execute(query, {"now": now})]
