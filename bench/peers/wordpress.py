"""Debian's WordPress behind nginx and php-fpm, with a MariaDB of its own: all in one folder, no system service touched.

What makes it quick without a plugin is done for it: OPcache, no cron and no calls to the outside on requests, an InnoDB
pool that holds all posts, gzip by nginx.
"""

import contextlib
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import corpus
from ours import free_port
from processes import Missing, running

from peers.nginx_static import nginx, version
from peers.peer import Peer

_SOURCE = Path("/usr/share/wordpress")
_PACKAGES = "wordpress php-fpm php-mysql mariadb-server-core nginx"
_CHILDREN = 4
_CONFIG = """<?php
define('DB_NAME', 'wordpress'); define('DB_USER', 'root'); define('DB_PASSWORD', '');
define('DB_HOST', 'localhost:{socket}'); define('DB_CHARSET', 'utf8mb4'); define('DB_COLLATE', '');
define('WP_HOME', '{url}'); define('WP_SITEURL', '{url}');
define('DISABLE_WP_CRON', true); define('WP_HTTP_BLOCK_EXTERNAL', true); define('AUTOMATIC_UPDATER_DISABLED', true);
$table_prefix = 'wp_';
if (!defined('ABSPATH')) define('ABSPATH', __DIR__ . '/');
require_once ABSPATH . 'wp-settings.php';
"""
_INSTALL = """
define('WP_INSTALLING', true); $_SERVER['HTTP_HOST'] = '127.0.0.1:%d'; $_SERVER['REQUEST_METHOD'] = 'GET';
require '%s/wp-load.php'; require_once ABSPATH . 'wp-admin/includes/upgrade.php';
function wp_new_blog_notification() {}
wp_install('Newsroom', 'editor', 'editor@example.org', true, '', 'a long enough password');
update_option('posts_per_rss', %d); update_option('rss_use_excerpt', 0); update_option('timezone_string', 'UTC');
foreach (['Company', 'Innovation', 'Community'] as $name) wp_insert_term($name, 'category');
echo $GLOBALS['wp_version'];
"""
_POOL = """[global]
error_log = {home}/fpm.log
daemonize = no
[www]
{user}listen = {home}/fpm.sock
pm = static
pm.max_children = {children}
pm.max_requests = 0
"""
_SERVER = """
  gzip on; gzip_types application/atom+xml application/rss+xml text/xml;
  server {{ listen 127.0.0.1:{port}; root {site}; index index.php;
    location / {{ try_files $uri /index.php?$args; }}
    location ~ \\.php$ {{
      fastcgi_pass unix:{home}/fpm.sock; fastcgi_buffers 64 32k; fastcgi_buffer_size 32k;
      fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name; fastcgi_param SCRIPT_NAME $fastcgi_script_name;
      fastcgi_param QUERY_STRING $query_string; fastcgi_param REQUEST_METHOD $request_method;
      fastcgi_param REQUEST_URI $request_uri; fastcgi_param DOCUMENT_URI $document_uri;
      fastcgi_param SERVER_PROTOCOL $server_protocol; fastcgi_param REMOTE_ADDR $remote_addr;
      fastcgi_param SERVER_NAME 127.0.0.1; fastcgi_param SERVER_PORT {port}; fastcgi_param HTTP_HOST $http_host;
    }} }}"""
_BASE_ROWS = 1_000
"""Posts written one by one; more of them are made from these within the database."""
_COLUMNS = (
    "post_author, post_date, post_date_gmt, post_content, post_title, post_excerpt, post_status, post_name, to_ping, "
    "pinged, post_modified, post_modified_gmt, post_content_filtered, guid, post_type, comment_status, ping_status"
)


@contextlib.contextmanager
def serve(home: Path, posts: int) -> Iterator[Peer]:
    """WordPress with so many posts."""
    fpm = _needed()
    home.mkdir(parents=True)
    site, port = home / "site", free_port()
    shutil.copytree(_SOURCE, site, ignore=shutil.ignore_patterns("wp-config.php"), ignore_dangling_symlinks=True)
    (site / "wp-config.php").write_text(_CONFIG.format(socket=home / "db.sock", url=f"http://127.0.0.1:{port}"))
    with ExitStack() as stack:
        database = stack.enter_context(_mariadb(home))
        release = _php(_INSTALL % (port, site, corpus.SHOWN))
        _sql(home, _fill(posts))
        root = f"user = root\n{_owned(home)}" if os.geteuid() == 0 else ""
        (home / "fpm.conf").write_text(_POOL.format(home=home, user=root, children=_CHILDREN))
        command = [fpm, "--nodaemonize", "-y", str(home / "fpm.conf"), *(["-R"] if os.geteuid() == 0 else [])]
        php = stack.enter_context(running(command, home / "fpm-log"))
        _wait_for(home / "fpm.sock", php, home / "fpm-log")
        web = stack.enter_context(nginx(home / "nginx", _SERVER.format(port=port, site=site, home=home), port))
        versions = {
            "WordPress": release,
            "PHP": _php("echo PHP_VERSION;"),
            "MariaDB": _sql(home, "SELECT VERSION()", database="").strip(),
            "nginx": version(),
        }
        about = f"{posts:,} posts, {_CHILDREN} php-fpm processes with OPcache, MariaDB, gzip by nginx"
        yield Peer("wordpress", f"http://127.0.0.1:{port}/?feed=atom", [database, php.pid, web], versions, about)


