"""Opening a runtime in a program of one's own."""

from __future__ import annotations

from pathlib import Path

import pytest

from interlock.daemon.compose import open_runtime


async def test_what_the_block_raises_is_raised_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "interlock.yaml"
    path.write_text(f"version: 1\ndaemon: {{state_dir: {tmp_path}/state}}\n")
    with pytest.raises(KeyError, match="mine"):
        async with open_runtime(path):
            raise KeyError("mine")
