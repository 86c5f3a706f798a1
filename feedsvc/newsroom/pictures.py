"""Pictures: handed in, kept in several sizes, carried by revisions, and public exactly as long as one of these is."""

import hashlib
import json
import secrets
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import PurePath
from typing import Any

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session

from feedsvc import confined
from feedsvc.characters import one_line
from feedsvc.errors import Invalid, NotFound
from feedsvc.models import Picture, Publication, Rendition, Revision, RevisionPicture
from feedsvc.newsroom import public, workflow
from feedsvc.newsroom.captions import Caption
from feedsvc.newsroom.record import audit
from feedsvc.newsroom.workflow import Actor

MOST_BYTES = 40 * 1024 * 1024
"""Of one picture as it is handed in."""
MEDIA_TYPES = {"jpg": "image/jpeg", "webp": "image/webp"}
"""Last part of a rendition's name → what it is."""
NAME_LIMIT = 200


@dataclass(frozen=True, slots=True)
class Prepared:
    """A picture made anew and not yet kept."""

    digest: str
    name: str
    size: int
    width: int
    height: int
    sizes: list[dict[str, Any]]
    parts: dict[str, bytes]
    """Name → bytes of every rendition."""


@dataclass(frozen=True, slots=True)
class Served:
    """A rendition as it is sent."""

    etag: str
    media_type: str
    content: bytes


def prepared(data: bytes, name: str) -> Prepared:
    """What a file is made into, in a confined process and outside of every transaction. Raises Invalid, Crowded."""
    if not data:
        raise Invalid({"file": ("no_file", {})})
    if len(data) > MOST_BYTES:
        sizes: dict[str, object] = {"size": -(-len(data) // 1024**2), "limit": MOST_BYTES // 1024**2}
        raise Invalid({"file": ("too_large", sizes)})
    head, _, rest = confined.run("feedsvc.newsroom.imaging:renditions", data).partition(b"\n")
    told, parts, at = json.loads(head), {}, 0
    for part, length in told["parts"]:
        parts[part] = rest[at : at + length]
        at += length
    return Prepared(
        digest=hashlib.sha256(data).hexdigest(),
        name=one_line(PurePath(name.replace("\\", "/")).name)[:NAME_LIMIT],
        size=len(data),
        width=told["width"],
        height=told["height"],
        sizes=told["sizes"],
        parts=parts,
    )


def add(session: Session, made: Prepared, *, actor: Actor, now: datetime) -> Picture:
    """Keeps a picture; the same file once more is the picture that it made before. Raises NotAllowed."""
    workflow.require(actor, "media")
    known = session.scalar(select(Picture).where(Picture.digest == made.digest))
    if known is not None:
        if (
            session.scalar(select(RevisionPicture.picture_id).where(RevisionPicture.picture_id == known.id).limit(1))
            is None
        ):
            known.created_at = now  # handed in anew, and not to be cleared away as one that nobody came back for
        return known
    row = Picture(
        key=secrets.token_hex(16),
        digest=made.digest,
        name=made.name,
        size=made.size,
        width=made.width,
        height=made.height,
        sizes=made.sizes,
        created_at=now,
        created_by_id=actor.user_id,
    )
    session.add(row)
    session.flush()
    for name, content in made.parts.items():
        digest = hashlib.blake2b(content, digest_size=16).hexdigest()
        session.add(Rendition(picture_id=row.id, name=name, digest=digest, content=content))
    audit(session, actor, "picture", row.key, now, name=made.name, size=made.size)
    return row


def carried(session: Session, captions: tuple[Caption, ...]) -> list[RevisionPicture]:
    """What a revision carries, not yet in the session. Raises Invalid where a picture is not there."""
    keys = [one.key for one in captions]
    rows = {row.key: row for row in session.scalars(select(Picture).where(Picture.key.in_(keys)))} if keys else {}
    if len(rows) < len(keys):
        raise Invalid({"pictures": ("unknown_picture", {})})
    return [
        RevisionPicture(
            position=number,
            picture=rows[one.key],
            alt=one.alt,
            decorative=one.decorative,
            caption=one.caption,
            credit=one.credit,
            rights=one.rights,
        )
        for number, one in enumerate(captions)
    ]


def captions_of(revision: Revision) -> tuple[Caption, ...]:
    """The pictures of a revision, as they were handed in."""
    return tuple(
        Caption(one.picture.key, one.alt, one.decorative, one.caption, one.credit, one.rights)
        for one in revision.pictures
    )


def lacking(revision: Revision) -> list[int]:
    """Which of its pictures, counted from 1, nothing is said of although they are not decorative: none may go out so."""
    return [n for n, one in enumerate(revision.pictures, 1) if not (one.alt or one.decorative)]


def need_words(revision: Revision) -> None:
    """Raises Invalid where `lacking` names a picture."""
    numbers = lacking(revision)
    if numbers:
        raise Invalid({"pictures": ("no_words", {"numbers": ", ".join(map(str, numbers))})})


def find(session: Session, key: str) -> Picture:
    """A picture by its key. Raises NotFound."""
    row = session.scalar(select(Picture).where(Picture.key == key))
    if row is None:
        raise NotFound("picture")
    return row


def listed(session: Session, *, before: int | None, limit: int) -> list[Picture]:
    """The newest pictures, newest first; `before` is the number of the last one seen."""
    query = select(Picture).order_by(Picture.id.desc()).limit(limit)
    return list(session.scalars(query if before is None else query.where(Picture.id < before)))


@cache
def _named() -> Select[int, str]:
    asked = (Picture.key == bindparam("key"), Rendition.name == bindparam("name"))
    return (
        select(Rendition.picture_id, Rendition.digest).join(Picture, Picture.id == Rendition.picture_id).where(*asked)
    )


@cache
def _public() -> Select[int, str]:
    """The same, only while the newest due publication of some translation carries the picture: keys all the way."""
    use, p = RevisionPicture, Publication
    carrying = (
        select(p.id)
        .join(use, use.revision_id == p.revision_id)
        .where(use.picture_id == Rendition.picture_id, p.kind != "withdraw", p.id == public.newest_of(p.translation_id))
    )
    return _named().where(carrying.exists())


def readable(session: Session, key: str, name: str, *, now: datetime) -> tuple[int, str] | None:
    """The picture and the ETag of a rendition that the public may see at `now`; None for never and not yet alike."""
    row = session.execute(_public(), {"key": key, "name": name, "now": now}).first()
    return (row[0], row[1]) if row else None


def kept(session: Session, key: str, name: str) -> tuple[int, str] | None:
    """The same for the newsroom's own eyes."""
    row = session.execute(_named(), {"key": key, "name": name}).first()
    return (row[0], row[1]) if row else None


def served(session: Session, found: tuple[int, str], name: str) -> Served:
    """A rendition with its bytes."""
    row = session.get_one(Rendition, (found[0], name))
    return Served(found[1], MEDIA_TYPES[row.name.rpartition(".")[2]], row.content)
