"""How commands write lists: a table for people, JSON for scripts."""

import json
import shutil
import sys
from typing import Any

import click
from rich.console import Console
from rich.table import Table

JSON = click.option("--json", "as_json", is_flag=True, help="Write JSON.")
LEAST = 24
"""Characters below which no column of words is folded."""
_AROUND = 3
"""Characters that a column's frame takes."""


def write(rows: list[dict[str, Any]], *, as_json: bool) -> None:
    """Rows as a table for people or as JSON for scripts."""
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False, indent=1, default=str))
        return
    table, width = Table(), 1
    for nth, name in enumerate(rows[0] if rows else ("nothing",)):
        cells = [str(row[name] if row[name] is not None else "") for row in rows]
        longest = max((len(line) for cell in (name, *cells) for line in cell.split("\n")), default=0)
        whole = nth == 0 or not sys.stdout.isatty() or any("://" in cell for cell in cells)
        table.add_column(name, no_wrap=whole, overflow="fold", min_width=longest if whole else min(longest, LEAST))
        width += _AROUND + (longest if whole else min(longest, LEAST))
    for row in rows:
        table.add_row(*(str(value if value is not None else "") for value in row.values()))
    # An address that is cut in two leads nowhere: rather a line that is longer than the terminal, or than 80 in a pipe.
    Console(width=max(width, shutil.get_terminal_size().columns), soft_wrap=False).print(table)