def _needed() -> str:
    """The path of php-fpm. Raises Missing with what to install."""
    fpm = next(iter(sorted(Path("/usr/sbin").glob("php-fpm*"), reverse=True)), None)
    there = all(map(shutil.which, ("mariadbd", "mariadb-install-db", "mariadb", "php", "nginx")))
    if fpm is None or not there or not (_SOURCE / "wp-settings.php").exists():
        raise Missing(f"It needs the Debian packages {_PACKAGES}")
    return str(fpm)


def _owned(home: Path) -> str:
    """As root, the pool's socket has to be named an owner."""
    return f"listen.owner = {home.owner()}\n"


def _wait_for(path: Path, process: "subprocess.Popen[bytes]", log: Path, seconds: float = 30) -> None:
    """Waits for a server's socket. Raises Missing with the end of its log."""
    end = time.monotonic() + seconds
    while not path.exists():
        if process.poll() is not None or time.monotonic() > end:
            raise Missing(f"It did not start: {log.read_text(errors='replace')[-500:]}")
        time.sleep(0.05)


def _run(command: list[str], stdin: str = "", seconds: float = 900) -> str:
    """What a command prints. Raises Missing with what it complained of."""
    done = subprocess.run(command, input=stdin, capture_output=True, text=True, timeout=seconds, check=False)
    if done.returncode:
        raise Missing(f"{Path(command[0]).name} failed: {(done.stderr or done.stdout)[-500:]}")
    return done.stdout


def _php(code: str) -> str:
    """What a script prints last."""
    return _run(["php", "-d", "sendmail_path=/bin/true", "-r", code]).strip().splitlines()[-1]


def _sql(home: Path, text: str, database: str = "wordpress") -> str:
    """Runs SQL; gives the rows as text."""
    return _run(["mariadb", "--no-defaults", f"--socket={home}/db.sock", "--user=root", "-N", "-B", database], text)


@contextlib.contextmanager
def _mariadb(home: Path) -> Iterator[int]:
    """A MariaDB that listens on a socket alone; gives its process id."""
    user = ["--user=root"] if os.geteuid() == 0 else []
    data = f"--datadir={home}/data"
    how = ["--auth-root-authentication-method=normal", "--skip-test-db"]
    _run(["mariadb-install-db", "--no-defaults", data, *how, *user])
    options = ["--skip-networking", f"--socket={home}/db.sock", f"--pid-file={home}/db.pid"]
    sizes = ["--innodb-buffer-pool-size=1G", "--max-allowed-packet=256M", "--innodb-flush-log-at-trx-commit=2"]
    command = [shutil.which("mariadbd") or "", "--no-defaults", data, *options, *sizes, *user]
    with running(command, home / "db.log", patience=60) as process:
        _wait_for(home / "db.sock", process, home / "db.log")
        _sql(home, "CREATE DATABASE wordpress CHARACTER SET utf8mb4", database="")
        yield process.pid


def _fill(posts: int) -> str:
    """SQL that writes the posts: the newest ones row by row, older ones as copies of them with earlier dates."""
    lines = ["DELETE FROM wp_posts; DELETE FROM wp_term_relationships; SET autocommit=0;"]
    written = min(posts, _BASE_ROWS)
    for number, at, text in corpus.posts(written):
        moment = at.strftime("%Y-%m-%d %H:%M:%S")
        words = [text.body_html, text.headline, text.summary]
        body, title, summary = (word.replace("\\", "\\\\").replace("'", "''") for word in words)
        lines.append(
            f"INSERT INTO wp_posts ({_COLUMNS}) VALUES (1, '{moment}', '{moment}', '{body}', '{title}', '{summary}', "
            f"'publish', 'post-{number}', '', '', '{moment}', '{moment}', '', 'urn:post:{number}', 'post', 'closed', 'closed');"
        )
    for step in range(1, -(-posts // _BASE_ROWS)):
        most = min(_BASE_ROWS, posts - step * _BASE_ROWS)
        earlier = f"post_date - INTERVAL {step * _BASE_ROWS} HOUR"
        lines.append(
            f"INSERT INTO wp_posts ({_COLUMNS}) SELECT 1, {earlier}, {earlier}, post_content, post_title, post_excerpt, "
            f"'publish', CONCAT(post_name, '-{step}'), '', '', {earlier}, {earlier}, '', CONCAT(guid, '-{step}'), 'post', "
            f"'closed', 'closed' FROM wp_posts WHERE guid LIKE 'urn:post:%' AND guid NOT LIKE 'urn:post:%-%' "
            f"ORDER BY post_date DESC LIMIT {most}; COMMIT;"
        )
    lines.append(
        "INSERT INTO wp_term_relationships (object_id, term_taxonomy_id, term_order) "
        "SELECT p.ID, t.term_taxonomy_id, 0 FROM wp_posts p JOIN wp_term_taxonomy t ON t.taxonomy = 'category' "
        "WHERE t.term_taxonomy_id > 1; "
        f"UPDATE wp_term_taxonomy SET count = {posts} WHERE taxonomy = 'category'; COMMIT; ANALYZE TABLE wp_posts;"
    )
    return "\n".join(lines)
