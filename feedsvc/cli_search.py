"""`feedsvc search`: the index of what readers can find."""

import click
from rich.console import Console
from rich.progress import Progress

from feedsvc import clock


@click.group()
def search() -> None:
    """The index of what readers can find. It is a copy: it can be made again from what is public."""


@search.command("rebuild")
def rebuild() -> None:
    """Empty the index of search and fill it again from what is public, as after rows were changed by hand. Shows how far it is."""
    from feedsvc.db import reading
    from feedsvc.newsroom import indexing
    from feedsvc.road import act

    act(indexing.begin_anew)
    with reading() as session:
        count = indexing.count_waiting(session, now=clock.now())
    done = 0
    # At a terminal a bar, elsewhere nothing but the sentence at the end.
    with Progress(console=Console(stderr=True), disable=not Console(stderr=True).is_terminal) as bar:
        task = bar.add_task("Texts", total=count)
        while some := act(indexing.catch_up):
            done += some
            bar.update(task, completed=done)
        more = act(indexing.settle, begin=True)
        while more:
            more = act(indexing.settle, begin=False)
    click.echo(f"{done} publications followed; what is public can be found")
