"""Logs: one JSON object a line on standard error; short and coloured at a terminal."""

import logging
import sys

import structlog


def configure() -> None:
    """Sets up logging for this process. Values are data: line feeds and escapes in them cannot forge a line."""
    # That a job is still at work when its next turn comes is no fault: it is asked again a moment later. /readyz tells of one
    # that never ends.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    terminal = sys.stderr.isatty()
    last = structlog.dev.ConsoleRenderer() if terminal else structlog.processors.JSONRenderer(ensure_ascii=True)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            last,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
