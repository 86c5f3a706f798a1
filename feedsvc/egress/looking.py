"""One address that the operator named, asked once."""

from dataclasses import dataclass
from email.message import Message
from email.parser import BytesHeaderParser

import pycurl

from feedsvc.egress.dialling import Request, line, outcome, ready

TIMEOUT = 15.0
"""Seconds for the whole of it."""
MOST_SEEN = 4_000_000
"""Bytes that are read of an answer."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What an address answered."""

    status: int
    headers: Message
    body: bytes


def look(url: str, headers: dict[str, str]) -> Seen:
    """One GET of an address that the operator named, without following where it leads. Raises OSError.

    It may be any address: a newsroom is often asked where it runs. At most `MOST_SEEN` bytes are read.
    """
    made = line(None)
    try:
        ready(made, Request(url, url, tuple(f"{k}: {v}" for k, v in headers.items()), None, TIMEOUT, MOST_SEEN))
        made.curl.setopt(made.curl.USERAGENT, headers.get("User-Agent", ""))
        made.curl.perform()
        told = outcome(made)
    except ValueError as error:
        raise OSError(f"{url} is no address") from error
    except pycurl.error as error:
        told = outcome(made, *error.args[:2])
    finally:
        made.curl.close()
    if not told.status:
        raise OSError(told.why)
    blocks = [block for block in told.head.split(b"\r\n\r\n") if block]
    _, _, lines = (blocks[-1] if blocks else b"").partition(b"\r\n")
    return Seen(told.status, BytesHeaderParser().parsebytes(lines), told.body)
