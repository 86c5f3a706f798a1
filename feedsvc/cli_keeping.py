"""Commands that keep a newsroom well: backup, restore, doctor."""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from itertools import chain
from pathlib import Path
from typing import Any

import click

from feedsvc import settings
from feedsvc.backups.package import Tell
from feedsvc.printing import JSON

_MARKS = {"good": "     ok", "warning": "   look", "bad": "  wrong"}


@contextmanager
def _progress(label: str, length: int) -> Iterator[Tell]:
    """A bar on standard error; at no terminal nothing is drawn."""
    drawn: Any = click.progressbar(length=max(1, length), label=label, file=sys.stderr)
    with drawn as bar:
        yield bar.update


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def backup(file: Path) -> None:
    """Write the whole newsroom into a new file while it runs, and read it back: database, pictures, signing key."""
    from feedsvc.backups import keeping

    os.nice(5)  # Readers go before.
    with _progress("Copying", 2 * keeping.size()) as tell:
        made = keeping.make(file.resolve(), tell)
    click.echo(
        f"{file}: {made.database}, migration {made.migration}, {file.stat().st_size / 1e6:.1f} MB, read back and whole."
    )
    click.echo("It holds every account and the signing key: keep it as safe as the newsroom.")


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--replace", is_flag=True, help="Although there is a newsroom; SQLite's file is kept beside the new one.")
@click.option("--resend", is_flag=True, help="Mail what waited to be mailed when the backup was made.")
@click.option("--go-on", is_flag=True, help="Hold nothing: what was planned when the backup was made goes live.")
@click.option("--check", is_flag=True, help="Only look whether the file is whole.")
def restore(file: Path, *, replace: bool, resend: bool, go_on: bool, check: bool) -> None:
    """Put a backup in the newsroom's place; stop every process of it first. All or nothing."""
    from feedsvc import setup, supervisor
    from feedsvc.backups import keeping

    size = file.stat().st_size * 4
    if check:
        with _progress("Reading", size) as tell:
            made = keeping.look(file, tell)
        click.echo(
            f"{file}: whole; made {made.made_at} of {made.address}, {made.database}, migration {made.migration}."
        )
        return
    instance = settings.current().instance
    setup.make_folder(instance)
    claimed = supervisor.claim(instance)
    try:
        with _progress("Restoring", size) as tell:
            made = keeping.put_back(file, tell, replace=replace, mail=resend, go_on=go_on)
    finally:
        os.close(claimed)
    click.echo(
        f"The newsroom is as it was on {made.made_at}. Start it with `feedsvc serve`, then ask `feedsvc doctor`."
    )
    if not go_on:
        click.echo(
            "Everything is held as of that moment, since what was planned then may have been called off: look at the desk "
            "what waits, cancel what is not to go out, then lift it there or with `feedsvc unhold`."
        )
    click.echo("What was withdrawn since then is public again: withdraw it once more.")


@click.command()
@click.option("--public", metavar="URL", help="Also ask at this address, as readers do.")
@click.option(
    "--deep",
    is_flag=True,
    help="Also read the whole log of deeds and every feed on the shelf: minutes in a large newsroom.",
)
@JSON
def doctor(public: str | None, *, deep: bool, as_json: bool) -> None:
    """Say what is wrong or soon will be, each with its cure; exit 1 where something is."""
    from feedsvc.doctor import finding, inside, outside

    looks = [inside.examine(), inside.examine_deeply() if deep else (), outside.examine(public) if public else ()]
    found = []
    for one in chain.from_iterable(looks):
        found.append(asdict(one))
        if not as_json:
            click.echo(f"{_MARKS[one.state]} {one.name}: {one.said}")
            if one.cure:
                click.echo(f"        {one.cure}")
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False, indent=1))
    if any(one["state"] == finding.BAD for one in found):
        sys.exit(1)
