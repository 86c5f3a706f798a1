"""What the clients in Python share: the feed's bytes as it answers them, and how they tell what they read."""

import json
import sys
import urllib.request
from collections.abc import Iterable


def fetched() -> bytes:
    """The feed at the address that was given."""
    with urllib.request.urlopen(sys.argv[1], timeout=30) as answer:  # the address is our own server's
        return bytes(answer.read())


def tell(entries: Iterable[dict[str, object]]) -> None:
    """Writes what was read."""
    json.dump(list(entries), sys.stdout)
