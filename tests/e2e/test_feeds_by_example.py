"""The examples in docs/feeds.md, run word for word by a Python of their own against a served newsroom."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from served import Served

PAGE = Path(__file__).parents[2] / "docs" / "feeds.md"
EXAMPLES = re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)


def test_there_are_examples() -> None:
    assert len(EXAMPLES) == 4


@pytest.mark.parametrize("example", EXAMPLES, ids=[f"example {n}" for n, _ in enumerate(EXAMPLES, 1)])
def test_an_example_does_what_it_says(served: Served, example: str) -> None:
    said = re.findall(r"^\s*print\(.*\)  # (.*)$", example, re.MULTILINE)
    assert said
    code = f"NEWSROOM = 'http://localhost:{served.port}'\n{example}"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.split() == said
