"""Holding the shelf against the rows: every byte of every coding."""

import gzip
from collections.abc import Callable

import brotli
import zstandard

from feedsvc import clock, settings, shelf
from feedsvc.db import reading
from feedsvc.feeds import assemble, build, which
from feedsvc.formats.registry import FORMATS, join
from feedsvc.shelf import Key

_DECODE: dict[str, Callable[[bytes], bytes]] = {
    "gz": gzip.decompress,
    "br": brotli.decompress,
    "zst": lambda raw: zstandard.ZstdDecompressor().decompressobj().decompress(raw),
}


def differences() -> list[str]:
    """One line for each document on the shelf that is not what its rows say now; empty when all is well."""
    instance = settings.current().instance
    wrong = []
    with reading() as session:
        now = clock.now()
        for feed in which.every(session):
            key = Key(feed.language, feed.scope)
            there = shelf.mark(instance, key)
            on_shelf = shelf.read(instance, key, there) if there else None
            if on_shelf is None:
                wrong.append(f"{key.language}/{key.scope}: not on the shelf")
                continue
            doc = assemble.document(session, feed, now=now)
            for name, fmt in FORMATS.items():
                fragments = build.stored(session, fmt, doc.entries)
                body = join(fmt, doc, [fragments.bytes[d] for d in fragments.order])
                wrong += [
                    f"{key.language}/{key.scope}: {file} differs" for file in _differing(on_shelf.files, name, body)
                ]
    return wrong


def _differing(files: dict[str, bytes], name: str, body: bytes) -> list[str]:
    """The files of a document that do not decode to this body."""
    found = [] if files.get(name) == body else [name]
    for suffix, decode in _DECODE.items():
        coded = files.get(f"{name}.{suffix}")
        if coded is not None and decode(coded) != body:
            found.append(f"{name}.{suffix}")
    return found
