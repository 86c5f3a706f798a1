"""The commands of the contract. Each is a few lines around a verb; a user's mistake is one line, never a traceback."""

import json
import os
import sys
from collections.abc import Callable
from dataclasses import asdict
from datetime import timedelta
from typing import Any

import click

from feedsvc import __version__, clock, lifeline, logs, settings, variables, words
from feedsvc import errors as err
from feedsvc.cli_audit import audit
from feedsvc.cli_demo import demo
from feedsvc.cli_feeds import lint
from feedsvc.cli_keeping import backup, doctor, hold, restore, unhold
from feedsvc.cli_push import push, webhooks
from feedsvc.cli_search import search
from feedsvc.cli_subjects import subjects
from feedsvc.newsroom.workflow import SYSTEM
from feedsvc.printing import JSON
from feedsvc.printing import write as _print

MOST_READERS = 8
"""Families that a table names for one feed; JSON has them all."""


def main() -> None:
    """Runs a command: exit 0 done, 1 failed with one line on standard error, 2 wrong usage."""
    try:
        cli(standalone_mode=True)
    except err.FeedsvcError as error:
        click.echo(_line(error), err=True)
        sys.exit(1)
    except BrokenPipeError:
        sys.exit(1)
    except OSError as error:
        click.echo(str(error), err=True)
        sys.exit(1)


def _line(error: err.FeedsvcError) -> str:
    """What a shell is told of an error."""
    match error:
        case err.WrongSettings():
            return str(error)
        case err.Invalid(problems=problems):
            return " ".join(f"{name}: {words.problem('en', code, values)}" for name, (code, values) in problems.items())
        case err.NotFound(what=what):
            return f"There is no such {what}."
        case err.NotNow(action=action, state=state):
            return f"Cannot {action} what is {state.replace('_', ' ')}."
        case err.Busy() | err.Unavailable():
            return f"The database does not answer: {error}. Has `feedsvc init` been run for this instance?"
    return str(error) or type(error).__name__


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def cli() -> None:
    """A newsroom that publishes corporate news as pages and feeds, on time and never early."""
    logs.configure()


class _Port(click.IntRange):
    """A port. A bad one from the environment is told together with all other bad variables."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        try:
            return int(super().convert(value, param, ctx))
        except click.BadParameter:
            if value != os.environ.get("PORT"):
                raise
            wrong = [f"PORT: must be a whole number from {self.min} to {self.max}"]
            try:
                settings.current()
            except err.WrongSettings as error:
                wrong.append(str(error))
            raise err.WrongSettings("\n".join(wrong)) from None


@cli.command()
def version() -> None:
    """Print the version."""
    click.echo(__version__)


@cli.command("settings")
@JSON
def settings_(*, as_json: bool) -> None:
    """Print every setting with its value and what it means. Secrets are not shown."""
    current = settings.current()
    fields = type(current).model_fields.items()
    rows = [
        {"variable": f"{settings.PREFIX}{n.upper()}", "value": str(getattr(current, n)), "meaning": f.description}
        for n, f in fields
    ]
    _print(rows, as_json=as_json)


@cli.command()
def init() -> None:
    """Migrate the database and seed the first item. Repeating it changes nothing."""
    from feedsvc.setup import prepare

    _name_unknown()
    prepare()


@cli.command()
@click.option("--host", default="127.0.0.1", envvar="HOST", show_envvar=True, help="Address to listen on.")
@click.option(
    "--port",
    type=_Port(1, 65535),
    default=8000,
    envvar="PORT",
    show_envvar=True,
    help="Port to listen on.",
)
@click.option(
    "--workers", type=click.IntRange(1, 64), default=None, help="Web processes; as many as processors by default."
)
@click.option("--no-scheduler", is_flag=True, help="Leave the ticker out: it runs elsewhere (`feedsvc worker`).")
def serve(host: str, port: int, workers: int | None, *, no_scheduler: bool) -> None:
    """Serve the newsroom: web processes and the ticker, until stopped."""
    os.environ["PORT"] = str(port)
    settings.current.cache_clear()
    current = settings.current()
    from feedsvc import setup, supervisor

    _name_unknown()
    setup.make_folder(current.instance)
    supervisor.claim(current.instance)
    supervisor.need_port(host, port)
    setup.take_over()
    setup.prepare()
    count = workers or current.workers or os.cpu_count() or 1
    if supervisor.run(host, port, count, scheduler=not no_scheduler, ready=_welcome):
        supervisor.start_anew()
    click.echo("feedsvc has stopped.")


def _name_unknown() -> None:
    """Says which variables of the environment are ours by name alone."""
    for line in variables.unknown():
        click.echo(line, err=True)


def _welcome() -> None:
    """What `serve` says once it answers."""
    from feedsvc.setup import link_for_first_account

    url = settings.current().public_url
    lines = [
        f"feedsvc {__version__} is ready.",
        f"  Newsroom   {url}/",
        *(f"  Feed       {url}/feeds/news.{f}" for f in ("atom", "rss", "json")),
    ]
    lines.append(f"  Desk       {url}/desk")
    try:
        link = link_for_first_account()
    except (err.Busy, err.Unavailable) as error:  # The server serves; a database that is away now is no reason to end.
        link = ""
        lines.append(f"  {_line(error)}")
    if link:
        lines.append(f"  Set up the first account with this link (once, within a day): {link}")
    click.echo("\n".join(lines))


@cli.command()
def worker() -> None:
    """Run the ticker alone: it builds, tells what went live, mails and clears away."""
    from feedsvc import jobs

    lifeline.die_with_parent()
    settings.current()
    if lifeline.PARENT not in os.environ:  # otherwise `serve` has said so
        _name_unknown()
    jobs.tick()


@cli.command()
def sender() -> None:
    """Run the sender alone: it asks callbacks back and delivers to subscribers (docs/push.md)."""
    import signal
    import threading

    from feedsvc.push import deliver

    lifeline.die_with_parent()
    settings.current()
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    deliver.run(ended)


@cli.command()
@click.argument("name")
def job(name: str) -> None:
    """Do one of the ticker's jobs once."""
    from feedsvc import jobs

    if name not in jobs.JOBS:
        raise click.BadParameter(f"choose from {', '.join(jobs.JOBS)}", param_hint="NAME")
    click.echo(f"{name}: {jobs.run(name)}")


