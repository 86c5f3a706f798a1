"""nginx with our feed's bytes as files, gzipped beforehand: as fast as HTTP is served on this machine."""

import contextlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from ours import free_port
from processes import Missing, running, wait_for_port

from peers.peer import Peer

CONF = """{user}worker_processes {workers}; daemon off; pid {home}/pid; error_log {home}/error.log;
events {{ worker_connections 1024; }}
http {{ access_log off; sendfile on; keepalive_requests 100000000; types {{ application/atom+xml atom; }}
{temporary}
{server}
}}
"""
_STATIC = "server {{ listen 127.0.0.1:{port}; root {home}/html; gzip_static on; }}"
_TEMPORARY = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")


def version() -> str:
    said = subprocess.run(["nginx", "-v"], capture_output=True, text=True, check=True).stderr
    return said.strip().rpartition("/")[2]


@contextlib.contextmanager
def nginx(home: Path, server: str, port: int) -> Iterator[int]:
    """nginx with this server block; gives its process id. Everything it writes lies in `home`."""
    if shutil.which("nginx") is None:
        raise Missing("nginx is not installed (Debian's package nginx)")
    home.mkdir(parents=True, exist_ok=True)
    temporary = " ".join(f"{name}_temp_path {home}/{name};" for name in _TEMPORARY)
    user = "user root;\n" if os.geteuid() == 0 else ""  # Else its workers could not read a folder of ours.
    conf = CONF.format(user=user, workers=os.cpu_count(), home=home, temporary=temporary, server=server)
    (home / "nginx.conf").write_text(conf)
    log = home / "log"
    command = ["nginx", "-p", str(home), "-e", str(home / "error.log"), "-c", str(home / "nginx.conf")]
    with running(command, log) as process:
        wait_for_port(port, process, log)
        yield process.pid


@contextlib.contextmanager
def serve(home: Path, identity: bytes, gzipped: bytes) -> Iterator[Peer]:
    """The feed's bytes as nginx serves files."""
    html, port = home / "html" / "feeds", free_port()
    html.mkdir(parents=True)
    (html / "news.atom").write_bytes(identity)
    (html / "news.atom.gz").write_bytes(gzipped)
    with nginx(home, _STATIC.format(port=port, home=home), port) as pid:
        url = f"http://127.0.0.1:{port}/feeds/news.atom"
        yield Peer("nginx", url, [pid], {"nginx": version()}, "our bytes as files, gzip_static")
