"""The table of docs/configuration.md, made from the settings: `python tests/house/configuration.py` writes it anew."""

import sys
from pathlib import Path
from typing import Any

import annotated_types

sys.path.insert(0, str(Path(__file__).parents[2]))

from feedsvc import settings

PAGE = Path(__file__).parents[2] / "docs" / "configuration.md"
BEGIN, END = "<!-- made by tests/house/configuration.py -->\n", "<!-- end -->\n"


def _default(name: str, value: Any) -> str:
    if name in settings.SECRETS:
        return "empty; secret"
    shown = (
        ",".join(value) if isinstance(value, tuple) else str(value).lower() if isinstance(value, bool) else str(value)
    )
    return f"`{shown}`" if shown else "empty"


def _bounds(metadata: list[Any]) -> str:
    """From what to what, where a number is bounded."""
    said = {type(one): one for one in metadata}
    low, high, above = (said.get(kind) for kind in (annotated_types.Ge, annotated_types.Le, annotated_types.Gt))
    lower = f"{low.ge:,}" if low else f"above {above.gt:,}" if above else ""
    return f" ({lower} to {high.le:,})" if lower and high else ""


def table() -> str:
    """The settings as a table in Markdown."""
    rows = [
        f"| `{settings.PREFIX}{name.upper()}` | {_default(name, field.default)} | {field.description}{_bounds(field.metadata)} |"
        for name, field in settings.Settings.model_fields.items()
    ]
    return "\n".join(["| variable | default | what it is |", "|---|---|---|", *rows]) + "\n"


def page() -> str:
    """The whole page, as it should be."""
    said = PAGE.read_text(encoding="utf-8")
    before, _, rest = said.partition(BEGIN)
    return before + BEGIN + table() + END + rest.partition(END)[2]


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