@cli.group()
def user() -> None:
    """People of the newsroom."""


@user.command("add")
@click.argument("email")
@click.option("--name", required=True)
@click.option("--role", required=True)
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@click.option("--link", is_flag=True, help="Print a one-time link to come in by, good for a day.")
@click.option("--mail", is_flag=True, help="Mail such a link.")
def user_add(email: str, name: str, role: str, *, password_stdin: bool, link: bool, mail: bool) -> None:
    """Add an account. Without a password it waits for its owner to come in by a link: --link, --mail, or later `user link`."""
    from feedsvc.newsroom import accounts, links
    from feedsvc.road import act

    if password_stdin + link + mail > 1:
        raise click.UsageError("Choose one of --password-stdin, --link and --mail.")
    if mail and not settings.current().smtp_url.get_secret_value():
        raise err.WrongSettings("FEEDSVC_SMTP_URL is not set, so nothing can be mailed; use --link.")
    if link or mail:
        secret = act(links.welcome, email, name, role, by_mail=mail, actor=SYSTEM)[1]
        click.echo(links.address(secret) if secret else f"A mail with a link is on its way to {email}.")
        return
    hashed = accounts.hash_password(sys.stdin.readline().rstrip("\r\n")) if password_stdin else None
    act(accounts.add_user, email, name, role, actor=SYSTEM, password_hash=hashed)


@user.command("list")
@JSON
def user_list(*, as_json: bool) -> None:
    """List accounts."""
    from feedsvc.db import reading
    from feedsvc.newsroom import accounts

    with reading() as session:
        people = accounts.users(session)
    _print(
        [{"email": u.email, "name": u.name, "role": u.role.name, "active": u.active} for u in people], as_json=as_json
    )


@user.command("disable")
@click.argument("email")
def user_disable(email: str) -> None:
    """Close an account: sessions end, tokens are revoked."""
    from feedsvc.newsroom import accounts
    from feedsvc.road import act

    act(accounts.disable, email, actor=SYSTEM)


@user.command("role")
@click.argument("email")
@click.argument("role")
def user_role(email: str, role: str) -> None:
    """Give an account another role."""
    from feedsvc.newsroom import accounts
    from feedsvc.road import act

    act(accounts.set_role, email, role, actor=SYSTEM)


@user.command("link")
@click.argument("email")
def user_link(email: str) -> None:
    """Print a fresh one-time link, good for a day: its owner chooses a new password and is signed in."""
    from feedsvc.newsroom import links
    from feedsvc.road import act

    click.echo(links.address(act(links.make_link, email, actor=SYSTEM)))


@user.command("enable")
@click.argument("email")
def user_enable(email: str) -> None:
    """Open a closed account again. Its sessions and tokens stay ended."""
    from feedsvc.newsroom import people
    from feedsvc.road import act

    act(people.enable, email, actor=SYSTEM)


