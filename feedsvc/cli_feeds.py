"""`feedsvc feeds lint`: what readers of the feeds get, held to the standards."""

import sys
from collections.abc import Iterator

import click
from rich.console import Console
from rich.progress import Progress

from feedsvc import clock, settings
from feedsvc.feeds import lint as linting
from feedsvc.feeds.lint import Told
from feedsvc.printing import JSON
from feedsvc.printing import write as _print


@click.command("lint")
@click.option(
    "--all", "everything", is_flag=True, help="Every feed and every public item, and not only what is read and new."
)
@JSON
def lint(*, everything: bool, as_json: bool) -> None:
    """Hold the feeds and the entries in them to the standards, in every format; exit 1 where something is wrong.

    Without --all those feeds that are read, and the newest hundred items of each language. Shows how far it is.
    """
    found: list[Told] = []
    # At a terminal a bar, elsewhere nothing but what was found.
    with Progress(console=Console(stderr=True), disable=not Console(stderr=True).is_terminal) as bar:
        task = bar.add_task("Looked at", total=None)
        for told in _looks(everything=everything):
            found += told
            bar.advance(task)
    if as_json:
        _print([{"where": one.where, "wrong": one.sentence} for one in found], as_json=True)
    else:
        for one in found:
            click.echo(f"{one.where}: {one.sentence}", err=True)
    if found:
        sys.exit(1)
    if not as_json:
        click.echo("Every feed is as the standards ask.")


def _looks(*, everything: bool) -> Iterator[list[Told]]:
    """One look after the other, each in a transaction of its own, so that a newsroom at work goes on beside it."""
    from feedsvc.db import reading
    from feedsvc.feeds import which
    from feedsvc.newsroom import filters

    with reading() as session:
        rows = which.every(session) if everything else which.hot(session, now=clock.now())
    for feed in rows:
        with reading() as session:
            yield list(linting.feed(session, feed, now=clock.now()))
    current = settings.current()
    with reading() as session:
        offered = [
            (row, code) for code in current.languages for row in filters.offered(session, code, current.main_language)
        ]
    for row, code in offered:
        with reading() as session:
            yield list(linting.composed(session, row, code, now=clock.now()))
    for language in current.languages:
        place = None
        while True:
            with reading() as session:
                told, place = linting.page(session, language, place, now=clock.now())
            yield told
            if place is None or not everything:
                break
