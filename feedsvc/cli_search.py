"""`feedsvc search`: the two indexes of words, the readers' and the desk's."""

import click
from rich.console import Console
from rich.progress import Progress

from feedsvc import clock


@click.group()
def search() -> None:
    """The indexes of words: of what readers can find, and of what the desk can. Both are copies, and can be made again."""


@search.command("rebuild")
def rebuild() -> None:
    """Make both indexes of search again, the readers' and the desk's, as after rows were changed by hand. Shows how far it is."""
    # At a terminal a bar, elsewhere nothing but the sentence at the end.
    with Progress(console=Console(stderr=True), disable=not Console(stderr=True).is_terminal) as bar:
        followed, texts = _readers(bar), _desk(bar)
    click.echo(f"{followed} publications followed; what is public can be found.")
    click.echo(f"{texts} texts read; the desk finds each by its newest words.")


def _readers(bar: Progress) -> int:
    """Empties the readers' index and fills it from what is public. Gives how many publications were followed."""
    from feedsvc.db import reading
    from feedsvc.newsroom import indexing
    from feedsvc.road import act

    act(indexing.begin_anew)
    with reading() as session:
        count = indexing.count_waiting(session, now=clock.now())
    task, done = bar.add_task("Readers' search", total=count), 0
    while some := act(indexing.catch_up):
        done += some
        bar.update(task, completed=done)
    more = act(indexing.settle, begin=True)
    while more:
        more = act(indexing.settle, begin=False)
    return done


def _desk(bar: Progress) -> int:
    """Works out again what the desk finds each text by; meanwhile it finds them as before. Gives how many."""
    from feedsvc.db import reading
    from feedsvc.newsroom import wording
    from feedsvc.road import act

    with reading() as session:
        count = wording.count(session)
    task, done, behind = bar.add_task("Desk's search", total=count), 0, 0
    while some := act(wording.renew, behind, all_of_them=True):
        done, behind = done + len(some), some[-1]
        bar.update(task, completed=done)
    return done
