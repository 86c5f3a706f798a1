"""The bell: every movement of a link is heard, by every process of the node."""

from pathlib import Path

from feedsvc import bell as rings
from feedsvc import shelf
from feedsvc.shelf import Key, Mark, Shelved

KEY = Key("en", "news")


def shelved(version: int) -> Shelved:
    return Shelved(Mark(version, 10**14, 1), 0, {"atom": "x"}, {"atom": b"bytes"})


def test_every_movement_of_a_link_rings(tmp_path: Path) -> None:
    bell = rings.listen(tmp_path)
    heard = {bell[:]}
    shelf.put(tmp_path, KEY, shelved(1))
    heard.add(bell[:])
    shelf.put(tmp_path, KEY, shelved(2))
    heard.add(bell[:])
    shelf.expire(tmp_path, KEY, below=10, for_good=True)
    heard.add(bell[:])
    shelf.drop(tmp_path, KEY)
    heard.add(bell[:])
    assert len(heard) == 5


def test_a_version_that_is_behind_moves_no_link_and_does_not_ring(tmp_path: Path) -> None:
    shelf.put(tmp_path, KEY, shelved(2))
    bell = rings.listen(tmp_path)
    before = bell[:]
    assert not shelf.put(tmp_path, KEY, shelved(1))
    assert bell[:] == before
    assert shelf.mark(tmp_path, KEY) == Mark(2, 10**14, 1)
