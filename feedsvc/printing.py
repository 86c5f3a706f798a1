"""How commands write lists: a table for people, JSON for scripts."""

import json
from typing import Any

import click
from rich.console import Console
from rich.table import Table

JSON = click.option("--json", "as_json", is_flag=True, help="Write JSON.")


def write(rows: list[dict[str, Any]], *, as_json: bool) -> None:
    """Rows as a table for people or as JSON for scripts."""
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False, indent=1, default=str))
        return
    table = Table()
    for nth, name in enumerate(rows[0] if rows else ("nothing",)):
        table.add_column(name, no_wrap=nth == 0, overflow="fold")
    for row in rows:
        table.add_row(*(str(value if value is not None else "") for value in row.values()))
    Console(soft_wrap=False).print(table)
