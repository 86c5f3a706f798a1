"""How quickly subscribers are told, and what it costs: `make push` (loopback only, about two minutes).

1. A publication → the first and the last of 1,000 deliveries.
2. 10,000 subscriptions, 5 % of them at servers that no subscriber should be, and the sender killed three times midway.
3. Processor time of a signed delivery beside a bare pycurl loop that posts the same bytes to the same servers.
"""

import argparse
import contextlib
import http.client
import json
import os
import signal
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

sys.path[:0] = [
    str(Path(__file__).parents[1]),
    str(Path(__file__).parents[1] / "tests"),
    str(Path(__file__).parents[1] / "tests" / "e2e"),
]

from hostile_servers import KINDS, serving  # noqa: E402  # found by the lines above
from processes import cpu_seconds, running  # noqa: E402  # found by the lines above
from served import Served, free_port, newsroom, wait_for  # noqa: E402  # found by the lines above

HOSTS = 95
HOSTILE = "127.3.0.{}"


def fill(served: Served, callbacks: list[str]) -> None:
    """Subscriptions as they are once every callback has said yes: asking 10,000 is another measurement."""
    from sqlalchemy import delete, insert

    from feedsvc import clock, db
    from feedsvc.models import Announcement, Delivery, Subscription
    from feedsvc.push import hub

    with db.transaction() as session:
        for table in (Delivery, Announcement, Subscription):
            session.execute(delete(table))
        now = clock.now()
        fixed = {
            "kind": "websub",
            "scope": "news",
            "language": "en",
            "format": "atom",
            "secret": "s" * 32,
            "state": "active",
        }
        rest = {"lease_until": clock.NEVER, "created_at": now, "verified_at": now, "failing": 0, "why": ""}
        more = {"name": "", "events": "", "former_secret": ""}
        whose = (
            {"callback": url, "digest": hub.digest(url), "host": url.split("/")[2].split(":")[0]} for url in callbacks
        )
        session.execute(insert(Subscription), [{**fixed, **rest, **more, **one} for one in whose])
    served.run("push", "resume")  # Rings, so that the sender runs.


def ledger(port: int, since: float) -> list[tuple[float, str, str, bool]]:
    """What arrived since a moment."""
    connection = http.client.HTTPConnection("127.2.0.1", port, timeout=60)
    connection.request("GET", "/ledger")
    return [tuple(row) for row in json.loads(connection.getresponse().read()) if row[0] >= since]


def healthy(port: int, count: int) -> list[str]:
    return [f"http://127.2.0.{number % HOSTS + 1}:{port}/{number}" for number in range(count)]


def publish(served: Served, headline: str) -> float:
    key = served.draft(headline, body_html=f"<p>{'Words of a release. ' * 40}</p>")
    began = time.time()
    served.act(key, "publish")
    return began


def sender_pid(served: Served) -> int:
    return wait_for(lambda: served.pid_of("feedsvc sender"), 30)


def until_all(port: int, since: float, count: int, seconds: float) -> list[Any]:
    """The ledger once so many callbacks have been told, or when the time is over."""

    def told() -> list[Any]:
        seen = ledger(port, since)
        return seen if len({row[1] for row in seen}) >= count else []

    return wait_for(told, seconds, 0.2) or ledger(port, since)


def quickness(served: Served, port: int, rounds: int) -> dict[str, Any]:
    fill(served, healthy(port, 1_000))
    sender_pid(served)
    time.sleep(2)
    firsts, lasts = [], []
    for number in range(rounds):
        began = publish(served, f"Quick {number}")
        seen = until_all(port, began, 1_000, 30)
        firsts.append(min(row[0] for row in seen) - began)
        lasts.append(max(row[0] for row in seen) - began)
        assert len({row[1] for row in seen}) == 1_000
        assert all(row[3] for row in seen)
        time.sleep(1)
    told = {
        "first_ms": round(statistics.median(firsts) * 1000),
        "last_of_1000_ms": round(statistics.median(lasts) * 1000),
    }
    return told | {"worst_first_ms": round(max(firsts) * 1000), "worst_last_ms": round(max(lasts) * 1000)}


def memory_mb(pid: int) -> float:
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmHWM"):
                return int(line.split()[1]) / 1024
    return 0.0


