"""What the ticker costs while nothing happens: `python bench/quiet_ticker.py FEEDS SECONDS` in the environment of `make run`.

Every feed was read within the day and lies on the shelf in all codings. Prints processor seconds per minute.
"""

import os
import subprocess
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path

SETTLING = 15


def made(instance: Path, feeds: int) -> None:
    """A newsroom with so many hot feeds, each with the files of the same one."""
    os.environ |= {"FEEDSVC_INSTANCE": str(instance), "FEEDSVC_BASE_URL": "http://news.test"}
    from sqlalchemy import insert, select

    from feedsvc import clock, setup, shelf
    from feedsvc.db import transaction
    from feedsvc.feeds import build
    from feedsvc.models import Feed

    instance.mkdir(parents=True, exist_ok=True)
    setup.make_folder(instance)
    setup.prepare()
    now = clock.now()
    with transaction() as session:
        version = session.scalar(select(Feed.version).limit(1))
        row = {"language": "en", "version": version, "last_modified": now.replace(microsecond=0), "until": clock.NEVER}
        row |= {"created_at": now, "announced_at": now, "read_at": now + timedelta(hours=1)}
        session.execute(
            insert(Feed), [row | {"guid": f"urn:quiet:{n}", "scope": f"tag/quiet-{n}"} for n in range(feeds)]
        )
    first = shelf.Key("en", "tag/quiet-0")
    for key in (first, shelf.Key("en", "news")):
        build.build(key)
        build.compress(key)
    mark = shelf.mark(instance, first)
    files = list((shelf.folder(instance, first) / str(mark)).iterdir())
    for number in range(1, feeds):
        place = shelf.folder(instance, shelf.Key("en", f"tag/quiet-{number}"))
        version_folder = place / str(mark)
        version_folder.mkdir(parents=True)
        for file in files:
            os.link(file, version_folder / file.name)
        (place / shelf.CURRENT).symlink_to(str(mark))
        (place / ".lock").touch()


def processor_seconds(pid: int) -> float:
    """What a process has used so far."""
    fields = (Path("/proc") / str(pid) / "stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main(feeds: int, seconds: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        instance = Path(folder) / "instance"
        made(instance, feeds)
        with (Path(folder) / "log").open("wb") as log:
            ticker = subprocess.Popen([sys.executable, "-m", "feedsvc", "worker"], stdout=log, stderr=log)
            try:
                time.sleep(SETTLING)
                before = processor_seconds(ticker.pid)
                time.sleep(seconds)
                used = processor_seconds(ticker.pid) - before
            finally:
                ticker.terminate()
                ticker.wait(10)
        said = (Path(folder) / "log").read_text()
        print(f"{feeds} hot feeds at rest: {used / seconds * 60:.2f} processor seconds per minute", said[-300:])


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
