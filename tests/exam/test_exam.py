"""The exam as a command, once over recorded, laid-out and odd designs; it needs node and Chromium."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

from laid_out import Typesetter  # noqa: E402 - the exam is a command, not a package
from odd_designs import Draughtsman  # noqa: E402
from toolchain import Missing, browser  # noqa: E402

RECORDINGS = HERE.parents[1] / "plugins/simulator/src/interlock_simulator/recordings/figma"
RECORDED = (
    "hero-header.node",
    "home-section.node",
    "storybook-sample.file",
    "not-pink-presentation.file",
)
ODD = 101

Rows = dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def examined(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Rows]:
    """The rows of each document, by the document's name."""
    drawn = {f"odd-{ODD}": Draughtsman(ODD).file(), "laid-out": Typesetter(3).file(screens=12)}
    recorded = [RECORDINGS / f"{name}.json" for name in RECORDED]
    return exam(tmp_path_factory.mktemp("designs"), drawn, *recorded)


def exam(folder: Path, drawn: dict[str, Any], *files: Path) -> dict[str, Rows]:
    """The rows of files and of what is ``drawn`` by name, written to the folder."""
    try:
        browser()
    except Missing as missing:
        _skip(str(missing))
    for name, body in drawn.items():
        (folder / f"{name}.json").write_text(json.dumps(body), encoding="utf-8")
    files = (*files, *(folder / f"{name}.json" for name in drawn))
    command = [sys.executable, str(HERE / "run.py"), "--json", *map(str, files)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.stdout, done.stderr
    told = json.loads(done.stdout)
    if "missing" in told:
        _skip(told["missing"])
    found: dict[str, Rows] = told["files"]
    return found


def _skip(reason: str) -> None:
    if os.environ.get("INTERLOCK_TEST_REQUIRE_SERVICES") == "1":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", RECORDED)
def test_code_from_recorded_designs_passes(examined: dict[str, Rows], name: str) -> None:
    rows = examined[f"{name}.json"]

    assert len(rows) == 16
    assert [row for row in rows.values() if not row["passed"]] == []


@pytest.mark.timeout(300)
def test_boxes_stand_where_auto_layout_puts_them(examined: dict[str, Rows]) -> None:
    rows = examined["laid-out.json"]

    assert [row for row in rows.values() if not row["passed"]] == []
    assert "90 % within 0.0" in rows["geometry"]["faults"][0]


@pytest.mark.timeout(300)
def test_code_from_an_odd_design_compiles_lints_and_flows(examined: dict[str, Rows]) -> None:
    _holds(examined[f"odd-{ODD}.json"])


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_code_from_a_wide_odd_design_compiles_lints_and_flows(tmp_path: Path) -> None:
    (rows,) = exam(tmp_path, {"odd-100": Draughtsman(100).file()}).values()

    _holds(rows)


def _holds(rows: Rows) -> None:
    for row in ("types", "lint", "axe", "determinism", "no_trap", "tokens", "props"):
        assert rows[row]["passed"], rows[row]
