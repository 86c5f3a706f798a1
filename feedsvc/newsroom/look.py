"""How the newsroom's pages look, and what it says of itself: chosen once at the desk, by an administrator."""

import base64
import re
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from feedsvc import settings
from feedsvc.characters import clean, one_line
from feedsvc.errors import Invalid
from feedsvc.models import Preference
from feedsvc.newsroom import preferences, workflow
from feedsvc.newsroom.drafts import Problems
from feedsvc.newsroom.pictures import Prepared
from feedsvc.newsroom.record import audit
from feedsvc.newsroom.workflow import Actor

COLOURS = ("accent", "spark")
LETTERS = ("serif", "sans")
CORNERS = ("soft", "square", "round")
LINE_LIMIT, ABOUT_LIMIT = 200, 20_000
"""Longest allowed, in characters."""
_COLOUR = re.compile(r"#[0-9a-f]{6}")
_WIDTH = 640
"""Of the logo as it is kept, at most."""


@dataclass(frozen=True, slots=True)
class Look:
    """What was chosen; empty is what holds without a choice."""

    accent: str = ""
    """`#rrggbb`: links, buttons, whatever can be pressed. Empty: the house's own."""
    spark: str = ""
    """`#rrggbb`: lines and labels above headlines."""
    letters: str = "serif"
    """Of headlines and texts."""
    corners: str = "soft"
    line: dict[str, str] = field(default_factory=dict)
    """Language → one sentence below the newsroom's name."""
    about: dict[str, str] = field(default_factory=dict)
    """Language → what the newsroom says of itself, as typed; see `html.from_typed`."""
    logo: dict[str, Any] = field(default_factory=dict)
    """`digest`, `width` and `height`; nothing where there is none."""


def chosen(session: Session) -> Look:
    """The look of now."""
    kept: Any = preferences.chosen(session, preferences.LOOK)
    return Look(**{name: value for name, value in kept.items() if name in Look.__dataclass_fields__})


def change(session: Session, look: Look, *, actor: Actor, now: datetime) -> bool:
    """Keeps another look, with the logo that there is; whether it is another one. Raises Invalid, NotAllowed."""
    workflow.require(actor, "admin")
    kept = asdict(_checked(look)) | {"logo": chosen(session).logo}
    return preferences.choose(session, preferences.LOOK, kept, actor=actor, now=now)


def presentable(look: Look) -> Look:
    """The look as far as it can be shown while somebody is still typing: what cannot be taken is as it came."""
    colours = {name: getattr(look, name).strip().lower() for name in COLOURS}
    return Look(
        **{name: colour for name, colour in colours.items() if _COLOUR.fullmatch(colour)},
        letters=look.letters if look.letters in LETTERS else LETTERS[0],
        corners=look.corners if look.corners in CORNERS else CORNERS[0],
        logo=look.logo,
    )


def _checked(look: Look) -> Look:
    """The look as it is kept. Raises Invalid naming every bad field."""
    problems: Problems = {}
    colours = {name: getattr(look, name).strip().lower() for name in COLOURS}
    for name, colour in colours.items():
        if colour and not _COLOUR.fullmatch(colour):
            problems[name] = ("not_a_colour", {})
    spoken = settings.current().languages
    line = {code: one_line(look.line.get(code, "")) for code in spoken}
    about = {code: clean(look.about.get(code, "")).strip() for code in spoken}
    for name, said, limit in (("line", line, LINE_LIMIT), ("about", about, ABOUT_LIMIT)):
        for code, words in said.items():
            if len(words) > limit:
                problems[f"{name}_{code}"] = ("too_long", {"length": len(words), "limit": limit})
    if problems:
        raise Invalid(problems)
    return replace(
        presentable(look),
        line={code: words for code, words in line.items() if words},
        about={code: words for code, words in about.items() if words},
        logo={},
    )


def put_logo(session: Session, made: Prepared | None, *, actor: Actor, now: datetime) -> None:
    """Puts a picture in the place of the logo, or takes the logo away. Raises NotAllowed."""
    workflow.require(actor, "admin")
    row = session.get(Preference, preferences.LOGO) or Preference(name=preferences.LOGO, value={})
    session.add(row)
    told: dict[str, object] = {}
    if made is None:
        row.value = {}
    else:
        size = [one for one in made.sizes if one["width"] <= _WIDTH][-1:] or made.sizes[:1]
        told = {"digest": made.digest[:16], "width": size[0]["width"], "height": size[0]["height"]}
        parts = {kind: made.parts[f"{size[0]['name']}.{kind}"] for kind in ("webp", "jpg")}
        row.value = {kind: base64.b64encode(content).decode("ascii") for kind, content in parts.items()}
    kept = asdict(chosen(session)) | {"logo": told}
    look = session.get(Preference, preferences.LOOK) or Preference(name=preferences.LOOK, value={})
    look.value = kept
    session.add(look)
    audit(session, actor, "put-logo", preferences.LOGO, now, **told)


def logo(session: Session, kind: str) -> bytes:
    """The logo's bytes as `webp` or `jpg`; none where there is none."""
    kept: Any = preferences.chosen(session, preferences.LOGO)
    return base64.b64decode(kept.get(kind, ""))
