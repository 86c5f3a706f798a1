"""Large newsrooms: publishing into them (V5, V6), memory (V10), many feeds, one item in hundreds of feeds, the herd at T.

    make bench-scale                                             1,000 and 100,000 items
    python bench/scale.py --cache .bench --compare 1000,1000000  V6 as promised; a million items are made once
    python bench/scale.py --cache .bench --only touching,herd    what happens to many feeds at once
    python bench/scale.py --cache .bench --only feeds --feeds 10000
    python bench/scale.py --cache .bench --only building         one feed after a publish, against join and gzip alone

Newsrooms are made by `feedsvc demo` in the cache folder and kept there. Everything on loopback, bounded in count and time.
"""

import argparse
import json
import shutil
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import building
import herd
import hot
import many
import results
import touching
from newsrooms import idle, opened, prepared, web_memory, weighed
from processes import end_in_order

PARTS = ("publishing", "building", "feeds", "touching", "herd")
V5_ITEMS = 100_000


def main() -> None:
    """Runs the parts that were asked for, writes and prints their figures."""
    asked = _asked()
    end_in_order()
    asked.cache.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix="run-", dir=asked.cache)).resolve()
    parts: dict[str, dict[str, Any]] = {}
    try:
        if "publishing" in asked.only:
            parts["publishing"] = _publishing(asked, scratch)
        for name in PARTS[1:]:
            if name in asked.only:
                parts[name] = _alone(name, asked, scratch)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    path = results.write(parts, asked={name: str(value) for name, value in vars(asked).items() if name != "only"})
    print(
        json.dumps(
            {name: {k: v for k, v in figures.items() if k != "raw"} for name, figures in parts.items()}, indent=1
        )
    )
    print(f"written to {path}", file=sys.stderr)


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cache", type=Path, default=Path(".bench"), help="where large newsrooms are kept")
    parser.add_argument("--only", default="publishing", help=f"parts, comma-separated: {', '.join(PARTS)}")
    parser.add_argument("--compare", default="1000,100000", help="sizes that are published into, in turn")
    parser.add_argument("--items", type=int, default=1_000, help="size for all parts but publishing")
    parser.add_argument("--languages", default="en,az,ru")
    parser.add_argument("--publishes", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=10, help="that the publishes are divided into")
    parser.add_argument("--feeds", type=int, default=10_000)
    parser.add_argument(
        "--rate", type=float, default=herd.USUAL, help="usual requests a second; the herd is ten times that"
    )
    parser.add_argument("--idle", type=float, default=30, help="seconds for which an idle ticker is watched")
    asked = parser.parse_args()
    asked.only = [part for part in asked.only.split(",") if part]
    asked.compare = sorted({int(size) for size in asked.compare.split(",")})
    wrong = set(asked.only) - set(PARTS)
    if wrong or not 1 <= asked.rounds <= asked.publishes <= 10_000 or not 1 <= asked.idle <= 600:
        parser.error(
            f"unknown: {', '.join(wrong)}" if wrong else "publishes from 1 to 10000, no more rounds; idle 1 to 600"
        )
    if not 1 <= asked.feeds <= 100_000 or not 1 <= asked.rate <= 1_000:
        parser.error("feeds from 1 to 100000, rate from 1 to 1000")
    return asked


def _publishing(asked: argparse.Namespace, scratch: Path) -> dict[str, Any]:
    """All sizes at once, published into in turn; then their weights, while they idle."""
    folders = {items: prepared(asked.cache, items, asked.languages) for items in asked.compare}
    with ExitStack() as stack:
        served, starts = {}, {}
        for items, folder in folders.items():
            served[items], starts[items] = stack.enter_context(opened(folder, scratch, asked.languages))
        found = hot.measure({items: hot.ready(one) for items, one in served.items()}, asked.publishes, asked.rounds)
        ticks = idle(list(served.values()), asked.idle)
        for (items, one), tick in zip(served.items(), ticks, strict=True):
            weights = weighed(one)
            found["items"][str(items)] |= {
                "web_rss_mb": web_memory(weights),
                "start_seconds": round(starts[items], 2),
                "ticker_cpu_seconds_per_minute": tick,
                **weights,
            }
    return found


def _alone(name: str, asked: argparse.Namespace, scratch: Path) -> dict[str, Any]:
    """A part that has a newsroom for itself."""
    languages = tuple(asked.languages.split(","))
    folder = prepared(asked.cache, asked.items, asked.languages)
    print(f"{name}: {asked.items:,} items", file=sys.stderr, flush=True)
    with opened(folder, scratch, asked.languages, **(herd.LOUD if name == "herd" else {})) as (served, start):
        if name == "building":
            served.stop()
            found = building.measure(served, asked.publishes)
        elif name == "feeds":
            found = many.measure(served, languages, asked.feeds, asked.idle)
        elif name == "touching":
            found = touching.measure(served, languages)
        else:
            found = herd.measure(served, asked.rate)
    return {"items": asked.items, "first_start_seconds": round(start, 2), **found}


if __name__ == "__main__":
    main()
