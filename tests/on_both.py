"""The whole suite on each database that is here, one after the other, and what came of each: `make test`."""

import os
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import databases


def main() -> int:
    """Gives the first exit code that is not 0. What is passed on goes to pytest."""
    kinds = ["sqlite", "postgresql"] if databases.is_there() else ["sqlite"]
    told, worst = [], 0
    for kind in kinds:
        print(f"On {kind}:", flush=True)
        command = [sys.executable, "-m", "pytest", *sys.argv[1:]]
        with subprocess.Popen(
            command, env={**os.environ, "FEEDSVC_TEST_DATABASE": kind}, stdout=subprocess.PIPE, text=True
        ) as run:
            assert run.stdout is not None
            last = ""
            for line in run.stdout:
                print(line, end="", flush=True)
                last = line.strip(" =\n") or last
        told.append(f"{kind}: {last}")
        worst = worst or run.returncode
    if len(kinds) == 1:
        told.append("postgresql: not run, since no server's programs are here")
        required = "postgresql" in os.environ.get("FEEDSVC_TEST_REQUIRE", "").split(",")
        worst = worst or int(required)
    print("\n".join(told))
    return worst


if __name__ == "__main__":
    sys.exit(main())
