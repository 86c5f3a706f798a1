"""Commands that keep a newsroom well: backup, restore, hold, unhold, doctor."""

import json
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from itertools import chain
from pathlib import Path
from typing import Any

import click

from feedsvc import settings
from feedsvc.backups.package import Tell
from feedsvc.errors import Refused
from feedsvc.printing import JSON

_MARKS = {"good": "     ok", "warning": "   look", "bad": "  wrong"}


@contextmanager
def _progress(label: str, length: int) -> Iterator[Tell]:
    """A bar on standard error; at no terminal nothing is drawn."""
    drawn: Any = click.progressbar(length=max(1, length), label=label, file=sys.stderr)
    with drawn as bar:
        yield bar.update


def _size(file: Path) -> str:
    kilobytes = file.stat().st_size / 1e3
    return f"{kilobytes:.0f} kB" if kilobytes < 1e3 else f"{kilobytes / 1e3:.1f} MB"  # noqa: PLR2004  # a thousand


def _say(lines: Iterable[str]) -> None:
    for line in lines:
        click.echo(line)


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def backup(file: Path) -> None:
    """Write the whole newsroom into a new file while it runs, and read it back: database, pictures, signing key."""
    from feedsvc.backups import keeping

    if not file.resolve().parent.is_dir():
        raise Refused(
            f"There is no folder {file.resolve().parent}: make it first, for the newsroom's user to write to."
        )
    os.nice(5)  # Readers go before.
    with _progress("Copying", 2 * keeping.size()) as tell:
        made = keeping.make(file.resolve(), tell)
    click.echo(f"{file}: {made.database}, migration {made.migration}, {_size(file)}, read back and whole.")
    click.echo("It holds every account and the signing key: keep it as safe as the newsroom.")


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--replace", is_flag=True, help="Although there is a newsroom; SQLite's file is kept beside the new one.")
@click.option(
    "--resend",
    is_flag=True,
    help="Mail what waited to be mailed, and send subscribers what waited for them, when the backup was made.",
)
@click.option("--go-on", is_flag=True, help="Hold nothing: what was planned when the backup was made goes live.")
@click.option("--check", is_flag=True, help="Only look whether the file is whole.")
def restore(file: Path, *, replace: bool, resend: bool, go_on: bool, check: bool) -> None:
    """Put a backup in the newsroom's place; stop every process of it first. All or nothing."""
    from feedsvc import outlook, setup, supervisor
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
    _say(outlook.restored(made.made_at, made.address))
    _say(outlook.state())
    _say(outlook.after_restore(resend=resend))


@click.command()
@click.option("--reason", default="", help="Why, for the desk.")
def hold(reason: str) -> None:
    """Stop everything: nothing goes live until `unhold`. Says what waits."""
    from feedsvc import outlook
    from feedsvc.db import reading
    from feedsvc.newsroom import publishing
    from feedsvc.newsroom.workflow import SYSTEM
    from feedsvc.road import act

    with reading() as session:
        already = publishing.is_held(session)
    act(publishing.hold, reason, actor=SYSTEM)
    if already:
        click.echo("It was held already, and nothing was changed.")
    _say(outlook.state())


@click.command()
@click.option("--dry-run", is_flag=True, help="Only say what is held, and what would go live.")
def unhold(*, dry_run: bool) -> None:
    """Let things go live again; what fell due meanwhile goes live now. Says what did, and what comes next."""
    from feedsvc import outlook
    from feedsvc.newsroom import publishing
    from feedsvc.newsroom.workflow import SYSTEM
    from feedsvc.road import act

    if not dry_run:
        before = outlook.seen()
        released = act(publishing.unhold, actor=SYSTEM)
        _say(outlook.lifted(before, len(released)))
    _say(outlook.state())


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
