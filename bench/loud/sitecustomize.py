"""Makes the processes of a measured newsroom write debug lines too, which tell of builds.

Python imports a module of this name at its start where it is on the path: so the supervisor, the web processes and the
ticker are those of the default command, and only their log says more.
"""

import logging

import structlog

from feedsvc import logs

_configure = logs.configure


def _louder() -> None:
    _configure()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.DEBUG))


logs.configure = _louder
