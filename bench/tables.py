"""The tables of the report, each from one part of the results."""

from collections.abc import Iterator
from typing import Any

Part = dict[str, Any]


def _rows(head: str, rows: list[list[object]]) -> Iterator[str]:
    """A table in Markdown."""
    yield head
    yield "|---" * (head.count("|") - 1) + "|"
    for row in rows:
        yield "| " + " | ".join(str(cell) for cell in row) + " |"


def peers(part: Part) -> Iterator[str]:
    """The peers, each against us."""
    yield f"Peers, {part['connections']} connections each. How many times as fast feedsvc answers, and how much more processor time they take for it:"
    yield ""
    rows: list[list[object]] = []
    for name, prepared in part["prepared"].items():
        medians, mine = (part["medians"]["200"][one] for one in (name, "feedsvc"))
        unchanged = part["feedsvc_to"]["304"].get(name)
        rows.append(
            [
                name,
                f"{part['feedsvc_to']['200'][name]:g}",
                f"{unchanged:g}" if unchanged else "gives none",
                f"{medians['cpu_us'] / mine['cpu_us']:.3g}",
                f"{prepared['one_request_ms']:g} ms",
                f"{prepared['bytes']:,} ({prepared['coding']})",
                prepared["about"],
            ]
        )
    yield from _rows("| peer | 200 | 304 | processor time of a 200 | one request alone | bytes | how |", rows)
    for name, why in part["left_out"].items():
        yield ""
        yield f"{name} was left out: {why}."


def sizes(part: Part) -> Iterator[str]:
    """Newsrooms by their size."""
    yield "Publishing into newsrooms of different sizes, in turn (milliseconds: median / 99th percentile):"
    yield ""
    rows: list[list[object]] = [
        [
            f"{int(items):,}",
            one["documents"],
            f"{one['call_ms']['median']:g} / {one['call_ms']['p99']:g}",
            f"{one['last_document_new_ms']['median']:g} / {one['last_document_new_ms']['p99']:g}",
            f"{one['asking_alone_ms']['median']:g}",
            one["old_after_call"],
            f"{one['web_rss_mb']:g} MB",
            f"{one['start_seconds']:g} s",
            f"{one['ticker_cpu_seconds_per_minute']:g} s",
            f"{one['database_mb']:,.0f} MB",
            f"{one['shelf']['megabytes']:,.0f} MB",
        ]
        for items, one in part["items"].items()
    ]
    yield from _rows(
        "| items | documents | the call | last document new | asking alone | old after the call | web process | start | "
        "idle ticker a minute | database | shelf |",
        rows,
    )


def building(part: Part) -> Iterator[str]:
    """One feed after a publish."""
    yield (
        f"Building the feed of everything after a publish, its new entry rendered: {part['build_ms']:g} ms of processor time, "
        f"{part['ratio']:g} times what joining and packing the same bytes take alone ({part['join_and_gzip_ms']:g} ms; promised: 3 times)."
    )


def feeds(part: Part) -> Iterator[str]:
    """Many feeds."""
    yield f"{part['feeds']:,} feeds of a newsroom of {part['items']:,} items, each read once:"
    yield ""
    after = part["after"]
    web = max((one["rss"] for one in after["memory_mb"]["web"]), default=0)
    yield from _rows(
        "| first read | second read | shelf | web process | publish call | idle ticker a minute | start | first read after it |",
        [
            [
                _both(part["first_read_ms"]),
                _both(part["second_read_ms"]),
                f"{after['shelf']['megabytes']:,.0f} MB, {after['shelf']['files']:,} files",
                f"{web:g} MB",
                _both(part["publish_call_ms"]),
                f"{part['ticker_cpu_seconds_per_minute']:g} s",
                f"{part['start_seconds']:g} s",
                _both(part["first_read_after_start_ms"]),
            ]
        ],
    )


def touching(part: Part) -> Iterator[str]:
    """One item in as many feeds as can be."""
    yield (
        f"One item in {part['scopes_of_one_item']} feeds of each language ({part['feeds']} feeds, {part['documents']} documents, "
        f"all of them being read): {part['old_after_call']} answers with old bytes to what was asked after the call."
    )
    yield ""
    rows: list[list[object]] = [
        [
            language,
            one["documents"],
            f"{one['call_ms']:g} ms",
            f"{one['all_new_ms']:g} ms",
            one["crowd"]["asked_after"],
            one["old_when_first_asked"] + one["crowd"]["old_after"],
            one["crowd"]["failed_or_5xx"],
        ]
        for language, one in part["languages"].items()
    ]
    yield from _rows("| language | documents | the call | all new after | asked after the call | old | 5xx |", rows)


def herd(part: Part) -> Iterator[str]:
    """The moment T."""
    builds = part["builds"]
    told = builds if isinstance(builds, str) else f"{builds['builds']} of {builds['versions']} versions"
    most = "" if isinstance(builds, str) else f", {builds['most_of_one_version']} of one version at most"
    yield (
        f"The herd at a planned item's moment T: {part['per_second']:,} requests a second over {part['documents']} documents, "
        f"{part['documents_of_the_item']} of them the item's:"
    )
    yield ""
    yield from _rows(
        "| requests | 5xx or failed | early | old after T | the latest of them | 99th percentile | slowest | builds |",
        [
            [
                f"{part['requests']:,}",
                part["failed_or_5xx"],
                part["early"],
                f"{part['old_after']} of {part['asked_after']:,}",
                f"{part['oldest_after_ms']:g} ms",
                f"{part['p99_ms']:g} ms",
                f"{part['slowest_ms']:g} ms",
                told + most,
            ]
        ],
    )


def _both(found: Part) -> str:
    return f"{found['median']:g} / {found['p99']:g} ms"
