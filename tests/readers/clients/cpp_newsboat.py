"""newsboat, in C++: subscribed once, reloaded in each turn, read from its own cache."""

import sqlite3
import subprocess
import sys
from pathlib import Path

from told import tell

home = Path(sys.argv[2])
(home / "urls").write_text(f"{sys.argv[1]}\n", encoding="utf-8")
(home / "config").write_text("max-items 0\n", encoding="utf-8")
files = ("-u", home / "urls", "-c", home / "cache.db", "-C", home / "config")
subprocess.run(["newsboat", *files, "-x", "reload"], check=True, capture_output=True)
with sqlite3.connect(home / "cache.db") as cache:
    query = "SELECT guid, title, pubDate, content, enclosure_url FROM rss_item WHERE feedurl = ? AND deleted = 0 ORDER BY pubDate DESC"
    tell(
        {"id": guid, "title": title, "published": at, "text": text, "enclosures": [file] if file else []}
        for guid, title, at, text, file in cache.execute(query, (sys.argv[1],))
    )
