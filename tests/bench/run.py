"""``uv run python tests/bench/run.py GROUP [--quick] [--json]``: our figures beside our peers'.

Exit code 2 for a group that is unknown or not there.
"""

from __future__ import annotations

import argparse
import importlib
import json
import sys
from dataclasses import asdict
from pathlib import Path

GROUPS = ("actors", "policies", "durable", "mcp", "http", "growth", "distributed")
FOLDER = Path(__file__).resolve().parent


def main() -> int:
    parser = argparse.ArgumentParser(description="Measure beside peers, in one run.")
    parser.add_argument("group", metavar="GROUP", help=", ".join(GROUPS))
    parser.add_argument("--quick", action="store_true", help="fewer runs, in seconds")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    arguments = parser.parse_args()
    if arguments.group not in GROUPS:
        return _refuse(f"there is no group {arguments.group!r}; choose one of {', '.join(GROUPS)}")
    if not (FOLDER / f"{arguments.group}.py").exists():
        return _refuse(f"group {arguments.group!r} has no benches yet")
    # Groups are imported as bench.<group>: with this folder itself on the path, http.py would
    # hide the standard library's http.
    sys.path[0] = str(FOLDER.parent)
    harness = importlib.import_module("bench.harness")
    group = importlib.import_module(f"bench.{arguments.group}")
    settings = harness.Settings(quick=arguments.quick)
    if not arguments.json:
        print(f"{'name':<28}{'ours':>14}{'peer':>14}{'ratio':>9}  {'unit':<12}runs")
    for bench in group.GROUP:
        for result in harness.run_bench(bench, settings):
            print(_line(asdict(result), as_json=arguments.json), flush=True)
    return 0


def _refuse(reason: str) -> int:
    print(f"error: {reason}", file=sys.stderr)
    return 2


def _line(result: dict[str, object], *, as_json: bool) -> str:
    if as_json:
        return json.dumps(result)
    name, ours, peer, ratio, unit, runs = result.values()
    return f"{name:<28}{ours:>14,.1f}{peer:>14,.1f}{ratio:>9.2f}  {unit:<12}{runs}"


if __name__ == "__main__":
    sys.exit(main())
