"""`feedsvc subjects`: categories, themes, people, places and organisations."""

import click

from feedsvc import clock, settings
from feedsvc.printing import JSON, write

_MOST = 100_000
_SORTS = click.Choice(("category", "theme", "person", "place", "organisation"))
_MADE = click.Choice(("category", "theme", "person", "place"))
_NAMED = click.Choice(("category", "tag", "organisation"))
_LINKED = click.Choice(("category", "tag"))


@click.group()
def subjects() -> None:
    """Categories, themes, people, places and organisations."""


@subjects.command("list")
@click.option("--kind", "sort", type=_SORTS, default=None, help="Only these; all by default.")
@click.option("--search", default="", help="Only those with this in their name or address.")
@JSON
def list_(sort: str | None, search: str, *, as_json: bool) -> None:
    """List subjects with their addresses and how many items carry them."""
    from feedsvc.db import reading
    from feedsvc.feeds import addresses
    from feedsvc.newsroom import subject_lists

    main, now = settings.current().main_language, clock.now()
    with reading() as session:
        found = [
            line
            for one in ((sort,) if sort else subject_lists.SORTS)
            for line in subject_lists.listed(session, one, now=now, search=search, limit=_MOST)
        ]
    write(
        [
            {
                "slug": line.slug,
                "kind": line.sort,
                "name": line.name,
                "items": line.items,
                "address": addresses.page_url(f"{line.kind}/{line.slug}", main),
            }
            for line in found
        ],
        as_json=as_json,
    )


@subjects.command("add")
@click.argument("kind", type=_MADE)
@click.argument("name")
@click.option("--slug", default="", help="The last part of its address; made from the name by default.")
def add(kind: str, name: str, slug: str) -> None:
    """Make a category, theme, person or place ahead of any item: its page and feeds are there at once. Prints its slug."""
    from feedsvc.newsroom import subjects as verbs
    from feedsvc.newsroom.workflow import SYSTEM
    from feedsvc.road import act

    click.echo(act(verbs.add, kind, name, slug, actor=SYSTEM).slug)


@subjects.command("rename")
@click.argument("kind", type=_NAMED)
@click.argument("slug")
@click.argument("name")
@click.option("--slug", "new_slug", default="", help="Another address; the old one leads to it.")
@click.option(
    "--as", "tag_kind", type=click.Choice(("theme", "person", "place")), default=None, help="Another kind of tag."
)
def rename(kind: str, slug: str, name: str, new_slug: str, tag_kind: str | None) -> None:
    """Give a subject another name, and perhaps another address; feeds and subscribers move along."""
    from feedsvc.newsroom import subjects as verbs
    from feedsvc.newsroom.workflow import SYSTEM
    from feedsvc.road import act

    before = _seen(kind, slug)
    row = act(verbs.rename, kind, slug, name=name, new_slug=new_slug, tag_kind=tag_kind or "", actor=SYSTEM)
    said = f"“{row.name}” is at {_address(kind, row.slug)}"
    if before == (row.name, row.slug, getattr(row, "kind", "")):
        click.echo(f"Nothing to change: {said}.")
    elif row.slug != before[1]:
        click.echo(f"Renamed: {said}. What readers knew at {_address(kind, before[1])} leads there.")
    else:
        click.echo(f"Renamed: {said}, as before.")


def _seen(kind: str, slug: str) -> tuple[str, str, str]:
    """Name, slug and sort of a subject."""
    from feedsvc.db import reading
    from feedsvc.newsroom import subjects as verbs

    with reading() as session:
        row = verbs.find(session, kind, slug)
        return row.name, row.slug, getattr(row, "kind", "")


def _address(kind: str, slug: str) -> str:
    from feedsvc.feeds import addresses

    return addresses.page_url(f"{kind}/{slug}", settings.current().main_language)


@subjects.command("describe")
@click.argument("kind", type=_LINKED)
@click.argument("slug")
@click.option("--topic", default=None, help="Its code in IPTC's Media Topics, such as medtop:20000209; empty: none.")
@click.option("--at", "point", default=None, help="Where a place lies: latitude, longitude; empty: nowhere.")
def describe(kind: str, slug: str, topic: str | None, point: str | None) -> None:
    """Say which IPTC Media Topic a category or tag is, and where a place lies: feeds tell of both."""
    from feedsvc.newsroom import vocabulary
    from feedsvc.newsroom.workflow import SYSTEM
    from feedsvc.road import act

    row = act(vocabulary.describe, kind, slug, topic=topic, point=point, actor=SYSTEM)
    click.echo(f"“{row.name}” is described. Every feed that names it says so.")


@subjects.command("merge")
@click.argument("kind", type=_LINKED)
@click.argument("slug")
@click.argument("into")
def merge(kind: str, slug: str, into: str) -> None:
    """Make a category or tag part of another one: all its items, and its address leads there."""
    from feedsvc.newsroom import subjects as verbs
    from feedsvc.newsroom.workflow import SYSTEM
    from feedsvc.road import act

    name = _seen(kind, slug)[0]
    other = act(verbs.merge, kind, slug, into, actor=SYSTEM)
    where = f"“{other.name}” at {_address(kind, other.slug)}"
    click.echo(f"Merged: “{name}” is part of {where} now. What readers knew at {_address(kind, slug)} leads there.")


@subjects.command("delete")
@click.argument("kind", type=_LINKED)
@click.argument("slug")
def delete(kind: str, slug: str) -> None:
    """Delete a category or tag: items lose it, its page and feeds say that they are gone."""
    from feedsvc.newsroom import subjects as verbs
    from feedsvc.newsroom.workflow import SYSTEM
    from feedsvc.road import act

    name = _seen(kind, slug)[0]
    texts = act(verbs.remove, kind, slug, actor=SYSTEM)
    lost = "No text had it." if not texts else f"{texts} saved {'text' if texts == 1 else 'texts'} had it, and stay."
    click.echo(f"Deleted: “{name}”. {lost}")
