"""A files service over a temporary folder."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from interlock_files.service import Files, FilesSettings


class Blobs:
    """One stored blob."""

    async def get(self, digest: str) -> bytes:
        return {"sha256:hero": b"stored"}[digest]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "root"


@pytest.fixture
async def files(root: Path) -> AsyncIterator[Files]:
    context: Any = SimpleNamespace(name="files", blobs=Blobs())
    service = Files(FilesSettings(root=str(root), max_size=1000), context)
    async with service.running():
        yield service
