"""A test that fails, or waits for ever, is one failure: those after it run as if it were not there."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
BROKEN = """
import anyio
import pytest

@pytest.fixture(scope="module")
async def broken():
    async def fail():
        await asked.wait()
        raise ValueError("a child of the fixture failed")

    async with anyio.create_task_group() as tasks:
        asked = anyio.Event()
        tasks.start_soon(fail)
        yield asked

@pytest.fixture
async def sound():
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(anyio.sleep_forever)
        yield
        tasks.cancel_scope.cancel()

async def test_breaks(broken):
    broken.set()
    await anyio.sleep_forever()

@pytest.mark.timeout(5)
async def test_hangs(sound):
    await anyio.sleep_forever()

async def test_runs_after_both(sound):
    await anyio.lowlevel.checkpoint()
"""


def test_a_failure_takes_no_other_test_with_it(tmp_path: Path) -> None:
    (tmp_path / "test_broken.py").write_text(BROKEN)
    shutil.copy(ROOT / "conftest.py", tmp_path)
    command = [sys.executable, "-m", "pytest", "-n", "0", "-rA"]
    ended = subprocess.run(
        [*command, "-c", ROOT / "pyproject.toml", tmp_path / "test_broken.py"],
        capture_output=True,
        text=True,
        timeout=40,
    )
    verdicts = {
        line.split("::")[1].split(" ")[0]: line.split(" ")[0]
        for line in ended.stdout.splitlines()
        if line.startswith(("PASSED", "FAILED"))
    }
    assert verdicts == {
        "test_breaks": "FAILED",
        "test_hangs": "FAILED",
        "test_runs_after_both": "PASSED",
    }, ended.stdout
    assert "a child of the fixture failed" in ended.stdout
