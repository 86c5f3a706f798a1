"""The whole suite on each database that is here, in parts side by side, and what came of each: `make test`.

Most of a test of real processes is waiting for them, so a few parts at once take little longer than one. What never asks
which database it stands on runs once, and is counted apart. What is passed on goes to pytest; files and folders narrow it.
"""

import os
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import databases

TESTS = Path(__file__).parent
ONCE = (
    "unit",
    "integration/test_cost_follows_change.py",
    "integration/test_postgresql.py",
    "e2e/test_two_nodes.py",
)
"""What says itself which database it needs, or needs none. A newsroom on the run's own cannot be had there."""
ON_SQLITE = (
    "e2e/test_desk_",
    "e2e/test_browser.py",
    "e2e/test_proxies.py",
    "integration/test_plans_of_sqlite.py",
    "integration/test_backups_of_sqlite.py",
)
"""What people do at the desk in a browser: the same requests stand on both databases in `integration`; what is told in
SQLite's words; and what stands in front, which asks no database. Counted with ONCE."""
ON_POSTGRESQL = ("integration/test_backups_of_postgresql.py",)
"""What only a server can do. Counted with ONCE."""
HANDS = 3
"""So many parts are made of what mostly computes; each file of real processes is a part of its own."""
LANES = 3
"""Parts that run at once: what mostly waits in all lanes but one."""
NOTHING_COLLECTED = 5
"""pytest's exit code where -k or -m left nothing over."""
UNSTEADY = 3
"""So many tests at most are asked again, alone, when all else has come to its end (decision 0036)."""


@dataclass(frozen=True)
class Part:
    """Test files that one pytest runs on one kind of database."""

    kind: str
    files: tuple[Path, ...]
    counted: str = ""
    """The kind that it is counted with, where that is another one."""

    def __str__(self) -> str:
        named = " ".join(str(file.relative_to(TESTS)) for file in self.files[:3])
        return f"{self.kind}: {named}{' …' if len(self.files) > 3 else ''}"


def parts(kinds: list[str], asked: list[Path]) -> deque[Part]:
    """Every test file once for each kind: first what mostly waits, longest first, at the end what mostly computes."""
    files = [file for file in TESTS.glob("**/test_*.py") if any(file.is_relative_to(one) for one in asked)]
    # The larger a file, the longer it takes: near enough, and the same on every machine.
    files.sort(key=lambda file: (-file.stat().st_size, file))
    once = [file for file in files if file.relative_to(TESTS).as_posix().startswith(ONCE)]
    alone = [file for file in files if file.relative_to(TESTS).as_posix().startswith(ON_SQLITE)]
    served = [file for file in files if file.relative_to(TESTS).as_posix().startswith(ON_POSTGRESQL)]
    both = [file for file in files if file not in (*once, *alone, *served)]
    waiting, working = [Part("sqlite", (file,), "either") for file in alone], []
    waiting += [Part("postgresql", (file,), "either") for file in served if "postgresql" in kinds]
    for kind, mine in [("either", once), *((kind, both) for kind in kinds)]:
        apart = [file for file in mine if file.is_relative_to(TESTS / "e2e")]
        rest = [file for file in mine if file not in apart]
        hands = HANDS if kind in kinds else 1
        waiting += [Part(kind, (file,)) for file in apart]
        working += [Part(kind, tuple(rest[n::hands])) for n in range(hands) if rest[n::hands]]
    waiting.sort(key=lambda part: -part.files[0].stat().st_size)
    return deque(waiting + working)


def run(part: Part, options: list[str]) -> tuple[int, str]:
    """The exit code of a part and what it printed."""
    environment = {**os.environ, "FEEDSVC_TEST_DATABASE": part.kind}
    environment.setdefault("FEEDSVC_TEST_PATIENCE", str(LANES))
    # Hundreds of processes are started: each of them would compile what the one before it compiled.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *options, *map(str, part.files)]
    with tempfile.TemporaryFile("w+") as output:
        process = subprocess.Popen(command, env=environment, stdout=output, stderr=output, text=True)
        try:
            code = process.wait()
        finally:
            process.terminate()
        output.seek(0)
        return code, output.read()


