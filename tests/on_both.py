"""The whole suite on each database that is here, side by side, and what came of each: `make test`.

Most of a test of real processes is waiting for them, so two runs take little longer than one.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import databases


def main() -> int:
    """Gives the first exit code that is not 0. What is passed on goes to pytest."""
    kinds = ["sqlite", "postgresql"] if databases.is_there() else ["sqlite"]
    outputs = {kind: tempfile.TemporaryFile("w+") for kind in kinds[1:]}  # noqa: SIM115  # it lives as long as we do
    runs = {kind: _start(kind, outputs.get(kind)) for kind in kinds}
    told, worst = [], 0
    try:
        for kind, run in runs.items():
            print(f"On {kind}:", flush=True)
            if kind in outputs:
                run.wait()
                outputs[kind].seek(0)
            last = ""
            for line in outputs.get(kind) or run.stdout or ():
                print(line, end="", flush=True)
                last = line.strip(" =\n") or last
            worst = worst or run.wait()
            told.append(f"{kind}: {last}")
    finally:
        for run in runs.values():
            run.terminate()
    if len(kinds) == 1:
        told.append("postgresql: not run, since no server's programs are here")
        required = "postgresql" in os.environ.get("FEEDSVC_TEST_REQUIRE", "").split(",")
        worst = worst or int(required)
    print("\n".join(told))
    return worst


def _start(kind: str, output: "tempfile._TemporaryFileWrapper[str] | None") -> "subprocess.Popen[str]":
    """The suite on one database; its words come through a pipe, or go to a file to be read afterwards."""
    environment = {**os.environ, "FEEDSVC_TEST_DATABASE": kind}
    command = [sys.executable, "-m", "pytest", *sys.argv[1:]]
    return subprocess.Popen(command, env=environment, stdout=output or subprocess.PIPE, text=True)


if __name__ == "__main__":
    sys.exit(main())
