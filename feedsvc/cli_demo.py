"""`feedsvc demo`: invented news, to try a newsroom with."""

from collections.abc import Iterator
from itertools import islice

import click
from rich.console import Console
from rich.progress import Progress

from feedsvc import clock, settings

_BATCH = 250
"""Items written in one transaction: other writers wait no longer for it than for a big upload."""


@click.command()
@click.option("--items", "count", required=True, type=click.IntRange(1, 2_000_000), help="How many items.")
@click.option("--seed", default=1, show_default=True, help="Another number makes other items.")
def demo(count: int, seed: int) -> None:
    """Fill the newsroom with invented items of the last ten years, to try it with."""
    from feedsvc.newsroom import taxonomy
    from feedsvc.newsroom.demo import LANGUAGES, ORGANISATIONS
    from feedsvc.newsroom.workflow import SYSTEM
    from feedsvc.road import act
    from feedsvc.setup import prepare

    prepare()
    spoken = settings.current().languages
    if len(spoken) < len(LANGUAGES):
        click.echo(f"This newsroom writes {', '.join(spoken)}; for more: FEEDSVC_LANGUAGES={','.join(LANGUAGES)}")
    for name in ORGANISATIONS:
        act(taxonomy.add_organisation, name, actor=SYSTEM)
    # At a terminal a bar, elsewhere nothing but the sentence at the end.
    with Progress(console=Console(stderr=True), disable=not Console(stderr=True).is_terminal) as bar:
        texts = _write(count, seed, bar)
        documents = _cut_off(bar)
    click.echo(f"{count} items in {texts} texts written, {documents} archive documents cut off")
    click.echo(f"Readers find them at {settings.current().public_url}, as soon as `feedsvc serve` runs here.")


def _write(count: int, seed: int, bar: Progress) -> int:
    """Writes the items, batch by batch. Gives how many texts."""
    from feedsvc.feeds import bulk
    from feedsvc.newsroom import demo as invented
    from feedsvc.newsroom.bulk import Past
    from feedsvc.newsroom.drafts import Checked, TagName
    from feedsvc.newsroom.workflow import SYSTEM
    from feedsvc.road import act

    def past() -> Iterator[Past]:
        languages = settings.current().languages
        for one in invented.releases(count, seed=seed, languages=languages, until=clock.now()):
            # The generator's HTML is such as the sanitiser leaves it (its test says so): no need to clean it again.
            texts = tuple(
                Checked(
                    headline=text.headline,
                    summary=text.summary,
                    body_html=text.body_html,
                    language=text.language,
                    organisation=one.organisation,
                    categories=text.categories,
                    tags=tuple(TagName(name, kind) for kind, name in text.tags),
                    authors=text.authors,
                )
                for text in one.texts
            )
            yield Past(one.published, texts)

    task = bar.add_task("Items", total=count)
    items, texts = past(), 0
    while batch := list(islice(items, _BATCH)):
        texts += act(bulk.bring_in, batch, actor=SYSTEM)
        bar.advance(task, len(batch))
    return texts


def _cut_off(bar: Progress) -> int:
    """Writes the boundaries of every feed's archives, which builds would do one by one. Gives how many."""
    from feedsvc.db import reading
    from feedsvc.feeds import archives, which
    from feedsvc.newsroom import listing

    with reading() as session:
        feeds = which.every(session)
    done, task = 0, bar.add_task("Archives", total=len(feeds))
    for feed in feeds:
        with reading() as session:
            newest = listing.outlines(
                session, feed.language, feed.scope, now=clock.now(), limit=settings.current().feed_items
            )
        if newest:
            done += archives.cut_off(feed.id, newest[-1].place)
        bar.advance(task)
    return done
