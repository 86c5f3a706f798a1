"""Two saved texts as their differences: what changed in each field, and the body paragraph by paragraph."""

from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from itertools import groupby

from feedsvc.models import Revision
from feedsvc.newsroom import differences, paragraphs, pictures
from feedsvc.newsroom.captions import Caption
from feedsvc.newsroom.differences import Piece, Row
from feedsvc.words import N_

FIELDS: dict[str, Callable[[Revision], str]] = {
    N_("Headline"): lambda r: r.headline,
    N_("Sub-head"): lambda r: r.subhead,
    N_("Dateline"): lambda r: r.dateline,
    N_("Summary"): lambda r: r.summary,
    N_("Categories"): lambda r: _names(sorted(one.name for one in r.categories)),
    N_("People"): lambda r: _tags(r, "person"),
    N_("Places"): lambda r: _tags(r, "place"),
    N_("Themes"): lambda r: _tags(r, "theme"),
    N_("Authors"): lambda r: _names([one.name for one in r.authors]),
    N_("Organisation"): lambda r: r.organisation_name,
    N_("Contacts"): lambda r: _names([link.contact.name for link in r.contacts]),
    N_("Pictures"): lambda r: "; ".join(map(_picture, pictures.captions_of(r))),
    N_("Address"): lambda r: r.slug,
}
"""Label → what a text says in that field, on one line. The body is told apart from these."""
AROUND = 1
"""Paragraphs without a change that are shown beside a changed one; longer runs of them can be unfolded."""


@dataclass(frozen=True, slots=True)
class Compared:
    """Two texts, the older one first."""

    old: Revision
    new: Revision
    fields: list[tuple[str, tuple[Piece, ...]]]
    """Label and pieces of each field that changed."""
    body: list[tuple[bool, list[Row]]]
    """Runs of paragraphs, and whether one is to be folded away; empty where nothing of the body changed."""
    about: list[Row]
    """What changed of the organisation's own words."""

    @property
    def same(self) -> bool:
        """Whether readers could not tell them apart."""
        return not (self.fields or self.body or self.about)


def compared(old: Revision, new: Revision) -> Compared:
    """The differences. Takes a second at most, however long the texts are."""
    fields = [(label, said(old), said(new)) for label, said in FIELDS.items()]
    about = _rows(_about(old), _about(new))
    return Compared(
        old,
        new,
        [(label, differences.of_line(before, after)) for label, before, after in fields if before != after],
        _folded(_rows(old.body_html, new.body_html)),
        [row for row in about if row.changed],
    )


def _rows(old: str, new: str) -> tuple[Row, ...]:
    return () if old == new else differences.between(paragraphs.of_html(old), paragraphs.of_html(new))


def _about(revision: Revision) -> str:
    """The organisation's words as they stood below this text."""
    heading = f"<h2>{escape(revision.about_heading)}</h2>" if revision.about_heading else ""
    return heading + revision.about_html


def _folded(rows: tuple[Row, ...]) -> list[tuple[bool, list[Row]]]:
    """The rows in runs, those far from any change to be folded away."""
    places = [n for n, row in enumerate(rows) if row.changed]
    if not places:
        return []
    near = {n + step for n in places for step in range(-AROUND, AROUND + 1)}
    runs = groupby(enumerate(rows), key=lambda numbered: numbered[0] not in near)
    return [(far, [row for _, row in run]) for far, run in runs]


def _picture(caption: Caption) -> str:
    """A picture as what is said of it; one of which nothing is said by the beginning of its key."""
    words = (caption.alt, caption.caption, caption.credit, caption.rights)
    return ", ".join(filter(None, words)) or caption.key[:8]


def _tags(revision: Revision, kind: str) -> str:
    return _names(sorted(tag.name for tag in revision.tags if tag.kind == kind))


def _names(names: list[str]) -> str:
    return ", ".join(names)
