"""Puts the newest figures of `bench/results` into docs/benchmarks.md, so that none is typed by hand.

python bench/report.py            writes the tables between the page's two marks
python bench/report.py --print    prints them
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import results
from ours import ROOT
from tables import building, feeds, herd, peers, sizes, touching

PAGE = ROOT / "docs" / "benchmarks.md"
BEGIN, END = "<!-- written by bench/report.py: begin -->", "<!-- written by bench/report.py: end -->"
FEWEST = {"rounds": 5, "publishes": 100}
"""With less than these a run was a trial, and the table says so."""

Part = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Promise:
    """A figure of the promises."""

    number: str
    what: str
    part: str
    to_pass: float
    to_be_proud: float
    unit: str = ""
    at_least: bool = True
    """Whether more is better."""


PROMISES = (
    Promise("V1", "feed of 50, gzipped 200s a second, to nginx `gzip_static` on the same bytes", "static", 0.35, 0.7),
    Promise("V2", "304s a second, to nginx's", "static", 0.5, 0.95),
    Promise(
        "V3", "gzipped 200s a second behind our sample for nginx, to nginx on the same bytes", "proxied", 0.75, 0.95
    ),
    Promise("V4", "gzipped 200s a second kept beside two busy editors", "busy", 0.5, 0.9),
    Promise("V4", "99th percentile beside them", "busy", 15, 5, " ms", at_least=False),
    Promise(
        "V5",
        "publish call to new bytes in all hot documents, 99th percentile",
        "publishing",
        250,
        250,
        " ms",
        at_least=False,
    ),
    Promise("V5", "the same, median", "publishing", 250, 50, " ms", at_least=False),
    Promise("V6", "the same, largest newsroom to smallest", "publishing", 1.5, 1.1, at_least=False),
    Promise("V7", "first request after a publish to any other", "publish", 1.5, 1.0, at_least=False),
    Promise("V9", "gzipped 200s a second, to Debian's WordPress", "peers", 500, 1000),
    Promise("V9", "the same, WordPress of a hundred thousand", "large peers", 500, 1000),
    Promise("V10", "memory of a web process", "publishing", 150, 80, " MB", at_least=False),
)


def value(promise: Promise, part: Part) -> tuple[float | None, str]:
    """The figure, and a word about what it was measured on where that is not in the promise."""
    if promise.part == "publishing":
        return _of_publishing(promise, part)
    names = {
        "V1": "V1_200_gzip_to_nginx",
        "V2": "V2_304_to_nginx",
        "V3": "V3_200_gzip_to_nginx",
        "V4": "V4_p99_ms" if promise.unit else "V4_kept",
        "V7": "V7_first_after_publish_to_any_other",
        "V9": "V9_to_wordpress",
    }
    paced = part.get("paced_p99_ms", {}).get("beside") if promise.unit else None
    if promise.number == "V9":
        return part.get(names["V9"]), f"{part['asked']['posts']:,} posts"
    return part.get(names[promise.number]), f"{paced:g} ms for readers at a set rate" if paced else ""


def _of_publishing(promise: Promise, part: Part) -> tuple[float | None, str]:
    """V5 and V10 are promised for 100,000 items, V6 for a million against a thousand; what else was measured is named."""
    if promise.number == "V6":
        of = " against ".join(f"{items:,}" for items in part.get("V6_items", ()))
        return part.get("V6_ratio"), f"{of} items"
    items = "100000" if "100000" in part["items"] else max(part["items"], key=int)
    one = part["items"][items]
    if promise.number == "V10":
        return one["web_rss_mb"], f"{int(items):,} items"
    found = one["last_document_new_ms"]["median" if "median" in promise.what else "p99"]
    return found, f"{int(items):,} items, {one['documents']} documents"


def verdict(promise: Promise, found: float) -> str:
    """How the figure stands to what is promised."""

    def reaches(limit: float) -> bool:
        return found >= limit if promise.at_least else found <= limit

    return "proud" if reaches(promise.to_be_proud) else "passes" if reaches(promise.to_pass) else "**misses**"


def promises(newest: dict[str, tuple[Part, Part]]) -> Iterator[str]:
    """The table of the promises."""
    yield "| | figure | measured | to pass | to be proud of | | at commit |"
    yield "|---|---|---|---|---|---|---|"
    for one in PROMISES:
        sign = "≥" if one.at_least else "≤"
        limits = f"{sign} {one.to_pass:g}{one.unit} | {sign} {one.to_be_proud:g}{one.unit}"
        part, whole = newest.get(one.part, ({}, {}))
        found, of = value(one, part) if part else (None, "")
        if found is None:
            yield f"| {one.number} | {one.what} | not measured | {limits} | | |"
            continue
        words = ", ".join(filter(None, (of, _trial(part))))
        measured = f"{found:g}{one.unit}" + (f" ({words})" if words else "")
        commit = f"{whole['commit']}, {part['measured_at'][:10]}"
        yield f"| {one.number} | {one.what} | {measured} | {limits} | {verdict(one, found)} | {commit} |"


def _trial(part: Part) -> str:
    """A word where a run was too short to count."""
    for name, fewest in FEWEST.items():
        done = int(part["asked"].get(name, fewest))
        if done < fewest:
            return f"only a trial: {done} {name if done > 1 else name.removesuffix('s')}"
    return ""


def text() -> str:
    """All tables of what was measured."""
    newest = results.newest()
    lines = ["", *promises(newest)]
    for name, table in {
        "peers": peers,
        "large peers": peers,
        "publishing": sizes,
        "building": building,
        "feeds": feeds,
        "touching": touching,
        "herd": herd,
    }.items():
        if name in newest:
            lines += ["", *table(newest[name][0])]
    if newest:
        latest = max(newest.values(), key=lambda pair: pair[0]["measured_at"])[1]
        machine = latest["machine"]
        where = (
            f"{machine['cores']} cores ({machine['processor']}), {machine['memory_gb']} GB, Linux {machine['kernel']}"
        )
        versions: dict[str, str] = {}
        for _, whole in sorted(newest.values(), key=lambda pair: pair[0]["measured_at"]):
            versions |= whole["versions"]
        lines += ["", f"On {where}, with {', '.join(f'{name} {number}' for name, number in sorted(versions.items()))}."]
    return "\n".join([*lines, ""])


def main() -> None:
    """Writes or prints."""
    if sys.argv[1:] == ["--print"]:
        print(text())
        return
    page = PAGE.read_text(encoding="utf-8")
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        sys.exit(f"{PAGE.name} has lost its marks")
    PAGE.write_text(f"{before}{BEGIN}\n{text()}\n{END}{after}", encoding="utf-8")
    print(f"docs/{PAGE.name} has the figures of {results.FOLDER.relative_to(ROOT)}", file=sys.stderr)


if __name__ == "__main__":
    main()
