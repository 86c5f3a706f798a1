"""The samples of `deploy/` as servers in front of a newsroom: the very files, but for names, ports and certificates."""

import contextlib
import os
import re
import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

from served import ROOT, free_port, wait_for

DEPLOY = ROOT / "deploy"
_NGINX = """{user}worker_processes 2; daemon off; pid {home}/pid; error_log {home}/error.log;
events {{ worker_connections 1024; }}
http {{ access_log off; default_type application/octet-stream; {temporary} include {home}/site.conf; }}
"""
_TEMPORARY = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")


def program(name: str) -> str | None:
    """Where a server is; Debian keeps servers where users do not look."""
    return shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin")


def replaced(text: str, *pairs: tuple[str, str]) -> str:
    """The text with each word replaced; a sample that no longer has one is another sample."""
    for old, new in pairs:
        assert old in text, f"the sample has no {old!r} any more"
        text = text.replace(old, new)
    return text


def nginx(home: Path, upstream: int, port: int) -> tuple[list[str], dict[str, str]]:
    sample = re.sub(r"\n *ssl_[^\n]+", "", (DEPLOY / "nginx.conf").read_text())
    site = replaced(
        sample,
        ("server 127.0.0.1:8000;", f"server 127.0.0.1:{upstream};"),
        ("/var/cache/nginx/feedsvc", f"{home}/cache"),
        ("listen 80;", f"listen 127.0.0.1:{free_port()};"),
        ("    listen [::]:80;\n", ""),
        ("listen 443 ssl http2;", f"listen 127.0.0.1:{port};"),
        ("    listen [::]:443 ssl http2;\n", ""),
    )
    (home / "site.conf").write_text(site)
    temporary = " ".join(f"{name}_temp_path {home}/{name};" for name in _TEMPORARY)
    user = "user root;\n" if os.geteuid() == 0 else ""
    (home / "nginx.conf").write_text(_NGINX.format(user=user, home=home, temporary=temporary))
    return [str(program("nginx")), "-p", str(home), "-e", f"{home}/error.log", "-c", f"{home}/nginx.conf"], {}


def caddy(home: Path, upstream: int, port: int) -> tuple[list[str], dict[str, str]]:
    settings = {
        "NEWSROOM": f"http://127.0.0.1:{port}",
        "UPSTREAM": f"127.0.0.1:{upstream}",
        "CADDY_ADMIN": f"127.0.0.1:{free_port()}",
        "XDG_DATA_HOME": str(home),
        "XDG_CONFIG_HOME": str(home),
    }
    return [str(program("caddy")), "run", "--config", str(DEPLOY / "Caddyfile"), "--adapter", "caddyfile"], settings


def varnish(home: Path, upstream: int, port: int) -> tuple[list[str], dict[str, str]]:
    sample = (DEPLOY / "varnish.vcl").read_text()
    (home / "feedsvc.vcl").write_text(replaced(sample, ('.port = "8000";', f'.port = "{upstream}";')))
    command = [str(program("varnishd")), "-F", "-j", "none", "-n", str(home / "v"), "-f", str(home / "feedsvc.vcl")]
    return [*command, "-a", f"127.0.0.1:{port}", "-s", "malloc,32m", "-p", "http_gzip_support=off"], {}


SAMPLES: dict[str, Callable[[Path, int, int], tuple[list[str], dict[str, str]]]] = {
    "nginx": nginx,
    "caddy": caddy,
    "varnish": varnish,
}
PROGRAMS = {"nginx": "nginx", "caddy": "caddy", "varnish": "varnishd"}


def _listens(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False


@contextlib.contextmanager
def before(name: str, home: Path, upstream: int) -> Iterator[tuple[int, int]]:
    """A sample's server in front of a port of this machine: its port and process id. Gone at the end."""
    home.mkdir(parents=True)
    port = free_port()
    command, settings = SAMPLES[name](home, upstream, port)
    with (home / "log").open("ab") as log:
        process = subprocess.Popen(
            command, env={**os.environ, **settings}, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=home
        )
    try:
        assert wait_for(lambda: process.poll() is not None or _listens(port), 30, 0.05), f"{name} does not listen"
        assert process.poll() is None, (home / "log").read_text() + _errors(home)
        yield port, process.pid
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _errors(home: Path) -> str:
    path = home / "error.log"
    return path.read_text() if path.exists() else ""
