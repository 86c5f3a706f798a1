"""One transfer that can do nothing but what it is for: libcurl, held short.

The decision falls on the address that is really dialled, when its socket is opened: whatever a name led to a moment
ago, however an address is spelled. No proxy of the environment is used, no redirect followed, nothing is unpacked, and
the whole of it ends at its deadline. (Measured: the limits of usual HTTP clients do not bound a server that drips.)
"""

import os
import socket
import ssl
from dataclasses import dataclass, field
from typing import Any

import pycurl

from feedsvc import __version__
from feedsvc.egress.ranges import Network, may_dial

SECONDS = 10.0
"""From the name's look-up to the last byte of the answer."""
CONNECT_SECONDS = 5.0
MOST_READ = 64 * 1024
"""Bytes of an answer, its headers and its body by themselves; what comes behind is not waited for."""
AGENT = f"feedsvc/{__version__}"
_ROOTS = ssl.get_default_verify_paths()


@dataclass(frozen=True, slots=True)
class Request:
    """What is to be sent, and for whom."""

    tag: Any
    """The caller's own name for it."""
    url: str
    headers: tuple[str, ...] = ()
    body: bytes | None = None
    """What is posted; None: a GET."""
    seconds: float = SECONDS
    most: int = MOST_READ


@dataclass(slots=True)
class Outcome:
    """What became of a request."""

    tag: Any
    status: int = 0
    """The answer's; 0: there was none."""
    why: str = ""
    """In plain words why there was no whole answer; empty where there was one."""
    head: bytes = b""
    """Every header line that came, those of interim answers too."""
    body: bytes = b""
    refused: bool = False
    """Nothing was dialled, since the address is not one that may be."""
    seconds: float = 0.0

    def header(self, name: str) -> str:
        """The last header of that name, or the empty string."""
        found = ""
        for line in self.head.split(b"\r\n"):
            said, colon, value = line.partition(b":")
            if colon and said.strip().lower() == name.lower().encode():
                found = value.strip().decode("latin-1")
        return found


class _Handed:
    """A socket for pycurl, which makes a copy of it for libcurl and then forgets this one."""

    def __init__(self, made: socket.socket) -> None:
        self._made = made

    def fileno(self) -> int:
        """Its descriptor."""
        return self._made.fileno()

    def __del__(self) -> None:
        self._made.close()


@dataclass(slots=True)
class Line:
    """A libcurl handle: set up once, used for one request after the other."""

    curl: Any
    allowed: tuple[Network, ...] | None
    """What may be dialled besides the public internet; None: anything, since the operator named the address."""
    request: Request = Request(None, "")
    head: bytearray = field(default_factory=bytearray)
    body: bytearray = field(default_factory=bytearray)
    forbidden: str = ""
    """An address that was not dialled."""
    began: float = 0.0
    """When, by the clock that only goes forward."""

    def open_socket(self, _purpose: int, address: Any) -> Any:
        """libcurl's CURLOPT_OPENSOCKETFUNCTION: a socket for exactly this address, or none."""
        host, port = address.addr[0], address.addr[1]
        if self.allowed is not None and not may_dial(host, port, self.allowed):
            self.forbidden = f"{host}, port {port}"
            return pycurl.SOCKET_BAD
        return _Handed(socket.socket(address.family, address.socktype, address.protocol))

    def take_head(self, some: bytes) -> int | None:
        """Header lines as they come; more than may come ends the transfer."""
        self.head += some
        return -1 if len(self.head) > self.request.most else None

    def take_body(self, some: bytes) -> int | None:
        """Bytes of the body as they come; the first that is too many ends the transfer."""
        room = self.request.most - len(self.body)
        self.body += some[:room]
        return -1 if len(some) > room else None


def line(allowed: tuple[Network, ...] | None) -> Line:
    """A handle with all that never changes between requests."""
    curl = pycurl.Curl()
    made = Line(curl, allowed)
    for option, value in (
        (curl.PROTOCOLS, curl.PROTO_HTTP | curl.PROTO_HTTPS),
        (curl.FOLLOWLOCATION, 0),
        (curl.PROXY, ""),  # and so none that HTTP_PROXY and its kin name
        (curl.NOPROXY, "*"),
        (curl.NOSIGNAL, 1),
        (curl.HTTP_CONTENT_DECODING, 0),
        (curl.HTTP09_ALLOWED, 0),
        (curl.HTTP_VERSION, curl.CURL_HTTP_VERSION_1_1),
        (curl.PATH_AS_IS, 1),  # the exact callback (WebSub §7)
        (curl.CONNECTTIMEOUT_MS, int(CONNECT_SECONDS * 1000)),
        (curl.SSL_VERIFYPEER, 1),
        (curl.SSL_VERIFYHOST, 2),
        (curl.USERAGENT, AGENT),
        (curl.OPENSOCKETFUNCTION, made.open_socket),
        (curl.HEADERFUNCTION, made.take_head),
        (curl.WRITEFUNCTION, made.take_body),
        *((option, path) for option, path in ((curl.CAINFO, _ROOTS.cafile), (curl.CAPATH, _ROOTS.capath)) if path),
    ):
        curl.setopt(option, value)
    return made


def ready(made: Line, request: Request) -> None:
    """Sets a handle to a request. Raises ValueError for an address that libcurl cannot be given."""
    curl = made.curl
    made.request, made.forbidden = request, ""
    made.head, made.body = bytearray(), bytearray()
    try:
        curl.setopt(curl.URL, request.url.encode("ascii"))
    except (UnicodeEncodeError, pycurl.error) as error:
        raise ValueError("not an address") from error
    curl.setopt(curl.TIMEOUT_MS, int(request.seconds * 1000))
    if request.body is None:
        curl.setopt(curl.HTTPGET, 1)
    else:
        curl.setopt(curl.POST, 1)
        curl.setopt(curl.POSTFIELDS, request.body)
    curl.setopt(curl.HTTPHEADER, [*request.headers, "Expect:"])


def outcome(made: Line, error: int | None = None, said: str = "") -> Outcome:
    """What became of the request, `error` being libcurl's number where it ended badly."""
    curl, request = made.curl, made.request
    told = Outcome(request.tag, head=bytes(made.head), body=bytes(made.body), seconds=curl.getinfo(curl.TOTAL_TIME))
    if error == pycurl.E_WRITE_ERROR and len(made.head) <= request.most:  # All headers came, and then too much body.
        error, told.why = None, f"more than {request.most:,} bytes of answer; the rest was not read"
    if error is None:
        told.status = curl.getinfo(curl.RESPONSE_CODE)
        return told
    told.refused = bool(made.forbidden) and error == pycurl.E_COULDNT_CONNECT
    told.why = _why(made, error, said)
    return told


def _why(made: Line, error: int, said: str) -> str:
    """A failure in words for an operator."""
    number = made.curl.getinfo(made.curl.OS_ERRNO)
    if made.forbidden and error == pycurl.E_COULDNT_CONNECT:
        return f"{made.forbidden}: an address that must not be dialled (see FEEDSVC_EGRESS_ALLOW)"
    if error == pycurl.E_COULDNT_CONNECT and number:
        return os.strerror(number)
    if error == pycurl.E_OPERATION_TIMEDOUT:
        return f"no answer within {made.request.seconds:g} s"
    if error == pycurl.E_WRITE_ERROR:
        return f"more than {made.request.most:,} bytes of headers"
    return said or f"libcurl's error {error}"
