"""Speed as ratios in one run: our default `serve` beside nginx on the same bytes, rounds interleaved.

    make bench            # needs wrk and nginx (Debian packages); prints the ratios, writes bench/results/<commit>.json

V1, V2 and V7 of the promises, and the time from a publish call to new bytes (part of V5). Everything on loopback, bounded in time.
"""

import http.client
import json
import os
import random
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "e2e"))

from served import Served, free_port, newsroom, wait_for

ROUNDS, SECONDS, CONNECTIONS = 5, 3, 64
ITEMS = 60
PATH = "/feeds/news.atom"
NGINX = """worker_processes {workers}; daemon off; pid {home}/pid; error_log {home}/error.log;
events {{ worker_connections 1024; }}
http {{ access_log off; sendfile on; keepalive_requests 100000000; types {{ application/atom+xml atom; }}
server {{ listen 127.0.0.1:{port}; root {home}/html; gzip_static on; }} }}
"""


def fill(served: Served) -> None:
    """Publishes distinct releases made of the seeded item's words."""
    words = (Path(__file__).parents[1] / "feedsvc" / "newsroom" / "seed" / "karabakh.txt").read_text("utf-8").split()
    for number in range(ITEMS):
        chance = random.Random(number)
        text = [chance.choice(words) for _ in range(750)]
        body = "".join(f"<p>{' '.join(text[i : i + 75])}</p>" for i in range(0, len(text), 75)).replace("&", "and")
        served.act(
            served.draft(f"Release {number}: {' '.join(text[:6])}", summary=" ".join(text[:30]), body_html=body),
            "publish",
        )


def load(port: int, *headers: str) -> float:
    """Requests per second by wrk."""
    asked = [word for header in headers for word in ("-H", header)]
    command = ["wrk", "-t2", f"-c{CONNECTIONS}", f"-d{SECONDS}s", *asked, f"http://127.0.0.1:{port}{PATH}"]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    bad = re.search(r"Non-2xx or 3xx responses: (\d+)", said)
    if bad:
        sys.exit(f"{bad[1]} wrong answers from port {port}")
    return float(re.search(r"Requests/sec:\s+([\d.]+)", said)[1])


def tag(port: int) -> str:
    """The ETag of the gzipped feed."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.request("GET", PATH, headers={"Accept-Encoding": "gzip"})
    return connection.getresponse().headers["ETag"]


def timed(connection: http.client.HTTPConnection) -> tuple[float, bytes]:
    """Milliseconds and body of one request on a connection that stays open."""
    began = time.perf_counter()
    connection.request("GET", PATH)
    body = connection.getresponse().read()
    return (time.perf_counter() - began) * 1000, body


def after_publish(served: Served) -> tuple[list[float], list[float], list[float]]:
    """Milliseconds of the publish call, of the first request after it, and of any other request.

    The other request follows a call as well, one that saves a draft: so both meet processors that did something else
    just before, and differ in the publish alone.
    """
    calls, firsts, others = [], [], []
    connection = http.client.HTTPConnection("127.0.0.1", served.port)
    for number in range(40):
        headline = f"Fresh {number} {random.random()}"
        key = served.draft(headline)
        others.append(timed(connection)[0])
        began = time.perf_counter()
        served.act(key, "publish")
        calls.append((time.perf_counter() - began) * 1000)
        first, body = timed(connection)
        if headline.encode() not in body:
            sys.exit("the first request after a publish got old bytes")
        firsts.append(first)
    return calls, firsts, others


def main() -> None:
    """Runs everything and prints the figures."""
    missing = [name for name in ("wrk", "nginx") if shutil.which(name) is None]
    if missing:
        sys.exit(f"Please install {' and '.join(missing)} first (Debian packages of these names).")
    home = Path(tempfile.mkdtemp(prefix="feedsvc-bench-"))
    home.chmod(0o755)  # nginx reads it as another user
    try:
        with newsroom(home / "newsroom") as served:
            figures = measure(served, home)
    finally:
        shutil.rmtree(home, ignore_errors=True)
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False
    ).stdout.strip()
    result = {"commit": commit, "cores": os.cpu_count(), "rounds": ROUNDS, **figures}
    folder = Path(__file__).parent / "results"
    folder.mkdir(exist_ok=True)
    (folder / f"{commit or 'unknown'}.json").write_text(json.dumps(result, indent=1) + "\n")
    print(json.dumps(result, indent=1))


def measure(served: Served, home: Path) -> dict[str, object]:
    """The figures: medians of per-round ratios."""
    fill(served)
    wait_for(lambda: served.get(PATH, Accept_Encoding="br").headers["Content-Encoding"] == "br", 10)
    html = home / "html" / "feeds"
    html.mkdir(parents=True)
    (html / "news.atom").write_bytes(served.get(PATH).body)
    (html / "news.atom.gz").write_bytes(served.get(PATH, Accept_Encoding="gzip").body)
    port = free_port()
    (home / "nginx.conf").write_text(NGINX.format(workers=os.cpu_count(), home=home, port=port))
    nginx = subprocess.Popen(["nginx", "-p", str(home), "-c", str(home / "nginx.conf")], stderr=subprocess.DEVNULL)
    try:
        time.sleep(0.5)
        whole: list[tuple[float, float]] = []
        unchanged: list[tuple[float, float]] = []
        for number in range(ROUNDS):
            whole.append((load(served.port, "Accept-Encoding: gzip"), load(port, "Accept-Encoding: gzip")))
            asked = [(p, f"If-None-Match: {tag(p)}") for p in (served.port, port)]
            unchanged.append(tuple(load(p, "Accept-Encoding: gzip", header) for p, header in asked))
            print(f"round {number + 1}: 200 {whole[-1]}, 304 {unchanged[-1]}", file=sys.stderr)
    finally:
        nginx.terminate()
        nginx.wait()
    calls, firsts, others = after_publish(served)
    return {
        "bytes": {
            "identity": len((html / "news.atom").read_bytes()),
            "gzip": len((html / "news.atom.gz").read_bytes()),
        },
        "V1_200_gzip_to_nginx": round(statistics.median(a / b for a, b in whole), 3),
        "V2_304_to_nginx": round(statistics.median(a / b for a, b in unchanged), 3),
        "V7_first_after_publish_to_any_other": round(statistics.median(firsts) / statistics.median(others), 2),
        "publish_call_ms": {"median": round(statistics.median(calls), 1), "worst": round(max(calls), 1)},
        "requests_per_second": {"ours_200": [round(a) for a, _ in whole], "nginx_200": [round(b) for _, b in whole]},
    }


if __name__ == "__main__":
    main()
