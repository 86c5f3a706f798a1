"""The parent of the web processes: granian with our application, ending with the supervisor that started it."""

import gc
import importlib
import json
import multiprocessing
import os
import sys

from granian import Granian
from granian.constants import HTTPModes, Interfaces, RuntimeModes
from granian.log import LogLevels

from feedsvc import lifeline

APPLICATION = "feedsvc.web.serve:load"
BACKLOG = 2_048
KILL_AFTER = 5
"""Seconds that a web process gets to finish its requests."""


def command(host: str, port: int, workers: int, threads: int) -> list[str]:
    """The command line that runs this module."""
    options = {"address": host, "port": port, "workers": workers, "blocking_threads": threads}
    return [sys.executable, "-m", "feedsvc.webserver", json.dumps(options)]


def main() -> None:
    """Serves until told to end; a web process that dies is replaced."""
    lifeline.die_with_parent()
    os.environ.update(lifeline.for_children())  # granian's workers are forked from here
    if multiprocessing.get_start_method() == "fork":
        # Loaded once for all of them, and at hand when one has to be replaced; frozen, so that its memory stays shared.
        importlib.import_module(APPLICATION.partition(":")[0])
        gc.collect()
        gc.freeze()
    Granian(
        APPLICATION,
        factory=True,
        interface=Interfaces.WSGI,
        http=HTTPModes.http1,
        runtime_mode=RuntimeModes.st,
        websockets=False,
        log_level=LogLevels.error,
        respawn_failed_workers=True,
        workers_kill_timeout=KILL_AFTER,
        backlog=BACKLOG,
        **json.loads(sys.argv[1]),
    ).serve()


if __name__ == "__main__":
    main()
