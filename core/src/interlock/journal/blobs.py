"""Large values as files beside the journal, named by their content."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import anyio.to_thread

from interlock.sdk import BlobRef, NotFound


class BlobStore:
    """Implements ``interlock.sdk.Blobs``; a blob is durable when ``put`` returns."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def put(self, data: bytes, media_type: str = "application/octet-stream") -> BlobRef:
        digest = await anyio.to_thread.run_sync(self._write, data)
        return BlobRef(digest, len(data), media_type)

    async def get(self, digest: str) -> bytes:
        """The bytes.

        Raises:
            NotFound: no blob has this digest.
        """
        try:
            return await anyio.to_thread.run_sync(self._file(digest).read_bytes)
        except FileNotFoundError:
            raise NotFound(f"no blob {digest}", kind="blob") from None

    def _file(self, digest: str) -> Path:
        if len(digest) != 64 or not digest.isalnum():
            raise NotFound(f"{digest!r} names no blob", kind="blob")
        return self._folder / digest[:2] / digest[2:]

    def _write(self, data: bytes) -> str:
        digest = hashlib.sha256(data).hexdigest()
        file = self._file(digest)
        if not file.exists():
            file.parent.mkdir(parents=True, exist_ok=True)
            draft = file.with_suffix(f".{os.getpid()}-{os.urandom(4).hex()}")
            with draft.open("wb") as handle:
                handle.write(data)
                handle.flush()
                os.fsync(handle.fileno())
            draft.replace(file)
            _sync_folder(file.parent)
        return digest


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
