"""One item that stands in as many feeds as an item can, in every language: no old bytes after its call, however it is asked."""

import sys
import time
from typing import Any

import corpus
import readers
from crowd import Crowd, told
from hot import SETTLE, paths, scopes_of
from ours import Caller, Served

FIELDS: dict[str, Any] = {
    "categories": [f"Reached area {number}" for number in range(20)],
    "tags": [f"Reached theme {number}" for number in range(50)],
    "authors": [f"Reached Author {number}" for number in range(20)],
}
PATIENCE = 30.0
RATE, LASTS = 300.0, 8.0
"""The crowd beside it: requests a second, and seconds."""


def measure(served: Served, languages: tuple[str, ...]) -> dict[str, Any]:
    """The part `touching`. The first item of each language makes the feeds, the second one is measured."""
    caller = Caller(served)
    documents: dict[str, list[readers.Reader]] = {}
    scopes: list[str] = []
    for nth, language in enumerate(languages):
        key = _draft(caller, language, f"The first that reaches all ({language})")
        scopes = scopes_of(caller.call("POST", f"/items/{key}/publish", {})[0])
        found, absent = readers.exist(served.port, paths(scopes, language if nth else ""))
        documents[language] = found
        readers.close(found)  # Or there would be more open than a process may have.
        if absent:
            print(f"  {language}: {len(absent)} addresses answer no feed, as {absent[0]}", file=sys.stderr)
    time.sleep(SETTLE)
    found = {language: _one(served, caller, language, documents[language]) for language in languages}
    calls = [one["call_ms"] for one in found.values()]
    return {
        "scopes_of_one_item": len(scopes),
        "feeds": len(scopes) * len(languages),
        "documents": sum(map(len, documents.values())),
        "old_after_call": sum(one["old_when_first_asked"] + one["crowd"]["old_after"] for one in found.values()),
        "slowest_call_ms": max(calls),
        "languages": found,
    }


def _draft(caller: Caller, language: str, headline: str) -> str:
    """Writes an item under everything; gives its id."""
    text = corpus.release(7)
    words = {"summary": text.summary, "body_html": text.body_html, "language": language}
    return caller.draft(headline, **words, **FIELDS)


def _one(served: Served, caller: Caller, language: str, documents: list[readers.Reader]) -> dict[str, Any]:
    """Publishes in one language while a crowd reads all its documents."""
    headline = f"The second that reaches all {time.time():.0f} ({language})"
    key = _draft(caller, language, headline)
    readers.look(documents)
    addresses = [reader.path for reader in documents]
    crowd = Crowd(served.port, addresses, headline, rate=RATE, until=time.time() + LASTS)
    try:
        time.sleep(LASTS / 3)
        began = time.perf_counter()
        _, call_ms = caller.call("POST", f"/items/{key}/publish", {})
        returned = time.time()
        shown, old = readers.until_new(documents, began, PATIENCE)
        seen, behind = crowd.answers()
    finally:
        crowd.end()
    without = readers.lacking(documents, headline)
    readers.close(documents)
    if without:
        sys.exit(f"published, and not in {', '.join(without[:5])}")
    return {
        "documents": len(documents),
        "call_ms": round(call_ms, 1),
        "all_new_ms": round(max(shown), 1),
        "old_when_first_asked": old,
        # What is had before the call returns may show the item (it is public from the commit within the call): not early.
        "crowd": {**told(seen, set(addresses), returned), "early": None, "behind_plan_s": round(behind, 2)},
    }
