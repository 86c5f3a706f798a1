"""sfeed, in C: one line an item, fields apart by tabs."""

import subprocess
import sys

from told import fetched, tell

lines = subprocess.run(["sfeed", sys.argv[1]], input=fetched(), capture_output=True, check=True).stdout.decode()
UNESCAPED = (("\\n", "\n"), ("\\t", "\t"), ("\\\\", "\\"))


def plain(field: str) -> str:
    """A field without sfeed's own escapes."""
    for written, meant in UNESCAPED:
        field = field.replace(written, meant)
    return field


rows = [line.split("\t") for line in lines.splitlines()]
tell(
    {
        "id": row[5],
        "title": plain(row[1]),
        "published": int(row[0]),
        "text": plain(row[3]),
        "enclosures": [row[7]] if row[7] else [],
    }
    for row in rows
)
