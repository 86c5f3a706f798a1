"""`feedsvc webhooks` and `feedsvc push`: partners who are told of items, and the queue of what is to be sent."""

import click

from feedsvc.printing import JSON, write

_EVENTS = click.Choice(("published", "corrected", "updated", "withdrawn"))


@click.group()
def webhooks() -> None:
    """Partners who are told of each item (docs/push.md)."""


@webhooks.command("list")
@JSON
def list_(*, as_json: bool) -> None:
    """List webhooks, and how they do."""
    from feedsvc.db import reading
    from feedsvc.push import partners

    with reading() as session:
        rows = partners.listed(session)
    told = (("number", "id"), ("name", "name"), ("url", "callback"), ("events", "events"), ("language", "language"))
    doing = (("failing", "failing"), ("why", "why"))
    write([{name: getattr(row, field) for name, field in (*told, *doing)} for row in rows], as_json=as_json)


@webhooks.command("add")
@click.argument("name")
@click.argument("url")
@click.option("--event", "events", type=_EVENTS, multiple=True, help="Only these; all by default.")
@click.option("--language", default="", help="Only items in this language.")
def add(name: str, url: str, events: tuple[str, ...], language: str) -> None:
    """Set up a webhook. Prints its number and its secret."""
    from feedsvc.newsroom.workflow import SYSTEM
    from feedsvc.push import partners
    from feedsvc.road import act

    row = act(partners.add, name, url, events, language, actor=SYSTEM)
    click.echo(f"{row.id} {row.secret}")


@webhooks.command("rotate")
@click.argument("number", type=int)
def rotate(number: int) -> None:
    """Make a new secret and print it; for a day deliveries are signed with both."""
    from feedsvc.newsroom.workflow import SYSTEM
    from feedsvc.push import partners
    from feedsvc.road import act

    click.echo(act(partners.rotate, number, actor=SYSTEM).secret)


@webhooks.command("test")
@click.argument("number", type=int)
def test(number: int) -> None:
    """Have a webhook sent a trial by the sender."""
    from feedsvc.newsroom.workflow import SYSTEM
    from feedsvc.push import partners
    from feedsvc.road import act, ring

    act(partners.test, number, actor=SYSTEM)
    ring()
    click.echo("A trial is on its way; `feedsvc webhooks list` says whether it failed.")


@webhooks.command("remove")
@click.argument("number", type=int)
def remove(number: int) -> None:
    """End a webhook and what was still to be sent to it."""
    from feedsvc.newsroom.workflow import SYSTEM
    from feedsvc.push import partners
    from feedsvc.road import act

    act(partners.remove, number, actor=SYSTEM)


@click.group()
def push() -> None:
    """What is sent to subscribers."""


@push.command("status")
@JSON
def status(*, as_json: bool) -> None:
    """Say what waits, and which hosts fail."""
    from feedsvc.db import reading
    from feedsvc.push import standing

    with reading() as session:
        figures, hosts = standing.figures(session), standing.hosts(session)
    if not as_json:
        write([{"what": name, "count": count} for name, count in figures.items()], as_json=False)
    write(
        [
            {"host": h.host, "subscriptions": h.subscriptions, "failing": h.failing, "paused": h.paused, "why": h.why}
            for h in hosts
        ],
        as_json=as_json,
    )


@push.command("pause")
@click.option("--host", default="", help="Only what goes to this host; everything by default.")
@click.option("--drain", is_flag=True, help="Wait until nothing is under way any more.")
def pause(host: str, *, drain: bool) -> None:
    """Send nothing more until `push resume`; what is to be sent waits. What is under way comes to its end."""
    import time

    from feedsvc.db import reading
    from feedsvc.newsroom.workflow import SYSTEM
    from feedsvc.push import standing
    from feedsvc.road import act

    act(standing.pause, host, actor=SYSTEM)
    while drain:
        with reading() as session:
            flying = standing.figures(session)["under way"]
        if not flying:
            break
        time.sleep(0.2)


@push.command("resume")
@click.option("--host", default="", help="Only what goes to this host.")
@click.option("--now", "at_once", is_flag=True, help="Try at once what waits for a later try.")
def resume(host: str, *, at_once: bool) -> None:
    """Go on sending."""
    from feedsvc.newsroom.workflow import SYSTEM
    from feedsvc.push import standing
    from feedsvc.road import act, ring

    act(standing.resume, host, at_once=at_once, actor=SYSTEM)
    ring()
