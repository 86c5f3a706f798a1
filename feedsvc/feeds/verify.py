"""Holding the shelf against the rows: every byte of every coding."""

import gzip
from collections.abc import Callable, Iterator, Sequence
from operator import itemgetter
from pathlib import Path

import brotli
import zstandard
from sqlalchemy.orm import Session

from feedsvc import clock, settings, shelf
from feedsvc.db import reading
from feedsvc.feeds import assemble, contents, which
from feedsvc.formats import tidy
from feedsvc.formats.document import Entry
from feedsvc.formats.fragment import render
from feedsvc.formats.registry import FORMATS, Format, join
from feedsvc.models import Feed
from feedsvc.newsroom import listing
from feedsvc.newsroom.public import Shown
from feedsvc.newsroom.withdrawals import Withdrawn
from feedsvc.shelf import Key

_DECODE: dict[str, Callable[[bytes], bytes]] = {
    "gz": gzip.decompress,
    "br": brotli.decompress,
    "zst": lambda raw: zstandard.ZstdDecompressor().decompressobj().decompress(raw),
}


def differences() -> list[str]:
    """One line for each document on the shelf that is not what its rows say now; empty when all is well."""
    instance = settings.current().instance
    wrong: list[str] = []
    with reading() as session:
        for feed in which.every(session):
            wrong += _wrong(session, instance, feed)
    return wrong


def _wrong(session: Session, instance: Path, feed: Feed) -> Iterator[str]:
    """What is wrong with a feed on the shelf; nothing where it is not there, unless it must be."""
    key = Key(feed.language, feed.scope)
    there = shelf.mark(instance, key)
    on_shelf = shelf.read(instance, key, there) if there else None
    if on_shelf is None:
        if there or feed.scope == listing.NEWS:
            yield f"{key.language}/{key.scope}: not on the shelf"
        return
    if on_shelf.mark.until_ms <= shelf.LAST_RESORT:  # It is not served as it is.
        return
    for suffix, body in whole(session, feed).items():
        coded = {name: content for name, content in on_shelf.files.items() if name.startswith(f"{suffix}.")}
        if not coded:
            yield f"{key.language}/{key.scope}: {suffix} is missing"
        for name, content in coded.items():
            if _DECODE[name.partition(".")[2]](content) != body:
                yield f"{key.language}/{key.scope}: {name} differs"


def whole(session: Session, feed: Feed) -> dict[str, bytes]:
    """A feed's documents made from its texts alone, without anything that was rendered before."""
    now = clock.now()
    current = settings.current()
    found = contents.at(session, feed, now=now)
    shown = listing.newest(session, feed.language, scope=feed.scope, now=now, limit=current.feed_items)
    entries = [assemble.survived(one) for one in shown]
    entries = entries[: assemble.fitting(map(assemble.weight, entries), current.feed_bytes)]
    return {suffix: join(fmt, found.doc, _made(fmt, shown, entries, found.gone)) for suffix, fmt in FORMATS.items()}


def _made(fmt: Format, shown: list[Shown], entries: list[Entry], gone: Sequence[Withdrawn]) -> list[bytes]:
    """Every entry, and what stands in the place of those that were taken back, newest first by publication."""
    there = [(one.place, render(fmt, entry)[0]) for one, entry in zip(shown, entries, strict=False)]
    told = [(one.place, fmt.write_withdrawal(tidy.withdrawal(assemble.withdrawal(one)))) for one in gone]
    if fmt.gone_first:
        return [made for _, made in (*sorted(told, key=itemgetter(0), reverse=True), *there)]
    return [made for _, made in sorted((*there, *told), key=itemgetter(0), reverse=True)]
