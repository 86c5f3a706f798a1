"""The languages in which readers can read an item at a moment, and where."""

from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session

from feedsvc.models import Item, Revision, Translation
from feedsvc.newsroom import public


@cache
def _slugs() -> Select[Any]:
    theirs = select(Translation.id).join(Item, Item.id == Translation.item_id).where(Item.key == bindparam("key"))
    source = public.of_translations(theirs)
    query = source.query.join(Revision, Revision.id == source.newest.revision_id)
    return query.with_only_columns(source.language, Revision.slug)


def of_item(session: Session, key: str, *, now: datetime) -> dict[str, str]:
    """Language → slug of each translation of an item that is public."""
    rows = session.execute(_slugs(), {"key": key, "now": now})
    return {row.language: row.slug for row in rows}
