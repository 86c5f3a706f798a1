"""What was measured, on what, at which commit: one JSON file a commit in `bench/results`, each part with its own date."""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from ours import ROOT

FOLDER = Path(__file__).parent / "results"
MANY_POSTS = 100_000
_OURS = ("granian", "Flask", "SQLAlchemy", "feedgen", "APScheduler")


def commit() -> str:
    """The commit that was measured; with `-changed` where the work tree differs from it."""

    def git(*words: str) -> str:
        done = subprocess.run(["git", "-C", str(ROOT), *words], capture_output=True, text=True, check=False)
        return done.stdout.strip()

    changed = git("status", "--porcelain", "--untracked-files=no", "--", "feedsvc", "bench/*.py", "requirements.txt")
    return (git("rev-parse", "--short", "HEAD") or "unknown") + ("-changed" if changed else "")


def software() -> dict[str, str]:
    """The versions of what our own server is made of."""
    wrk = subprocess.run(["wrk", "-v"], capture_output=True, text=True, check=False).stdout.split()
    mine = {name: version(name) for name in _OURS}
    return {"Python": sys.version.split()[0], **mine, "wrk": wrk[1] if len(wrk) > 1 else "unknown"}


def machine() -> dict[str, Any]:
    """What the figures were measured on."""
    model = next((line for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line), "")
    memory = Path("/proc/meminfo").read_text().split()[1]
    return {
        "cores": os.cpu_count(),
        "processor": model.partition(": ")[2],
        "memory_gb": round(int(memory) / 1e6),
        "kernel": os.uname().release,
    }


def write(parts: dict[str, dict[str, Any]], *, asked: dict[str, Any]) -> Path:
    """Adds the parts to this commit's file, in place of the same parts of an earlier run. Gives the file."""
    FOLDER.mkdir(exist_ok=True)
    path = FOLDER / f"{commit()}.json"
    now = datetime.now(UTC).isoformat(timespec="seconds")
    kept = json.loads(path.read_text()) if path.exists() else {}
    there = kept.get("parts", {})
    for name, figures in parts.items():
        there[name] = {"measured_at": now, "asked": asked, **figures}
    versions = {**kept.get("versions", {}), **software()}
    for figures in parts.values():
        versions |= figures.pop("versions", {})
    whole = {"commit": commit(), "machine": machine(), "versions": versions, "parts": there}
    making = path.with_suffix(".making")
    making.write_text(json.dumps(whole, indent=1) + "\n")
    making.rename(path)
    return path


def newest() -> dict[str, tuple[dict[str, Any], dict[str, Any]]]:
    """Each part that was ever measured, from the newest run that has it, beside the whole of that file."""
    found: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {}
    for path in sorted(FOLDER.glob("*.json")):
        whole = json.loads(path.read_text())
        for part, figures in whole.get("parts", {}).items():
            # Peers that hold so much more than by default are another figure, not a newer one.
            name = "large peers" if part == "peers" and figures["asked"]["posts"] >= MANY_POSTS else part
            if name not in found or figures["measured_at"] > found[name][0]["measured_at"]:
                found[name] = (figures, whole)
    return found
