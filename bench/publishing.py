"""V7 and the publish call: what the first request after a publish costs, against any other."""

import http.client
import random
import statistics
import sys
import time
from typing import Any

from load import spread
from ours import NEWS, Served

PUBLISHES = 40


def _timed(connection: http.client.HTTPConnection) -> tuple[float, bytes]:
    """Milliseconds and body of one request on a connection that stays open."""
    began = time.perf_counter()
    connection.request("GET", NEWS)
    body = connection.getresponse().read()
    return (time.perf_counter() - began) * 1000, body


def measure(served: Served) -> dict[str, Any]:
    """The part `publish`.

    The other request follows a call as well, one that saves a draft: so both meet processors that did something else
    just before, and differ in the publish alone.
    """
    calls, firsts, others = [], [], []
    connection = http.client.HTTPConnection("127.0.0.1", served.port)
    for number in range(PUBLISHES):
        headline = f"Fresh {number} {random.random()}"
        key = served.draft(headline)
        others.append(_timed(connection)[0])
        began = time.perf_counter()
        served.act(key, "publish")
        calls.append((time.perf_counter() - began) * 1000)
        first, body = _timed(connection)
        if headline.encode() not in body:
            sys.exit("the first request after a publish got old bytes")
        firsts.append(first)
    connection.close()
    return {
        "V7_first_after_publish_to_any_other": round(statistics.median(firsts) / statistics.median(others), 2),
        "publish_call_ms": spread(calls),
        "first_ms": spread(firsts),
        "other_ms": spread(others),
    }
