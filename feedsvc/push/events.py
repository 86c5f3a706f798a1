"""What a partner is sent of an item: one event as JSON, the item as JSON Feed writes it, so that nobody learns a second format."""

import json
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from feedsvc.feeds import assemble
from feedsvc.formats.fragment import render
from feedsvc.formats.registry import FORMATS
from feedsvc.models import Publication
from feedsvc.newsroom import public
from feedsvc.push import partners


def event(session: Session, publication_id: int, *, now: datetime) -> bytes | None:
    """The body for a publication; None where a later one says what there is to say: what was taken back is told no more."""
    p = session.get_one(Publication, publication_id)
    if not partners.newest_of(session, p, now=now):
        return None
    if p.kind == "withdraw":
        return _written(p.kind, p.at, {"id": p.translation.item.guid, "language": p.language, "reason": p.note})
    shown = public.of_translation(session, p.translation_id, now=now)
    if shown is None:
        return None
    item = json.loads(render(FORMATS["json"], assemble.survived(shown))[0])
    return _written(p.kind, p.at, {"id": shown.guid, "language": p.language, "note": p.note, "item": item})


def trial(now: datetime) -> bytes:
    """The body of a trial."""
    return json.dumps({"type": "test", "timestamp": now.isoformat(), "data": {}}).encode()


def _written(kind: str, at: datetime, data: dict[str, Any]) -> bytes:
    told = {"type": f"item.{partners.EVENTS[kind]}", "timestamp": at.isoformat(), "data": data}
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()
