"""Speed as ratios in one run: our default `serve` beside nginx on the same bytes and beside peers, rounds interleaved.

    make bench                                   everything; prints the figures, writes bench/results/<commit>.json
    python bench/run.py --only static,publish    some parts
    python bench/run.py --rounds 1 --seconds 1   a trial

Parts: `static` (V1, V2: nginx on the same bytes), `proxied` (V3: behind `deploy/nginx.conf`), `publish` (V7), `peers` (V9 and the others), `busy` (V4). Everything on
loopback, bounded in count and time. What a peer needs and is not there leaves that peer out, with a sentence.
"""

import argparse
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

import busy
import proxies
import publishing
import results
from load import Round, interleaved, load, ratio, summary
from ours import NEWS, Served, fill, newsroom, wait_for
from peers import nginx_static, python_apps, wordpress
from peers.peer import GZIP, Peer
from processes import Missing, end_in_order

PARTS = ("static", "proxied", "publish", "peers", "busy")
PEERS = ("flask", "django", "django cached", "wordpress")
SLOW_NEEDS, SLOWEST = 30, 30
"""A slow peer's round lasts as long as so many requests take, and so many seconds at most."""


def main() -> None:
    """Runs the parts that were asked for, writes and prints their figures."""
    asked = _asked()
    os.environ["PATH"] += f"{os.pathsep}/usr/sbin"  # Where Debian has servers, and users do not look.
    missing = [name for name in ("wrk", "nginx") if shutil.which(name) is None]
    if missing:
        sys.exit(f"Please install {' and '.join(missing)} first (Debian packages of these names).")
    end_in_order()
    home = Path(tempfile.mkdtemp(prefix="feedsvc-bench-"))
    home.chmod(0o755)  # Servers that are started as root read it as other users.
    parts: dict[str, dict[str, Any]] = {}
    try:
        if {"static", "proxied", "publish", "peers"} & set(asked.only):
            with newsroom(home / "newsroom") as served, ExitStack() as stack:
                _beside_ours(served, home, asked, stack, parts)
        if "busy" in asked.only:
            _say("busy: two editors on 200 ms of Python work each")
            parts["busy"] = busy.measure(home, asked.rounds, asked.seconds, asked.connections)
    finally:
        shutil.rmtree(home, ignore_errors=True)
    path = results.write(parts, asked={name: value for name, value in vars(asked).items() if name != "only"})
    print(json.dumps(parts, indent=1))
    _say(f"written to {path}; `python bench/report.py` puts the figures into docs/benchmarks.md")


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default=",".join(PARTS), help="parts, comma-separated")
    parser.add_argument("--peers", default=",".join(PEERS), help="peers of the part `peers`, comma-separated")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=3, help="length of a round")
    parser.add_argument("--connections", type=int, default=64, help="for static and busy")
    parser.add_argument("--peer-connections", type=int, default=8, help="for peers, all of them alike")
    parser.add_argument("--posts", type=int, default=1_000, help="posts in Flask's, Django's and WordPress's tables")
    asked = parser.parse_args()
    asked.only = [part for part in asked.only.split(",") if part]
    asked.peers = [peer for peer in asked.peers.split(",") if peer]
    wrong = (set(asked.only) - set(PARTS)) | (set(asked.peers) - set(PEERS))
    if wrong or asked.rounds < 1 or not 1 <= asked.seconds <= 60:
        parser.error(f"unknown: {', '.join(sorted(wrong))}" if wrong else "rounds from 1, seconds from 1 to 60")
    return asked


def _beside_ours(
    served: Served, home: Path, asked: argparse.Namespace, stack: ExitStack, parts: dict[str, dict[str, Any]]
) -> None:
    """The parts that need one filled newsroom."""
    fill(served)
    wait_for(lambda: served.get(NEWS, Accept_Encoding="br").headers["Content-Encoding"] == "br", 10)
    assert served.process is not None
    ours = Peer("feedsvc", f"{served.base}{NEWS}", [served.process.pid], about="default `serve`, in front of Flask")
    identity, gzipped = served.get(NEWS).body, served.get(NEWS, Accept_Encoding="gzip").body
    static = stack.enter_context(nginx_static.serve(home / "nginx", identity, gzipped))
    if "static" in asked.only:
        _say(f"static: nginx on the same bytes, {asked.connections} connections")
        figures = _compare([static, ours], asked, asked.connections)
        whole, unchanged = (figures["to_nginx"][kind]["feedsvc"] for kind in ("200", "304"))
        sizes = {"identity": len(identity), "gzip": len(gzipped)}
        parts["static"] = {"V1_200_gzip_to_nginx": whole, "V2_304_to_nginx": unchanged, "bytes": sizes, **figures}
    if "proxied" in asked.only:
        parts["proxied"] = _proxied(served, static, home, asked)
    if "peers" in asked.only:
        parts["peers"] = _peers([static, ours], home, asked)
    if "publish" in asked.only:  # Last: it changes the bytes.
        _say("publish: the first request after each of forty publishes")
        parts["publish"] = publishing.measure(served)