@user.command("reset-second-factor")
@click.argument("email")
def user_reset(email: str) -> None:
    """For somebody locked out: turn codes at sign-in off, remove passkeys and recovery codes, end every session."""
    from feedsvc.newsroom import factors
    from feedsvc.road import act

    act(factors.reset, email, actor=SYSTEM)


@cli.group()
def token() -> None:
    """Keys of programs to the API."""


@token.command("add")
@click.argument("email")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    required=True,
    help="items:read, items:write, items:publish, media:write or admin; may be repeated.",
)
@click.option("--name", default="", help="What it is for.")
@click.option("--days", type=click.IntRange(1, 3650), help="How long it is good; without it until it is revoked.")
def token_add(email: str, scopes: tuple[str, ...], name: str, days: int | None) -> None:
    """Print a new token, once. Scopes: items:read, items:write, items:publish, media:write, admin."""
    from feedsvc import clock
    from feedsvc.newsroom import tokens
    from feedsvc.road import act

    ends = clock.now() + timedelta(days=days) if days else None
    click.echo(act(tokens.add, email, scopes, name=name, expires_at=ends, actor=SYSTEM))


@token.command("list")
@click.argument("email")
@JSON
def token_list(email: str, *, as_json: bool) -> None:
    """List a person's tokens by number; the tokens themselves are kept nowhere."""
    from feedsvc.db import reading
    from feedsvc.newsroom import tokens

    with reading() as session:
        rows = tokens.of(session, email)
    _print(
        [
            {
                "number": t.id,
                "for": t.name,
                "scopes": " ".join(t.scopes),
                "made": t.created_at,
                "expires": t.expires_at,
                "used": t.last_used_at,
                "revoked": t.revoked_at,
            }
            for t in rows
        ],
        as_json=as_json,
    )


@token.command("revoke")
@click.argument("number_or_token")
def token_revoke(number_or_token: str) -> None:
    """Make a token worthless at once."""
    from feedsvc.newsroom import tokens
    from feedsvc.road import act

    act(tokens.revoke, number_or_token, actor=SYSTEM)


@cli.group()
def items() -> None:
    """The newsroom's items."""


@items.command("list")
@click.option("--limit", type=click.IntRange(1, 1000), default=50)
@JSON
def items_list(limit: int, *, as_json: bool) -> None:
    """List items, the last changed first."""
    from feedsvc.db import reading
    from feedsvc.newsroom.standing import listed

    with reading() as session:
        rows = listed(session, now=clock.now(), limit=limit, whole=False)
    _print(
        [
            {
                "id": s.translation.item.key,
                "state": s.state,
                "language": s.translation.language,
                "changed": s.translation.changed_at,
                "headline": s.head.headline,
            }
            for s in rows
        ],
        as_json=as_json,
    )


@items.command("show")
@click.argument("key")
def items_show(key: str) -> None:
    """Show one item as JSON, with its contacts, “about” texts and what the newsroom said about it."""
    from feedsvc.db import reading
    from feedsvc.newsroom.remarks import conversation
    from feedsvc.newsroom.standing import find, standing

    with reading() as session:
        s = standing(session, find(session, key), now=clock.now())
        said = conversation(session, s.translation)
    shown = {
        "id": key,
        "guid": s.translation.item.guid,
        "state": s.state,
        "headline": s.head.headline,
        "subhead": s.head.subhead,
        "dateline": s.head.dateline,
        "summary": s.head.summary,
        "body_html": s.head.body_html,
        "contacts": [{"id": link.contact_id, "name": link.contact.name} for link in s.head.contacts],
        "boilerplates": [{"id": link.boilerplate_id, "name": link.boilerplate.name} for link in s.head.boilerplates],
        "revision": s.head.number,
        "published_at": s.published_at,
        "updated_at": s.updated_at,
        "publish_at": s.pending.at if s.pending else None,
        "comments": [
            {"at": r.at, "by": r.by.email if r.by else None, "kind": r.kind, "revision": r.number, "note": r.text}
            for r in said
        ],
    }
    click.echo(json.dumps(shown, ensure_ascii=False, indent=1, default=str))


def _on_item(verb: Callable[..., Any], *args: Any, **more: str) -> None:
    """Runs a verb on an item as the newsroom itself."""
    from feedsvc.road import act

    act(verb, *args, actor=SYSTEM, **more)


LANGUAGE = click.option("--language", default="", help="Which of the item's languages; its first unless said.")


@items.command("publish")
@click.argument("key")
@LANGUAGE
def items_publish(key: str, language: str) -> None:
    """Make an item's newest text public now."""
    from feedsvc.newsroom import publishing

    _on_item(publishing.publish, key, language=language)
    _tell_where(key)


