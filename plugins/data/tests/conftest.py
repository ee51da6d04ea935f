"""A data service with its workers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any

import pytest

from interlock.sdk import BlobRef, NotFound
from interlock_data.service import Data
from interlock_data.settings import DataSettings


class MemoryBlobs:
    """A blob store as long as a test."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    async def put(self, data: bytes, media_type: str = "application/octet-stream") -> BlobRef:
        digest = f"sha256:{len(self.kept)}"
        self.kept[digest] = data
        return BlobRef(digest, len(data), media_type)

    async def get(self, digest: str) -> bytes:
        if digest not in self.kept:
            raise NotFound(f"there is no blob {digest}")
        return self.kept[digest]


@pytest.fixture
async def data() -> AsyncIterator[Data]:
    context: Any = SimpleNamespace(name="data", blobs=MemoryBlobs())
    service = Data(DataSettings(max_time=5, max_size=10**6), context)
    async with service.running():
        yield service
