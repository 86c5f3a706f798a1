"""Checks of the log, former names of subjects, and whose words an “about” text has."""

import re
import unicodedata
from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from alembic import op

import feedsvc.db

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

FOLDED_MAX = 400
MOMENT = feedsvc.db.UTCDateTime(timezone=True)


def upgrade() -> None:
    """Adds tables and columns; nothing that is there changes. Former names are read out of the log."""
    op.create_table(
        "audit_check",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("asked_by", sa.String(length=254), nullable=False),
        sa.Column("upto", sa.Integer(), nullable=False),
        sa.Column("reached", sa.Integer(), nullable=False),
        sa.Column("seal", sa.String(length=64), nullable=False),
        sa.Column("broken", sa.Integer(), nullable=True),
        sa.Column("seen_at", MOMENT, nullable=True),
        sa.Column("done_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_check")),
    )
    op.create_table(
        "former_name",
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("folded", sa.String(length=FOLDED_MAX), nullable=False),
        sa.Column("sort", sa.String(length=10), nullable=False),
        sa.Column("target", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "folded", "sort", name=op.f("pk_former_name")),
    )
    op.create_index(op.f("ix_former_name_target"), "former_name", ["target"])
    _names_in_the_log(op.get_bind())
    op.add_column("boilerplate", sa.Column("hands", sa.JSON(), nullable=False, server_default="[]"))


KINDS = ("category", "tag", "organisation")
DEEDS = [f"{deed}-{kind}" for deed in ("rename", "merge", "delete") for kind in KINDS]
AUDIT = sa.table("audit", *(sa.column(name) for name in ("id", "action", "subject")), sa.column("detail", sa.JSON))
FORMER = sa.table("former_name", *(sa.column(name) for name in ("kind", "folded", "sort", "target")))


def _names_in_the_log(connection: sa.Connection) -> None:
    """Names that subjects had before: what was renamed and merged so far leads where it would from now on."""
    query = sa.select(AUDIT.c.action, AUDIT.c.subject, AUDIT.c.detail).where(AUDIT.c.action.in_(DEEDS))
    led = _followed(connection.execute(query.order_by(AUDIT.c.id)).all())
    rows: dict[tuple[str, str, str], int] = {}
    for kind in KINDS:
        names = ("id", "slug", "folded", *(["kind"] if kind == "tag" else []))
        there = connection.execute(sa.select(sa.table(kind, *map(sa.column, names)))).all()
        by_slug = {row.slug: row for row in there}
        taken = {(row.folded, getattr(row, "kind", "")) for row in there}
        for of_kind, sort, name, slug in led:
            row = by_slug.get(slug) if of_kind == kind else None
            if row is not None and (name, sort or getattr(row, "kind", "")) not in taken:
                rows[kind, name, sort or getattr(row, "kind", "")] = row.id
    for (kind, name, sort), target in rows.items():
        connection.execute(sa.insert(FORMER).values(kind=kind, folded=name, sort=sort, target=target))


ONE_LETTER = str.maketrans("İIı", "iii")


def _one_line(text: str) -> str:
    return re.sub(r"\s+", " ", unicodedata.normalize("NFC", text)).strip()


def _folded(name: str) -> str:
    """A name as it was looked up when this was written, whatever the application does by now."""
    plain = unicodedata.normalize("NFKC", _one_line(name)).translate(ONE_LETTER).replace("i\u0307", "i")
    return _one_line(unicodedata.normalize("NFKC", plain.casefold()))[:FOLDED_MAX]


def _followed(deeds: Iterable[Any]) -> list[tuple[str, str, str, str]]:
    """Kind, sort where it is known, folded name and present slug of every name that a subject had, the oldest first."""
    led: list[tuple[str, str, str, str]] = []
    for action, subject, said in deeds:
        deed, _, kind = action.partition("-")
        was, now = said.get("address", (subject, subject)) if deed == "rename" else (subject, said.get("into"))
        led = [(k, sort, name, now if (k, slug) == (kind, was) else slug) for k, sort, name, slug in led]
        name = said.get("name") if deed != "delete" else None
        if name:
            sort = said["kind"][0] if "kind" in said else ""
            led.append((kind, sort, _folded(name[0] if deed == "rename" else name), now))
    return [one for one in led if one[3]]
