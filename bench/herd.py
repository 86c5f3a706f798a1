"""The moment T of a planned item under ten times the usual rate: errors, early and late answers, builds per document."""

import json
import os
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import corpus
import readers
from crowd import Crowd, told
from hot import SETTLE, paths, ready
from newsrooms import frequent
from ours import ROOT, Served

USUAL = 100.0
"""Requests a second on a usual day."""
TIMES = 10.0
BEFORE, AFTER = 6, 6
"""Seconds of the herd before T and after it."""
OTHERS = 60
"""Tags' feeds that the item does not stand in, read as well."""

BUILT = "built"
"""How the server tells of a build: a debug line of its log, JSON, with this `event` and `language`, `scope`, `version`.

This name, and `loud` beside this file, are the one place to change when that line is called otherwise or has another level.
"""
LOUD = {"PYTHONPATH": os.pathsep.join([str(Path(__file__).with_name("loud")), str(ROOT)])}
"""In the environment of the server: its processes write debug lines."""


def measure(served: Served, rate: float) -> dict[str, Any]:
    """The part `herd`."""
    one = ready(served)
    mine = [reader.path for reader in one.documents]
    standing = {path.rpartition(".")[0] for path in mine}
    tags = [f"tag/{slug}" for _, _, slug in frequent(one.caller, "en")["tags"]]
    other, _ = readers.exist(
        served.port, paths([scope for scope in tags if f"/feeds/{scope}" not in standing][:OTHERS])
    )
    time.sleep(SETTLE)
    text = corpus.release(11)
    headline = f"Planned for one moment {time.time():.0f}"
    key = one.caller.draft(headline, summary=text.summary, body_html=text.body_html, **one.fields)
    moment = int(time.time()) + BEFORE + 4
    at = datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    one.caller.call("POST", f"/items/{key}/schedule", {"publish_at": at})
    time.sleep(max(0.0, moment - BEFORE - time.time()))
    read_before = len(served.log())
    crowd = Crowd(
        served.port, mine + [reader.path for reader in other], headline, rate=rate * TIMES, until=moment + AFTER
    )
    try:
        seen, behind = crowd.answers()
    finally:
        crowd.end()
    readers.close([*one.documents, *other])
    return {
        "rate": rate * TIMES,
        "documents": len(mine) + len(other),
        "documents_of_the_item": len(mine),
        **told(seen, set(mine), float(moment)),
        "behind_plan_s": round(behind, 2),
        "builds": builds(served.log()[read_before:]),
    }


def builds(log: str) -> dict[str, Any] | str:
    """How often each version of each feed was built, from the server's log."""
    counts: Counter[tuple[str, str, Any]] = Counter()
    for line in log.splitlines():
        try:
            told_of = json.loads(line)
        except ValueError:
            continue
        if isinstance(told_of, dict) and told_of.get("event") == BUILT:
            counts[told_of.get("language", ""), told_of.get("scope", ""), told_of.get("version")] += 1
    if not counts:
        return f"the log tells of none (no line with event {BUILT})"
    return {"versions": len(counts), "builds": counts.total(), "most_of_one_version": max(counts.values())}
