"""V7 and the publish call: what the first request after a publish costs, against any other."""

import gzip
import http.client
import random
import statistics
import sys
import time
from typing import Any

from load import spread
from ours import NEWS, Served

PUBLISHES = 40
ASKED = {"gzip": {"Accept-Encoding": "gzip"}, "identity": {}}
"""What readers send, and what hardly any does: the bytes as they are, unpacked for the first who asks."""


def _timed(connection: http.client.HTTPConnection, headers: dict[str, str]) -> tuple[float, bytes]:
    """Milliseconds and body of one request on a connection that stays open."""
    began = time.perf_counter()
    connection.request("GET", NEWS, headers=headers)
    response = connection.getresponse()
    body = response.read()
    took = (time.perf_counter() - began) * 1000
    return took, gzip.decompress(body) if response.headers["Content-Encoding"] else body


def measure(served: Served) -> dict[str, Any]:
    """The part `publish`.

    The other request follows a call as well, one that saves a draft: so both meet processors that did something else
    just before, and differ in the publish alone.
    """
    found: dict[str, Any] = {}
    for coding, headers in ASKED.items():
        calls, firsts, others = _publishes(served, headers)
        found[coding] = {
            "first_to_other": round(statistics.median(firsts) / statistics.median(others), 2),
            "first_ms": spread(firsts),
            "other_ms": spread(others),
            "publish_call_ms": spread(calls),
        }
    return {"V7_first_after_publish_to_any_other": found["gzip"]["first_to_other"], **found}


def _publishes(served: Served, headers: dict[str, str]) -> tuple[list[float], list[float], list[float]]:
    """Milliseconds of the calls, of the first requests after them, and of others."""
    calls, firsts, others = [], [], []
    connection = http.client.HTTPConnection("127.0.0.1", served.port)
    for number in range(PUBLISHES):
        headline = f"Fresh {number} {random.random()}"
        key = served.draft(headline)
        others.append(_timed(connection, headers)[0])
        began = time.perf_counter()
        served.act(key, "publish")
        calls.append((time.perf_counter() - began) * 1000)
        first, body = _timed(connection, headers)
        if headline.encode() not in body:
            sys.exit("the first request after a publish got old bytes")
        firsts.append(first)
    connection.close()
    return calls, firsts, others
