"""Runs the official MCP conformance suite against Interlock: ``python tests/conformance/run.py``.

The suite and the Node it needs come from npm, at the first run, into a folder beside this file.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
MODULES = HERE / "node_modules"
NODE = MODULES / ".bin/node"
SUITE = MODULES / "@modelcontextprotocol/conformance/dist/index.js"
PACKAGES = ("node@22", "@modelcontextprotocol/conformance@0.2.0-alpha.12")

LEGS: dict[str, list[str]] = {
    "2026-07-28": ["--spec-version", "2026-07-28"],
    "2025-11-25": ["--spec-version", "2025-11-25"],
    "all": [],
}

_TOTAL = re.compile(r"Total: (\d+) passed, (\d+) failed")


@dataclass(frozen=True)
class Score:
    """How one leg ended."""

    passed: int
    failed: int
    said: str

    def failures(self) -> list[str]:
        return [line for line in self.said.splitlines() if "✗" in line or "FAILURE" in line]


def install() -> bool:
    """Fetch the suite if it is not there; False if that is not possible."""
    if SUITE.exists() and NODE.exists():
        return True
    npm = shutil.which("npm")
    if npm is None:
        return False
    command = [npm, "install", "--no-save", "--no-package-lock", "--no-audit", "--silent"]
    return subprocess.run([*command, *PACKAGES], cwd=HERE, check=False).returncode == 0


@contextmanager
def serving() -> Iterator[str]:
    """The URL of a fresh server with the fixtures."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, str(HERE / "fixtures/serve.py"), folder]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout
            try:
                yield process.stdout.readline().strip()
            finally:
                process.kill()


def run(leg: str) -> Score:
    """One leg against a server of its own."""
    with serving() as url:
        command = [str(NODE), str(SUITE), "server", "--url", url, "--suite", "all", *LEGS[leg]]
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, timeout=120, cwd=HERE
        )
    said = done.stdout + done.stderr
    totals = _TOTAL.search(said)
    if totals is None:
        raise RuntimeError(f"the suite did not run:\n{said}")
    return Score(int(totals[1]), int(totals[2]), said)


def main() -> int:
    if not install():
        print("npm is needed to fetch the suite", file=sys.stderr)
        return 2
    scores = {leg: run(leg) for leg in LEGS}
    for leg, score in scores.items():
        print(f"{leg}: {score.passed} passed, {score.failed} failed")
        if "-v" in sys.argv:
            print(score.said)
    if "--json" in sys.argv:
        print(json.dumps({leg: [each.passed, each.failed] for leg, each in scores.items()}))
    return int(any(score.failed for score in scores.values()))


if __name__ == "__main__":
    sys.exit(main())
