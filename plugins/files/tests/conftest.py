"""A files service over a temporary folder."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from interlock_files.service import Files, FilesSettings


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "root"


@pytest.fixture
async def files(root: Path) -> AsyncIterator[Files]:
    context: Any = SimpleNamespace(name="files")
    service = Files(FilesSettings(root=str(root), max_size=1000), context)
    async with service.running():
        yield service
