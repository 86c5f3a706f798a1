"""Ending with one's parent: no process of a newsroom outlives the one that started it."""

import ctypes
import os
import signal
import sys
import threading
import time

CHILD = "FEEDSVC_CHILD"
"""Set in the environment of every process that the supervisor starts."""
_PR_SET_PDEATHSIG = 1
_LOOK_EVERY = 0.5


def die_with_parent() -> None:
    """From now on this process is killed when its parent ends, however that happens.

    By the kernel on Linux (prctl(2)); elsewhere by looking twice a second.
    """
    parent = os.getppid()
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:
            os.kill(os.getpid(), signal.SIGKILL)
    else:
        threading.Thread(target=_watch, args=(parent,), name="lifeline", daemon=True).start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_LOOK_EVERY)
    os.kill(os.getpid(), signal.SIGKILL)
