"""Large newsrooms: made once by `feedsvc demo`, kept in a cache folder, opened as copies, and weighed while they run."""

import contextlib
import json
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from ours import ROOT, Caller, Served, web_processes
from processes import cpu_seconds, disk, memory

COPIED_UP_TO = 2_000_000_000
"""Bytes of an instance that is copied for each run; a larger one is used as it is, and grows by what is published."""
ADDRESS = "http://localhost:8000"
"""The newsroom's public address, whatever port it gets: another one would make every feed new at the start."""
_HOURS = 3 * 3600
READY = "made.json"


def prepared(cache: Path, items: int, languages: str) -> Path:
    """The folder of a newsroom with so many items; made by `feedsvc demo` where it is not there yet."""
    folder = (cache / f"{items}-{languages.replace(',', '-')}").resolve()
    if (folder / READY).exists():
        return folder
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    served = Served(folder, _settings(languages))
    print(f"making a newsroom of {items:,} items in {folder}, once", file=sys.stderr, flush=True)
    began = time.monotonic()
    for words in (("init",), ("demo", "--items", str(items))):
        done = subprocess.run(
            served.command(*words), cwd=ROOT, env=served.environment, stdout=sys.stderr, timeout=_HOURS, check=False
        )
        if done.returncode:
            sys.exit(f"`feedsvc {' '.join(words)}` failed; see above")
    (folder / READY).write_text(json.dumps({"items": items, "seconds": round(time.monotonic() - began, 1)}))
    return folder


def _settings(languages: str, **more: str) -> dict[str, str]:
    return {"FEEDSVC_BASE_URL": ADDRESS, "FEEDSVC_LANGUAGES": languages, **more}


@contextlib.contextmanager
def opened(folder: Path, scratch: Path, languages: str, **more: str) -> Iterator[tuple[Served, float]]:
    """The newsroom served, and the seconds until it was ready. A copy of it, unless it is too large for that."""
    made = json.loads((folder / READY).read_text())
    size = sum(path.stat().st_size for path in (folder / "instance").rglob("*") if path.is_file())
    place = folder
    if size <= COPIED_UP_TO:
        place = scratch / folder.name
        shutil.copytree(folder / "instance", place / "instance", symlinks=True)
    else:
        print(f"{made['items']:,} items: used in place, too large for a copy", file=sys.stderr, flush=True)
    served = Served(place, _settings(languages, **more))
    (place / "log").unlink(missing_ok=True)
    try:
        yield served, served.start(patience=600)
        served.stop()
    finally:
        served.kill()
        if place is not folder:
            shutil.rmtree(place, ignore_errors=True)


def idle(newsrooms: Sequence[Served], seconds: float) -> list[float]:
    """Processor seconds a minute that each newsroom's ticker takes while nothing happens."""
    tickers = [web_processes(served)["ticker"] for served in newsrooms]
    before, began = [cpu_seconds(pids) for pids in tickers], time.monotonic()
    time.sleep(seconds)
    minutes = (time.monotonic() - began) / 60
    return [round((cpu_seconds(pids) - was) / minutes, 2) for pids, was in zip(tickers, before, strict=True)]


def weighed(served: Served) -> dict[str, Any]:
    """Memory of each process and what lies on disk."""
    instance = served.instance
    database = sum(path.stat().st_size for path in instance.glob("newsroom.sqlite*") if path.is_file())
    return {
        "memory_mb": {kind: [memory(pid) for pid in pids] for kind, pids in web_processes(served).items()},
        "shelf": disk(instance / "shelf"),
        "database_mb": round(database / 1e6, 1),
    }


def web_memory(weights: dict[str, Any]) -> float:
    """Megabytes of the largest web process."""
    return max((one["rss"] for one in weights["memory_mb"]["web"]), default=0.0)


def frequent(caller: Caller, language: str, pages: int = 10) -> dict[str, list[Any]]:
    """What the newest items stand under, the most frequent first: categories, tags, authors."""
    counts: dict[str, dict[Any, int]] = {"categories": {}, "tags": {}, "authors": {}}
    cursor = ""
    for _ in range(pages):
        page, _ms = caller.call("GET", f"/items?limit=50{f'&cursor={cursor}' if cursor else ''}")
        for item in page["items"]:
            tags = [(tag["name"], tag["kind"], tag["slug"]) for tag in item["tags"]]
            for name, members in (("categories", item["categories"]), ("tags", tags), ("authors", item["authors"])):
                for member in members if item["state"] == "published" and item["language"] == language else ():
                    counts[name][member] = counts[name].get(member, 0) + 1
        cursor = page["next"]
        if not cursor:
            break
    return {name: sorted(found, key=lambda one: (-found[one], str(one))) for name, found in counts.items()}
