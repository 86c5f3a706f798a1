"""A subscriber as the Recommendation wants one, on loopback; it can be told to misbehave."""

import contextlib
import hashlib
import hmac
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit


@dataclass
class Got:
    """A delivery, as it came."""

    path: str
    headers: dict[str, str]
    body: bytes
    at: float

    def is_signed_with(self, secret: str) -> bool:
        method, _, signature = self.headers["X-Hub-Signature"].partition("=")
        return signature == hmac.new(secret.encode(), self.body, getattr(hashlib, method)).hexdigest()


@dataclass
class Subscriber:
    """What it was asked and sent; what it says is to be changed by tests."""

    base: str = ""
    asked: list[dict[str, str]] = field(default_factory=list)
    got: list[Got] = field(default_factory=list)
    confirm: Callable[[dict[str, str]], tuple[int, str]] = lambda said: (200, said.get("hub.challenge", ""))
    take: Callable[[Got], tuple[int, dict[str, str]]] = lambda _: (204, {})


@contextlib.contextmanager
def subscriber() -> Iterator[Subscriber]:
    """One that listens; gone at the end."""
    one = Subscriber()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            said = {
                name: values[-1] for name, values in parse_qs(urlsplit(self.path).query, keep_blank_values=True).items()
            }
            one.asked.append(said | {"path": self.path})
            self._say(*one.confirm(said))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            got = Got(self.path, dict(self.headers.items()), body, time.time())
            status, headers = one.take(got)
            one.got.append(got)
            self._say(status, "", headers)

        def _say(self, status: int, body: str, headers: dict[str, str] | None = None) -> None:
            self.send_response(status)
            for name, value in (headers or {}).items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body.encode())))
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 256

        def handle_error(self, request: object, client_address: object) -> None:
            """Whoever is killed while it sends leaves a broken connection behind: that is no news."""

    server = Server(("127.0.0.1", 0), Handler)
    one.base = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield one
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
