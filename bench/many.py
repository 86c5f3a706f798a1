"""Ten thousand feeds, all of them read: what they take on disk and in memory, the start, the ticks, a publish beside them."""

import sys
import time
from typing import Any

import corpus
import readers
from hot import SETTLE
from load import spread
from newsrooms import idle, weighed
from ours import Caller, Served

TAGS = 50
"""Most tags of one item."""


def measure(served: Served, languages: tuple[str, ...], feeds: int, idle_seconds: float) -> dict[str, Any]:
    """The part `feeds`: makes so many by publishing under new tags, reads each once, and looks at what that costs."""
    caller = Caller(served)
    before = weighed(served)
    # A scope that one language has is a feed in all of them.
    slugs = _made(caller, -(-feeds // len(languages)))
    prefixes = ["", *(f"/{language}" for language in languages[1:])]
    addresses = [f"{prefix}/feeds/tag/{slug}.atom" for slug in slugs for prefix in prefixes][:feeds]
    first, absent = _read(served, addresses)
    time.sleep(SETTLE)
    second, _ = _read(served, addresses[:: max(1, len(addresses) // 500)])
    calls = []
    for number in range(20):
        key = caller.draft(f"Beside many feeds {number}", tags=[f"Many {n}" for n in range(10)])
        calls.append(caller.call("POST", f"/items/{key}/publish", {})[1])
    caller.close()
    ticker = idle([served], idle_seconds)[0]
    after = weighed(served)
    served.stop()
    start = served.start(patience=600)
    again, _ = _read(served, addresses[:: max(1, len(addresses) // 500)])
    return {
        "feeds": len(addresses) - len(absent),
        "absent": len(absent),
        "first_read_ms": spread(first),
        "second_read_ms": spread(second),
        "publish_call_ms": spread(calls),
        "ticker_cpu_seconds_per_minute": ticker,
        "before": before,
        "after": after,
        "start_seconds": round(start, 2),
        "first_read_after_start_ms": spread(again),
        "ticker_cpu_after_start": idle([served], idle_seconds)[0],
    }


def _made(caller: Caller, tags: int) -> list[str]:
    """Publishes items under so many new tags; gives their slugs."""
    slugs: list[str] = []
    for start in range(0, tags, TAGS):
        text = corpus.release(start // TAGS % corpus.RELEASES)
        names = [f"Many {number}" for number in range(start, min(tags, start + TAGS))]
        key = caller.draft(f"Under many {start}", summary=text.summary, body_html=text.body_html, tags=names)
        item, _ = caller.call("POST", f"/items/{key}/publish", {})
        slugs += [tag["slug"] for tag in item["tags"]]
        if start % 1000 == 0:
            print(f"  {start:,} of {tags:,} tags", file=sys.stderr, flush=True)
    return slugs


def _read(served: Served, addresses: list[str]) -> tuple[list[float], list[str]]:
    """Reads each address; milliseconds of each, and those that are no feed."""
    took, absent = [], []
    # One connection would be enough for one address only: an address each, one open at a time.
    for path in addresses:
        reader = readers.Reader(served.port, path)
        began = time.perf_counter()
        seen = reader.ask("GET", readers.GZIP)
        took.append((time.perf_counter() - began) * 1000)
        reader.close()
        if seen.status != 200:
            absent.append(path)
    return took, absent
