"""The examples of docs/api.md are run as they stand, against a newsroom that answers."""

import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from api_client import token_for
from apps import application
from desk_newsroom import Desk
from werkzeug.serving import make_server

GUIDE = Path(__file__).parents[2] / "docs" / "api.md"


def examples(language: str) -> str:
    """All blocks of a language, one after the other."""
    found = re.findall(rf"^```{language}\n(.*?)^```$", GUIDE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    assert found
    return "\n".join(found)


@pytest.fixture
def environment(instance: Path) -> Iterator[dict[str, str]]:
    assert instance.is_dir()
    server = make_server("127.0.0.1", 0, application(), threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    token = token_for("publisher", "items:write", "items:publish")
    yield {**os.environ, "NEWSROOM": f"http://127.0.0.1:{server.server_port}", "TOKEN": token}
    server.shutdown()
    thread.join()
    server.server_close()


def run(command: list[str], text: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, input=text, env=environment, capture_output=True, text=True, encoding="utf-8", timeout=60, check=False
    )


def test_python_examples_run(environment: dict[str, str]) -> None:
    done = run([sys.executable, "-W", "error", "-"], examples("python"), environment)
    assert done.returncode == 0, done.stderr


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not here")
def test_curl_examples_run(environment: dict[str, str]) -> None:
    done = run(["bash", "-euo", "pipefail", "-s"], examples("sh"), environment)
    assert done.returncode == 0, done.stderr + done.stdout
    assert '"state":"withdrawn"' in done.stdout
    admin = {**environment, "TOKEN": token_for("admin")}
    done = run(["bash", "-euo", "pipefail", "-s"], examples("sh admin"), admin)
    assert done.returncode == 0, done.stderr + done.stdout
    assert '"token":"fsvc_' in done.stdout


def test_guide_names_only_what_the_api_has() -> None:
    from feedsvc.newsroom.workflow import SCOPES
    from feedsvc.web.api.operations import OPERATIONS

    text = GUIDE.read_text(encoding="utf-8")
    scopes = set(re.findall(r"`([a-z]+:[a-z]+|admin)`", text))
    assert scopes <= set(SCOPES)
    verbs = set(re.findall(r"(?:\$item|\$draft|\{address\})/([a-z-]+)", text))
    assert {f"/items/{{id}}/{verb}" for verb in verbs} <= {row.path for row in OPERATIONS.values()}


def test_reference_has_the_frame_of_the_other_pages(desk: Desk) -> None:
    page, home = desk.stranger().get("/api/docs"), desk.stranger().get("/")
    for part in ('<header class="bar"><div>', '<nav aria-label="Newsroom">', '<footer class="foot"><div>'):
        assert part in home.text
        assert part in page.text
    assert '<meta name="robots" content="noindex">' in page.text
    assert page.headers["Cache-Control"] == "private, no-store"