@dataclass
class Report:
    """What came of all parts so far."""

    counts: dict[str, Counter[str]]
    failed: list[tuple[Part, str]] = field(default_factory=list)
    """Tests that did not hold, by pytest's name for them."""
    worst: int = 0
    done: int = 0

    def add(self, part: Part, code: int, output: str, seconds: float) -> None:
        """A part that went well is one line and what it skipped; another one is told in full."""
        words = output.rstrip().rpartition("\n")[2].strip(" =")
        for number, word in re.findall(r"(\d+) ([a-z]+)", words.partition(" in ")[0]):
            self.counts[part.counted or part.kind][word.replace("errors", "error")] += int(number)
        self.done += 1
        good = code in (0, NOTHING_COLLECTED)
        named = re.findall(r"^FAILED (\S+?::.+?)(?: - .*)?$", output, re.MULTILINE)
        # What ended in another way than by tests that failed is not asked again.
        if code == 1 and named and len(named) == _number(words, "failed") and not _number(words, "error"):
            self.failed += [(part, name) for name in named]
        else:
            self.worst = self.worst or (0 if good else code)
        told = [line for line in output.splitlines() if line.startswith(("SKIPPED", "XFAIL"))] if good else [output]
        print(f"{part}: {words} ({seconds:.0f} s)", *told, sep="\n", flush=True)

    def again(self, options: list[str]) -> Iterator[str]:
        """Asks each test that did not hold once more, alone, and says what came of it; too many are not asked."""
        if len(self.failed) > UNSTEADY:
            self.worst = self.worst or 1
            yield f"{len(self.failed)} tests did not hold: too many to ask again."
            return
        for part, name in self.failed:
            code, output = run(Part(part.kind, (), part.counted), [*options, name])
            held = code == 0 and _number(output.rstrip().rpartition("\n")[2], "passed") == 1
            if held:
                counts = self.counts[part.counted or part.kind]
                counts["failed"] -= 1
                counts["passed"] += 1
            else:
                self.worst = self.worst or code or 1
            yield (
                f"UNSTEADY, to be mended: {name} held alone ({part.kind})"
                if held
                else f"{name} fails alone, too:\n{output}"
            )

    def lines(self) -> Iterator[str]:
        for kind, counts in self.counts.items():
            said = ", ".join(f"{number} {word}" for word, number in counts.items() if number) or "nothing was run"
            yield f"{'independent of the database' if kind == 'either' else kind}: {said}"


def _number(words: str, word: str) -> int:
    """How many tests pytest's last line says of a word."""
    found = re.search(rf"(\d+) {word}s?\b", words)
    return int(found[1]) if found else 0


def work(queue: deque[Part], report: Report, options: list[str], *, from_behind: bool, lock: threading.Lock) -> None:
    """One lane: a part after the other until none is left."""
    while True:
        with lock:
            if not queue:
                return
            part = queue.pop() if from_behind else queue.popleft()
        began = time.monotonic()
        code, output = run(part, options)
        with lock:
            report.add(part, code, output, time.monotonic() - began)


def main() -> int:
    """Gives the first exit code that is not 0."""
    kinds = ["sqlite", "postgresql"] if databases.is_there() else ["sqlite"]
    asked = [Path(word).resolve() for word in sys.argv[1:] if Path(word).exists()]
    options = [word for word in sys.argv[1:] if not Path(word).exists()]
    queue, lock = parts(kinds, asked or [TESTS]), threading.Lock()
    expected, report, began = len(queue), Report({kind: Counter() for kind in [*kinds, "either"]}), time.monotonic()
    lanes = [
        threading.Thread(
            target=work, args=(queue, report, options), kwargs={"from_behind": number == 0, "lock": lock}, daemon=True
        )
        for number in range(LANES)
    ]
    for lane in lanes:
        lane.start()
    for lane in lanes:
        lane.join()
    told = [*report.again(options), *report.lines()]
    if len(kinds) == 1:
        told.append("postgresql: not run, since no server's programs are here")
        required = "postgresql" in os.environ.get("FEEDSVC_TEST_REQUIRE", "").split(",")
        report.worst = report.worst or int(required)
    elif report.counts["sqlite"] != report.counts["postgresql"]:
        told.append("The two databases differ.")
        report.worst = report.worst or 1
    if report.done != expected:
        told.append("Not every part came to its end.")
        report.worst = report.worst or 1
    print(f"After {time.monotonic() - began:.0f} s:", *told, sep="\n")
    return report.worst


if __name__ == "__main__":
    sys.exit(main())
