"""The command line that all tortures have."""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol


class Torture(Protocol):
    def run(self) -> dict[str, Any]:
        """Torture the daemon; the verdict, of which ``lost``, ``repeated``, ``wrong`` must be 0."""
        ...


def main(description: str | None, made: Callable[[Path, int, int], Torture]) -> int:
    """The exit code: 1 if the verdict is bad.

    Args:
        made: from a folder for the daemon's files, a number of kills, and a seed.
    """
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true", help="the last line is one JSON object")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        verdict = made(Path(folder), arguments.kills, arguments.seed).run()
    lines = "\n".join(f"{key:<10} {value}" for key, value in verdict.items())
    print(json.dumps(verdict) if arguments.json else lines)
    return int(any(verdict[key] for key in ("lost", "repeated", "wrong")))