@items.command("withdraw")
@click.argument("key")
@click.option("--reason", required=True, help="Why; readers will see it.")
@LANGUAGE
def items_withdraw(key: str, reason: str, language: str) -> None:
    """Take a live item back, in one of its languages."""
    from feedsvc.newsroom import publishing

    _on_item(publishing.withdraw, key, reason, language=language)
    _tell_where(key)


def _tell_where(key: str) -> None:
    """Says in which of its languages an item is live now: each is published and withdrawn by itself."""
    from feedsvc.db import reading
    from feedsvc.newsroom.standing import find, standing

    with reading() as session:
        all_of_it = find(session, key).item.translations
        live = [one.language for one in all_of_it if standing(session, one, now=clock.now()).live]
    click.echo(f"Live in: {', '.join(live)}" if live else "Live in no language.")


@cli.group()
def feeds() -> None:
    """The feeds on this machine's shelf."""


@feeds.command("list")
@JSON
def feeds_list(*, as_json: bool) -> None:
    """List feeds with their version in the database and on the shelf. Saved filters have neither: they are made when asked for."""
    from feedsvc import shelf
    from feedsvc.db import reading
    from feedsvc.feeds import addresses, filtered, which

    with reading() as session:
        rows = which.every(session)
        composed = filtered.listed(session)
    instance = settings.current().instance
    _print(
        [
            {
                "address": addresses.feed_url(f.scope, f.language),
                "version": f.version,
                "shelf": str(shelf.mark(instance, shelf.Key(f.language, f.scope)) or ""),
            }
            for f in rows
        ]
        + composed,
        as_json=as_json,
    )


@feeds.command("rebuild")
@click.option("--all", "everything", is_flag=True, help="Also feeds that are up to date.")
def feeds_rebuild(*, everything: bool) -> None:
    """Build the feeds that are behind, as far as they are read; with --all every feed, as after rows were changed by hand."""
    from feedsvc.feeds import build, watch, which
    from feedsvc.road import act

    if everything:
        act(which.renew, build.fingerprint())
    look = watch.Watch()
    built = watch.follow(look)
    while look.left:
        built += watch.follow(look)
    click.echo(f"{built} feeds built; the others are built when somebody asks for them")
    if look.failed:
        raise err.Unavailable(f"{len(look.failed)} could not be built; see the lines above")


cli.add_command(audit)
cli.add_command(backup)
cli.add_command(doctor)
cli.add_command(hold)
cli.add_command(unhold)
cli.add_command(restore)
cli.add_command(demo)
cli.add_command(push)
cli.add_command(search)
cli.add_command(subjects)
cli.add_command(webhooks)


@feeds.command("verify")
def feeds_verify() -> None:
    """Hold every byte on the shelf against what the rows say now; exit 1 where one differs."""
    from feedsvc.feeds import verify

    wrong = verify.differences()
    for line in wrong:
        click.echo(line, err=True)
    if wrong:
        sys.exit(1)
    click.echo("Every feed on the shelf says what the rows say.")


feeds.add_command(lint)


@feeds.command("readers")
@click.option("--days", type=click.IntRange(1, 400), default=7, help="So many days, today included.")
@JSON
def feeds_readers(days: int, *, as_json: bool) -> None:
    """Say who asks for the feeds: requests, the share that was told "nothing new", subscribers as readers report them."""
    from feedsvc.db import reading
    from feedsvc.feeds import addresses
    from feedsvc.newsroom import audience

    since = clock.now().date() - timedelta(days=days - 1)
    with reading() as session:
        found, lost = audience.readers(session, since=since), audience.lost(session, since=since)
    if lost:
        click.echo(f"{lost} more requests were answered and could not be counted.", err=True)
    base = settings.current().public_url
    rows: list[dict[str, Any]] = []
    for one in found:
        address = f"{addresses.feed_url(one.scope, one.language)}.{one.format}"
        families = audience.families(one)
        figures: dict[str, Any] = {
            "requests": one.requests,
            "unchanged": round(one.unchanged, 3),
            "subscribers": one.reported,
        }
        if as_json:
            statuses = dict(sorted(one.statuses.items()))
            rows.append({"address": address, **figures, "statuses": statuses, "readers": [asdict(f) for f in families]})
        else:
            names = [f"{f.name} {f.requests}" for f in families[:MOST_READERS]]
            more = [f"and {len(families) - MOST_READERS} more"] if len(families) > MOST_READERS else []
            figures["unchanged"] = f"{one.unchanged:.0%}"
            rows.append({"feed": address.removeprefix(base), **figures, "readers": "\n".join(names + more)})
    _print(rows, as_json=as_json)
