"""reader: a subscriber with a memory, which asks with validators and `A-IM` and keeps what has left the feed."""

import sys
from pathlib import Path

from reader import make_reader
from told import tell

mine = make_reader(str(Path(sys.argv[2]) / "reader.sqlite"))
mine.add_feed(sys.argv[1], exist_ok=True)
mine.update_feed(sys.argv[1])
entries = sorted(mine.get_entries(feed=sys.argv[1]), key=lambda one: one.published or one.updated, reverse=True)
tell(
    {
        "id": one.id,
        "title": one.title,
        "published": int(one.published.timestamp()),
        "text": one.content[0].value if one.content else one.summary,
        "enclosures": [file.href for file in one.enclosures],
    }
    for one in entries
)