def _proxied(served: Served, static: Peer, home: Path, asked: argparse.Namespace) -> dict[str, Any]:
    """Our newsroom behind our own sample for nginx, beside nginx on the same bytes."""
    _say(f"proxied: behind deploy/nginx.conf, {asked.connections} connections")
    with proxies.before("nginx", home / "proxied", served.port) as (port, pid):
        behind = Peer("behind nginx", f"http://127.0.0.1:{port}{NEWS}", [pid], about="deploy/nginx.conf in front")
        figures = _compare([static, behind], asked, asked.connections)
    whole, unchanged = (figures["to_nginx"][kind]["behind nginx"] for kind in ("200", "304"))
    return {"V3_200_gzip_to_nginx": whole, "V3_304_to_nginx": unchanged, **figures}


def _peers(first: list[Peer], home: Path, asked: argparse.Namespace) -> dict[str, Any]:
    """All peers at once, round by round; those whose packages are missing are left out."""
    known: dict[str, Callable[..., Any]] = {
        "flask": python_apps.flask,
        "django": python_apps.django,
        "django cached": partial(python_apps.django, cached=True),
        "wordpress": wordpress.serve,
    }
    there, left_out = list(first), {}
    with ExitStack() as stack:
        for name in asked.peers:
            _say(f"peers: starting {name} with {asked.posts:,} posts")
            try:
                there.append(stack.enter_context(known[name](home / name.replace(" ", "-"), asked.posts)))
            except Missing as missing:
                left_out[name] = str(missing)
                _say(f"peers: {name} is left out. {missing}")
        figures = _compare(there, asked, asked.peer_connections)
    rates = figures["feedsvc_to"]["200"]
    v9 = {"V9_to_wordpress": rates["wordpress"]} if "wordpress" in rates else {}
    return {**v9, "left_out": left_out, **figures}


def _compare(peers: list[Peer], asked: argparse.Namespace, connections: int) -> dict[str, Any]:
    """Rounds of gzipped 200s, then of 304s, each peer after the other."""
    prepared = {peer.name: peer.prepare() for peer in peers}
    found: dict[str, Any] = {"connections": connections, "prepared": prepared, "versions": {}}
    kinds = {"200": peers, "304": [peer for peer in peers if peer.unchanged]}
    for peer in peers:
        found["versions"] |= peer.versions
    for kind, asking in kinds.items():
        measures = {
            peer.name: partial(
                _round, peer, [GZIP] if kind == "200" else peer.unchanged, _length(peer, asked.seconds), connections
            )
            for peer in asking
        }
        _say(f"  {kind}: {', '.join(measures)}")
        lines = interleaved(measures, asked.rounds)
        rates = {name: [one.rps for one in rounds] for name, rounds in lines.items()}
        for word, base in (("to_nginx", "nginx"), ("feedsvc_to", "feedsvc")):
            if base not in rates:
                continue
            ratios = {
                n: ratio(*((r, rates[base]) if word == "to_nginx" else (rates[base], r))) for n, r in rates.items()
            }
            found.setdefault(word, {})[kind] = ratios
        found.setdefault("medians", {})[kind] = {name: summary(rounds) for name, rounds in lines.items()}
        found.setdefault("rounds", {})[kind] = {n: [one.rounded() for one in rounds] for n, rounds in lines.items()}
    return found


def _round(peer: Peer, headers: list[str], seconds: float, connections: int) -> Round:
    return load(peer.url, headers, seconds=seconds, connections=connections, roots=peer.roots)


def _length(peer: Peer, seconds: float) -> float:
    """Seconds of this peer's rounds: longer where few requests would be answered."""
    took = min(peer.ask([GZIP])[3] for _ in range(2))
    return min(max(seconds, took * SLOW_NEEDS), SLOWEST)


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
