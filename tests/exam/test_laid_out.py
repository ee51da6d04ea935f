"""Every rule of auto layout beside every other, laid out by Chromium as Figma would."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

from laid_out import Typesetter  # noqa: E402 - the exam is a command, not a package
from toolchain import Missing, browser  # noqa: E402


@pytest.mark.timeout(300)
def test_boxes_stand_where_auto_layout_puts_them(tmp_path: Path) -> None:
    try:
        browser()
    except Missing as missing:
        pytest.skip(str(missing))
    if shutil.which("npm") is None:
        pytest.skip("node and npm are needed (Debian: apt-get install nodejs npm)")
    path = tmp_path / "laid-out.json"
    path.write_text(json.dumps(Typesetter(3).file(screens=12)), encoding="utf-8")

    done = subprocess.run(
        [sys.executable, str(HERE / "run.py"), "--json", str(path)], capture_output=True, text=True
    )

    assert done.stdout, done.stderr
    found = json.loads(done.stdout)
    assert found["passed"], [row for row in found["files"][path.name].values() if row["faults"]]
    assert "90 % within 0.0" in found["files"][path.name]["geometry"]["faults"][0]
