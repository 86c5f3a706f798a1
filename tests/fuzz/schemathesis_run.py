"""Runs schemathesis over every operation of the API of a fresh newsroom, served as `serve` does it.

    .venv/bin/python tests/fuzz/schemathesis_run.py PATH/TO/schemathesis [more options for it]

Schemathesis stands in an environment of its own (`requirements.txt` beside this file), since its needs must not
bind ours. Ends with schemathesis's exit code: 0 means no undocumented status, no 5xx, every answer as described.
"""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

HERE = Path(__file__).parent
ADMIN = "admin@example.org"
PATIENCE = 60
ENDS = ("revokeToken",)
"""What may end the token that asks: tried by itself, behind everything else."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def feedsvc(*arguments: str, environment: dict[str, str], stdin: str = "") -> str:
    command = [sys.executable, "-m", "feedsvc", *arguments]
    done = subprocess.run(command, env=environment, input=stdin, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr)
    return done.stdout.strip()


def wait_for(url: str) -> None:
    end = time.monotonic() + PATIENCE
    while True:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except (urllib.error.URLError, OSError):
            if time.monotonic() > end:
                raise
            time.sleep(0.2)


def main(schemathesis: str, *options: str) -> int:
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory(prefix="newsroom-") as folder:
        environment = {**os.environ, "FEEDSVC_INSTANCE": folder, "FEEDSVC_BASE_URL": base, "PORT": str(port)}
        environment["FEEDSVC_API_RATE"] = "1000000"
        feedsvc("init", environment=environment)
        added = ("user", "add", ADMIN, "--name", "Admin", "--role", "admin", "--password-stdin")
        feedsvc(*added, environment=environment, stdin="correct horse battery staple\n")
        token = feedsvc("token", "add", ADMIN, "--scope", "admin", environment=environment)
        log = Path(os.environ.get("FEEDSVC_FUZZ_LOG", Path(folder) / "log"))
        with log.open("wb") as out:
            serve = [sys.executable, "-m", "feedsvc", "serve", "--host", "127.0.0.1", "--port", str(port)]
            server = subprocess.Popen(serve, env=environment, stdout=out, stderr=out)
        try:
            wait_for(f"{base}/api/openapi.json")
            command = [
                schemathesis,
                "--config-file",
                str(HERE / "schemathesis.toml"),
                "run",
                f"{base}/api/openapi.json",
            ]
            command += ["--header", f"Authorization: Bearer {token}", "--continue-on-failure", *options]
            before = [part for name in ENDS for part in ("--exclude-operation-id", name)]
            behind = [part for name in ENDS for part in ("--include-operation-id", name)]
            behind += ["--phases", "examples,coverage,fuzzing"]  # nothing links to these
            code = subprocess.run([*command, *before], cwd=folder, check=False).returncode
            code = subprocess.run([*command, *behind], cwd=folder, check=False).returncode or code
        finally:
            server.send_signal(signal.SIGINT)
            try:
                server.wait(20)
            except subprocess.TimeoutExpired:
                server.kill()
        defects = [
            line for line in log.read_text(errors="replace").splitlines() if "Traceback" in line or "defect" in line
        ]
        sys.stdout.write(f"{len(defects)} lines of the server's log tell of a defect\n")
        return code or bool(defects)


if __name__ == "__main__":
    raise SystemExit(main(*sys.argv[1:]))
