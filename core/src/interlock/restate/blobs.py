"""Values on their way into Restate and back; what is large goes to a folder that daemons share.

A value is *packed* as ``{"value": value}`` or ``{"blob": digest}``: Restate sends the journal of
a run to whoever goes on with it, as a whole, so nothing large may be in it.
"""

from __future__ import annotations

import os
from collections.abc import Container
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

import anyio
import orjson

from interlock.journal import Column, Payload, encode
from interlock.sdk.errors import ServiceUnavailable

Packed = dict[str, Any]


class SharedBlobs:
    """Content-addressed files; whatever is in the folder is complete."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def pack(self, value: Any) -> Packed:
        """Raises InvalidInput: it is not JSON."""
        return await self.store(encode(value))

    async def store(self, payload: Payload) -> Packed:
        """As :meth:`pack`, of a value that is encoded already."""
        if payload.blob is not None and isinstance(payload.column, str):
            await anyio.to_thread.run_sync(self._write, payload.column, payload.blob)
        return packed_column(payload.column)

    async def unpack(self, packed: Packed) -> Any:
        """Raises ServiceUnavailable: the folder does not have it, or not yet."""
        if "blob" not in packed:
            return packed["value"]
        return orjson.loads(await self.read(packed["blob"]))

    async def read(self, digest: str) -> bytes:
        return await anyio.to_thread.run_sync(self._read, digest)

    async def delete(self, used: Container[str], before: float) -> int:
        """Delete what is not among ``used`` and was last written before a moment; how many."""
        return await anyio.to_thread.run_sync(self._delete, used, before)

    def _delete(self, used: Container[str], before: float) -> int:
        old = [
            path
            for path in self._folder.glob("??/*")
            if path.name not in used and path.stat().st_mtime < before
        ]
        for path in old:
            path.unlink(missing_ok=True)
        return len(old)

    def _path(self, digest: str) -> Path:
        return self._folder / digest[:2] / digest

    def _write(self, digest: str, data: bytes) -> None:
        path = self._path(digest)
        with suppress(FileNotFoundError):
            # Whoever deletes what is old is told that this is needed again.
            os.utime(path)
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_name(f"{digest}.{uuid4().hex}")
        with unfinished.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)

    def _read(self, digest: str) -> bytes:
        try:
            return self._path(digest).read_bytes()
        except OSError as error:
            raise ServiceUnavailable(
                f"the shared folder {self._folder} does not have {digest}: {error.strerror}",
                hint="engine.blobs has to be one folder for all daemons",
            ) from None


def packed_column(column: Column) -> Packed:
    """What a journal would keep in its table; a blob of that name is in the folder already."""
    if isinstance(column, str):
        return {"blob": column}
    return {"value": None if column is None else orjson.loads(column)}