def crowd(served: Served, port: int, count: int) -> dict[str, Any]:
    """Hostile servers and three kills."""
    bad = count // 20
    with serving(KINDS, HOSTILE) as ports:
        hosts = [f"http://{HOSTILE.format(nth)}:{at}" for nth, at in enumerate(ports.values(), 1)]
        fill(served, healthy(port, count - bad) + [f"{hosts[n % len(hosts)]}/{n}" for n in range(bad)])
        pid = sender_pid(served)
        began, peak = publish(served, "Told to the crowd"), 0.0
        for aim in (0.2, 0.45, 0.7):
            until_all(port, began, int((count - bad) * aim), 120)
            peak = max(peak, memory_mb(pid))
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            pid = wait_for(lambda pid=pid: (new := served.pid_of("feedsvc sender")) and new != pid and new, 30)
        seen = until_all(port, began, count - bad, 180)
        peak = max(peak, memory_mb(pid))
    times = Counter(row[1] for row in seen)
    ids = {row[1]: set() for row in seen}
    for row in seen:
        ids[row[1]].add(row[2])
    repeats = sum(times.values()) - len(times)
    return {
        "healthy": count - bad,
        "reached": len(times),
        "repeats": repeats,
        "repeats_percent": round(100 * repeats / max(1, len(times)), 2),
        "one_id_each": all(len(one) == 1 for one in ids.values()),
        "seconds_to_last": round(max(row[0] for row in seen) - began, 1),
        "peak_mb": round(peak, 1),
    }


def bare(urls: list[str], body: bytes, connections: int = 128) -> float:
    """Processor seconds of a plain pycurl loop for these posts: no rows, no signature, no guard."""
    import pycurl

    multi, free, at = pycurl.CurlMulti(), [pycurl.Curl() for _ in range(connections)], 0
    began, done = time.process_time(), 0
    while done < len(urls):
        while free and at < len(urls):
            curl = free.pop()
            curl.setopt(curl.URL, urls[at])
            curl.setopt(curl.POST, 1)
            curl.setopt(curl.POSTFIELDS, body)
            curl.setopt(curl.HTTPHEADER, ["Content-Type: application/atom+xml", "Expect:"])
            curl.setopt(curl.WRITEFUNCTION, len)
            multi.add_handle(curl)
            at += 1
        multi.perform()
        multi.select(0.05)
        _, good, bad = multi.info_read()
        assert not bad
        for curl in good:
            multi.remove_handle(curl)
            free.append(curl)
        done += len(good)
    return time.process_time() - began


def cost(served: Served, port: int, count: int, rounds: int) -> dict[str, Any]:
    """V8: processor time of a signed delivery against the bare loop, in turns."""
    urls = healthy(port, count)
    fill(served, urls)
    pid, ours, theirs = sender_pid(served), [], []
    time.sleep(2)
    for number in range(rounds):
        body = served.get("/feeds/news.atom").body
        before = cpu_seconds([pid])
        began = publish(served, f"Weighed {number}")
        until_all(port, began, count, 60)
        time.sleep(0.5)
        ours.append((cpu_seconds([pid]) - before) / count)
        theirs.append(bare(urls, body) / count)
    ratios = [b / a for a, b in zip(ours, theirs, strict=True)]

    def us(values: list[float]) -> int:
        return round(statistics.median(values) * 1e6)

    return {
        "body_bytes": len(body),
        "ours_us": us(ours),
        "bare_us": us(theirs),
        "ratio": round(statistics.median(ratios), 2),
        "deliveries_per_s_per_core": round(1 / statistics.median(ours)),
    }


@contextlib.contextmanager
def standing(folder: Path) -> Iterator[tuple[Served, int]]:
    """A served newsroom beside a receiver."""
    port = free_port()
    receiver = [sys.executable, str(Path(__file__).with_name("push_receiver.py")), str(port), str(HOSTS)]
    with running(receiver, folder / "receiver.log") as process:
        for number in (1, HOSTS):
            assert wait_for(lambda number=number: _listens(f"127.2.0.{number}", port), 20), process.poll()
        with newsroom(folder / "newsroom", FEEDSVC_EGRESS_ALLOW="127.0.0.0/8", FEEDSVC_PUSH_PER_HOST="16") as served:
            os.environ.update({k: v for k, v in served.environment.items() if k.startswith("FEEDSVC_")})
            yield served, port


def _listens(host: str, port: int) -> bool:
    import socket

    with contextlib.suppress(OSError), socket.create_connection((host, port), 1):
        return True
    return False


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--subscribers", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="feedsvc-push-") as folder, standing(Path(folder)) as (served, port):
        print(json.dumps({"quickness": quickness(served, port, asked.rounds)}), flush=True)
        print(json.dumps({"cost": cost(served, port, 2_000, asked.rounds)}), flush=True)
        print(json.dumps({"crowd": crowd(served, port, asked.subscribers)}), flush=True)


if __name__ == "__main__":
    main()
