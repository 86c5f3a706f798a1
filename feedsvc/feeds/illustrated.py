"""The pictures of a public revision: as an entry has them, and as figures in its text."""

from html import escape

from feedsvc.characters import one_line
from feedsvc.feeds import addresses
from feedsvc.formats.document import Picture, Rendition
from feedsvc.models import Revision, RevisionPicture
from feedsvc.newsroom.pictures import MEDIA_TYPES

_SHOWN = 1_280
"""The width that a figure in a text has at most: readers show it in a column."""


def pictures(revision: Revision) -> tuple[Picture, ...]:
    """Every picture in every size, the leading one first."""
    return tuple(
        Picture(
            renditions=_renditions(use),
            alt=_alt(use),
            caption=one_line(use.caption),
            credit=one_line(use.credit),
            rights=one_line(use.rights),
        )
        for use in revision.pictures
    )


def figures(revision: Revision) -> tuple[str, str]:
    """HTML: the leading picture, and the further ones. Readers that know nothing of enclosures show these."""
    made = [_figure(use) for use in revision.pictures]
    return "".join(made[:1]), "\n".join(made[1:])


def _renditions(use: RevisionPicture) -> tuple[Rendition, ...]:
    """From small to large, JPEG before WebP."""
    key = use.picture.key
    return tuple(
        Rendition(
            addresses.media_url(key, f"{one['name']}.{suffix}"), media_type, one["width"], one["height"], one[suffix]
        )
        for one in use.picture.sizes
        for suffix, media_type in MEDIA_TYPES.items()
    )


def _alt(use: RevisionPicture) -> str:
    """What stands for the picture where it cannot be seen: nothing, where it is decorative."""
    return "" if use.decorative else one_line(use.alt)


def _figure(use: RevisionPicture) -> str:
    """A JPEG, which every reader can show, its size, and the words below it."""
    size = [one for one in use.picture.sizes if one["width"] <= _SHOWN][-1:] or use.picture.sizes[:1]
    address = addresses.media_url(use.picture.key, f"{size[0]['name']}.jpg")
    image = f'<img src="{address}" alt="{escape(_alt(use))}" width="{size[0]["width"]}" height="{size[0]["height"]}">'
    words = " ".join(escape(one_line(said), quote=False) for said in (use.caption, use.credit) if said)
    return f"<figure>{image}{f'<figcaption>{words}</figcaption>' if words else ''}</figure>"
