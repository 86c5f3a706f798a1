"""`feedsvc audit`: the log of what people did."""

import os
import sys

import click

from feedsvc import lifeline
from feedsvc.newsroom.workflow import SYSTEM


@click.group()
def audit() -> None:
    """The log of what people did."""


@audit.command("check")
@click.option(
    "--waiting", is_flag=True, help="Only go on with a check that was asked for at the desk, if there is one."
)
def check(*, waiting: bool) -> None:
    """Reckon the seal of every entry again; exit 1 where one was changed or removed behind the newsroom's back."""
    from feedsvc import checks
    from feedsvc.newsroom import chain
    from feedsvc.road import act

    if waiting:
        lifeline.die_with_parent()
        os.nice(10)
    else:
        act(chain.ask, actor=SYSTEM)
    taken = act(chain.take)
    if taken is None:
        click.echo("Another process is at it; its result will stand on the desk's page of the log.")
        return
    done = checks.finish(taken, _tell if sys.stderr.isatty() else lambda _: None)
    if done.broken is not None:
        click.echo(
            f"The chain is broken at entry {done.broken}: it, or one before it, was changed or removed.", err=True
        )
        sys.exit(1)
    click.echo(f"The chain is whole up to entry {done.upto}.")


def _tell(check: object) -> None:
    """How far it is, on one line of a terminal."""
    click.echo(f"\r{getattr(check, 'reached', 0)} of {getattr(check, 'upto', 0)}", err=True, nl=False)
