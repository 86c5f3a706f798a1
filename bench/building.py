"""What building one feed after a publish costs, against what cannot be saved of it: joining its bytes and packing them.

    python building.py ROUNDS     in the environment of a newsroom that nobody serves; prints JSON

In one process and one thread, so that its processor time is that of the work and of nothing beside it.
"""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from statistics import median
from typing import Any, TypeVar

from ours import ROOT, Served

T = TypeVar("T")


def measure(served: Served, rounds: int) -> dict[str, Any]:
    """The part `building`, in a process of its own on a newsroom that is not served meanwhile."""
    done = subprocess.run(
        [sys.executable, __file__, str(rounds)],
        cwd=ROOT,
        env={**served.environment, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.exit(f"the part building failed:\n{done.stderr}")
    found: dict[str, Any] = json.loads(done.stdout.strip().rpartition("\n")[2])
    return found


def _took(work: Callable[[], T]) -> tuple[T, float]:
    """What the work gives, and the milliseconds of processor time that it took."""
    began = time.thread_time()
    found = work()
    return found, (time.thread_time() - began) * 1000


def main() -> None:
    """Publishes an item, builds the feed of everything, and does the unavoidable of that build once more; so many times."""
    import corpus

    from feedsvc import clock, shelf
    from feedsvc.db import reading
    from feedsvc.feeds import build, contents
    from feedsvc.formats.registry import FORMATS
    from feedsvc.newsroom import items, listing, publishing
    from feedsvc.newsroom.drafts import ItemDraft, checked
    from feedsvc.newsroom.workflow import SYSTEM
    from feedsvc.road import act

    key, builds, least = shelf.Key("en", listing.NEWS), [], []
    build.build(key)
    for number in range(int(sys.argv[1]) + 1):
        text = corpus.release(number % corpus.RELEASES)
        draft = ItemDraft(f"Built {number} {time.time_ns()}", summary=text.summary, body_html=text.body_html)
        made = act(items.create, checked(draft, ("en",)), actor=SYSTEM)
        act(publishing.publish, str(made.item.key), actor=SYSTEM)
        # Nobody reads here, so the call built nothing: all of it is built now, the new entry rendered.
        _, built = _took(lambda: build.build(key))
        with reading() as session:
            found = contents.contents(session, contents.ground(session, [key], now=clock.now()), key)

        def unavoidable(found: contents.Contents = found) -> None:
            for suffix in FORMATS:
                contents.packed(b"".join(one.bytes[suffix] for one in found.entries))

        _, joined = _took(unavoidable)
        builds.append(built)
        least.append(joined)
    builds, least = builds[1:], least[1:]  # The first loads what is loaded once.
    ratio = median(one / other for one, other in zip(builds, least, strict=True))
    found = {"build_ms": median(builds), "join_and_gzip_ms": median(least), "ratio": ratio}
    print(json.dumps({"rounds": len(builds), **{name: round(value, 3) for name, value in found.items()}}))


if __name__ == "__main__":
    main()
