"""V5 and V6: from a publish call to new bytes in every document of the hot feeds that the item stands in."""

import itertools
import statistics
import sys
import time
from dataclasses import dataclass, field
from typing import Any

import corpus
import readers
from load import significant, spread
from newsrooms import frequent
from ours import Caller, Served

from feedsvc.newsroom.drafts import plain

FORMATS = ("atom", "rss", "json")
CATEGORIES, TAGS, AUTHORS = 3, 10, 1
"""With the organisation's and that of everything: 16 feeds, 48 documents."""
SETTLE = 5.0
"""Seconds after the first reading, for the newsroom to note what is read: a feed is hot once that stands in its row."""
PATIENCE = 10.0
_numbers = itertools.count(int(time.time()) % 100_000 * 1000)


@dataclass
class Publishing:
    """One newsroom while it is measured."""

    served: Served
    caller: Caller
    fields: dict[str, Any]
    documents: list[readers.Reader]
    absent: list[str]
    call_ms: list[float] = field(default_factory=list)
    last_ms: list[float] = field(default_factory=list)
    asking_ms: list[float] = field(default_factory=list)
    """What asking all documents takes while nothing is new: so much of `last_ms` is the measuring itself."""
    old_after_call: int = 0

    def publish(self) -> None:
        """Publishes one item and waits until all its documents show it."""
        number = next(_numbers)
        text = corpus.release(number % corpus.RELEASES)
        headline = f"Measured {number}: a release about itself"
        words = {"summary": text.summary, "body_html": text.body_html, **self.fields}
        key = self.caller.draft(headline, **words)
        began = time.perf_counter()
        readers.look(self.documents)
        self.asking_ms.append((time.perf_counter() - began) * 1000)
        began = time.perf_counter()
        _, took = self.caller.call("POST", f"/items/{key}/publish", {})
        shown, old = readers.until_new(self.documents, began, PATIENCE)
        without = readers.lacking(self.documents, headline)
        if without:
            sys.exit(f"published, and not in {', '.join(without[:5])}")
        self.call_ms.append(took)
        self.last_ms.append(max(shown))
        self.old_after_call += old

    def forget(self) -> None:
        """Begins anew."""
        self.call_ms, self.last_ms, self.asking_ms, self.old_after_call = [], [], [], 0

    def figures(self) -> dict[str, Any]:
        """What was found."""
        return {
            "documents": len(self.documents),
            "absent": len(self.absent),
            "call_ms": spread(self.call_ms),
            "last_document_new_ms": spread(self.last_ms),
            "asking_alone_ms": spread(self.asking_ms),
            "old_after_call": self.old_after_call,
            "raw": {"call_ms": _rounded(self.call_ms), "last_ms": _rounded(self.last_ms)},
        }


def _rounded(values: list[float]) -> list[float]:
    return [round(value, 1) for value in values]


def ready(served: Served) -> Publishing:
    """Finds what to publish under, and makes the feeds of it hot by reading them."""
    caller = Caller(served)
    known = frequent(caller, "en")
    tags = known["tags"][:TAGS]
    fields = {
        "categories": known["categories"][:CATEGORIES],
        "tags": [{"name": name, "kind": kind} for name, kind, _ in tags],
        "authors": known["authors"][:AUTHORS],
    }
    made, _ = caller.call("GET", f"/items/{caller.draft('A draft that shows the organisation', **fields)}")
    documents, absent = readers.exist(served.port, paths(scopes_of(made)))
    time.sleep(SETTLE)
    one = Publishing(served, caller, fields, documents, absent)
    one.publish()  # The first makes what is made once.
    one.forget()
    return one


def scopes_of(item: dict[str, Any]) -> list[str]:
    """The feeds' scopes that an item of the API stands in."""
    found = ["news", *(f"category/{slug}" for slug in item["categories"])]
    found += [f"organisation/{item['organisation']}"] if item["organisation"] else []
    found += [f"author/{plain(name)}" for name in item["authors"]]
    return found + [f"tag/{tag['slug']}" for tag in item["tags"]]


def paths(scopes: list[str], language: str = "") -> list[str]:
    """The addresses of their documents; `language` empty for the main one."""
    prefix = f"/{language}" if language else ""
    return [f"{prefix}/feeds/{scope}.{suffix}" for scope in scopes for suffix in FORMATS]


def measure(newsrooms: dict[int, Publishing], publishes: int, rounds: int) -> dict[str, Any]:
    """Publishes into all newsrooms in turn. V5 is the largest's but one million; V6 compares largest and smallest."""
    each = max(1, -(-publishes // rounds))
    for number in range(rounds):
        for _ in range(each):
            for one in newsrooms.values():
                one.publish()
        told = ", ".join(f"{items:,}: {statistics.median(one.last_ms):.0f}" for items, one in newsrooms.items())
        print(f"  round {number + 1} of {rounds}: median ms {told}", file=sys.stderr, flush=True)
    found: dict[str, Any] = {"items": {str(items): one.figures() for items, one in newsrooms.items()}}
    if len(newsrooms) > 1:
        small, large = min(newsrooms), max(newsrooms)
        found["V6_items"] = [large, small]
        found["V6_ratio"] = _ratio(newsrooms[large].last_ms, newsrooms[small].last_ms, each)
        found["call_ratio"] = _ratio(newsrooms[large].call_ms, newsrooms[small].call_ms, each)
    return found


def _ratio(large: list[float], small: list[float], each: int) -> float:
    """The median of the rounds' ratios of medians."""
    rounds = range(0, len(large), each)
    return significant(
        statistics.median(
            statistics.median(large[i : i + each]) / statistics.median(small[i : i + each]) for i in rounds
        )
    )
