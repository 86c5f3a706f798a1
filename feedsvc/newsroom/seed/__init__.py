"""The newsroom's first item: Bakcell's media trip to Karabakh, word for word."""

from datetime import datetime
from html import escape
from importlib.resources import files

from sqlalchemy import select
from sqlalchemy.orm import Session

from feedsvc.models import Boilerplate, Organisation
from feedsvc.newsroom import items, publishing
from feedsvc.newsroom.accounts import add_role_defaults
from feedsvc.newsroom.drafts import ItemDraft, TagName, checked
from feedsvc.newsroom.workflow import SYSTEM

HEADLINE = "Bakcell organizes media trip to Karabakh on innovation and AI"
"""Ours: the text came without one."""
SLUG = "bakcell-media-trip-karabakh"
ABOUT = "About Bakcell"
TAGS = {
    "person": (
        "Klaus Mueller",
        "Aysel Suleymanova",
        "Elkhan Sadigzade",
        "Fariz Ahmadov",
        "Ayaz Mirzayev",
        "Emin Musavi",
    ),
    "place": ("Karabakh", "Shusha", "Khankendi", "Azerbaijan"),
    "theme": ("Artificial intelligence", "Media", "Education", "Digital transformation", "Public–private partnerships"),
}


def paragraphs() -> tuple[list[str], list[str]]:
    """The text's own paragraphs, and those of the boilerplate below "About Bakcell"."""
    text = files(__package__).joinpath("karabakh.txt").read_text(encoding="utf-8")
    blocks = [block.strip() for block in text.split("\n\n") if block.strip()]
    about = blocks.index(ABOUT)
    return blocks[:about], blocks[about + 1 :]


def _html(blocks: list[str]) -> str:
    return "\n".join(f"<p>{escape(block, quote=False)}</p>" for block in blocks)


def seed(session: Session, *, now: datetime) -> bool:
    """Writes roles, organisations and the first item, published at `now`.

    Only ever once: where the organisation stands, nothing is touched, whatever became of the item. Gives whether it wrote.
    """
    add_role_defaults(session)
    if session.scalar(select(Organisation.id).where(Organisation.slug == "bakcell")):
        return False
    body, about = paragraphs()
    bakcell = Organisation(slug="bakcell", name="Bakcell", created_at=now)
    session.add(bakcell)
    session.flush()
    words = {"name": ABOUT, "language": "", "heading": ABOUT, "html": _html(about), "organisation_id": bakcell.id}
    session.add(Boilerplate(**words, active=True, version=1, created_at=now, changed_at=now))
    bakcell.parent = Organisation(slug="neqsol-holding", name="NEQSOL Holding", created_at=now)
    session.flush()
    draft = ItemDraft(
        headline=HEADLINE,
        summary=body[0].split("” ", 1)[1] if "” " in body[0] else body[0].split(". ", 1)[-1],
        body_html=_html(body),
        slug=SLUG,
        organisation="bakcell",
        language="en",
        categories=("Innovation",),
        tags=tuple(TagName(name, kind) for kind, names in TAGS.items() for name in names),
    )
    translation = items.create(session, checked(draft, ("en",)), actor=SYSTEM, now=now)
    publishing.publish(session, translation.item.key, actor=SYSTEM, now=now)
    return True
