"""Pictures as pages show them: addresses in every size, so that a browser takes the smallest that will do."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from feedsvc import settings
from feedsvc.feeds import addresses
from feedsvc.models import Revision, RevisionPicture
from feedsvc.newsroom import html
from feedsvc.newsroom.public import Shown

PUBLIC, DESK = "/media", "/desk/pictures"
"""Where the public finds pictures, and where the newsroom does."""
_ADDRESS = re.compile(rf"{PUBLIC}/([^/?#]+)/([^/?#]+)")


@dataclass(frozen=True, slots=True)
class Illustration:
    """A picture on a page."""

    src: str
    """JPEG, of a middling size."""
    small: str
    """JPEG, the smallest."""
    jpegs: str
    """A `srcset`."""
    webps: str
    width: int
    height: int
    alt: str
    caption: str
    credit: str
    rights: str
    card: str
    """The full public address of a large JPEG, for who shows a link as a card."""
    card_width: int
    card_height: int


def of(revision: Revision, root: str = PUBLIC) -> list[Illustration]:
    """A revision's pictures, the leading one first, below `root`."""
    return [_of(use, root) for use in revision.pictures]


def in_text(markup: str, revision: Revision, root: str) -> str:
    """Sanitised HTML of a text with the revision's own pictures taken from below `root`.

    Before the text is public their public addresses answer to nobody, so a page that shows it beforehand asks elsewhere.
    """
    if root == PUBLIC:
        return markup
    carried = {use.picture.key for use in revision.pictures}
    home = settings.current().public_url

    def there(address: str) -> str:
        found = _ADDRESS.fullmatch(address.removeprefix(home))
        return f"{root}/{found[1]}/{found[2]}" if found and found[1] in carried else address

    return html.pictured(markup, there) if carried else markup


def leading(items: Iterable[Shown]) -> dict[str, Illustration]:
    """The leading picture of each of these items that has one, by the item's key."""
    return {one.item_key: _of(one.revision.pictures[0], PUBLIC) for one in items if one.revision.pictures}


def _of(use: RevisionPicture, root: str) -> Illustration:
    return _illustration(use, f"{root}/{use.picture.key}")


def _illustration(use: RevisionPicture, below: str) -> Illustration:
    sizes = use.picture.sizes
    middle = sizes[min(1, len(sizes) - 1)]
    card = sizes[min(2, len(sizes) - 1)]
    return Illustration(
        src=f"{below}/{middle['name']}.jpg",
        small=f"{below}/{sizes[0]['name']}.jpg",
        jpegs=_set(sizes, below, "jpg"),
        webps=_set(sizes, below, "webp"),
        width=sizes[-1]["width"],
        height=sizes[-1]["height"],
        alt="" if use.decorative else use.alt,
        caption=use.caption,
        credit=use.credit,
        rights=use.rights,
        card=addresses.media_url(use.picture.key, f"{card['name']}.jpg"),
        card_width=card["width"],
        card_height=card["height"],
    )


def _set(sizes: list[dict[str, int]], below: str, suffix: str) -> str:
    return ", ".join(f"{below}/{one['name']}.{suffix} {one['width']}w" for one in sizes)
