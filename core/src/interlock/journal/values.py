"""JSON values as they lie in the journal; what is large lies in a blob, by reference."""

from __future__ import annotations

from typing import Any

import anyio

from interlock.journal.blobs import BlobStore
from interlock.journal.encoding import decode, encode

# A larger value would make every page of its table dear to read.
_LARGEST = 64 * 1024
_IN_BLOB = b"blob:"


class Values:
    """Encodes and decodes, going through the blob store where needed."""

    def __init__(self, blobs: BlobStore) -> None:
        self._blobs = blobs

    async def encode(self, value: Any) -> bytes:
        """Bytes to keep; a blob that they refer to is durable before this returns."""
        data = encode(value)
        if len(data) <= _LARGEST:
            return data
        # What happened must be recorded, even if whoever asked for it is gone.
        with anyio.CancelScope(shield=True):
            reference = await self._blobs.put(data, "application/json")
        return _IN_BLOB + reference.digest.encode()

    async def decode(self, data: bytes | None) -> Any:
        if data is not None and data.startswith(_IN_BLOB):
            data = await self._blobs.get(data.removeprefix(_IN_BLOB).decode())
        return decode(data)
