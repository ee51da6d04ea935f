"""Large values, named by their content; services' blobs and the journal's own payloads alike."""

from __future__ import annotations

from interlock.journal.payloads import JSON, digest_of
from interlock.journal.reader import Reader
from interlock.journal.writer import Rows, Writer
from interlock.sdk.context import BlobRef
from interlock.sdk.errors import NotFound
from interlock.sdk.world import World

_ADD = Rows(
    "INSERT INTO blobs (digest, media_type, created, data)",
    4,
    "ON CONFLICT (digest) DO UPDATE SET created = excluded.created",
)
_FIND = "SELECT data, media_type FROM blobs WHERE digest = ?"
_GET = "SELECT data FROM blobs WHERE digest = ?"


class BlobStore:
    """Implements ``interlock.sdk.Blobs``."""

    def __init__(self, writer: Writer, reader: Reader, world: World) -> None:
        self._writer = writer
        self._reader = reader
        self._world = world

    async def put(self, data: bytes, media_type: str = "application/octet-stream") -> BlobRef:
        digest = digest_of(data)
        await self._writer.commit(_ADD, (digest, media_type, self._world.time(), data))
        return BlobRef(digest, len(data), media_type)

    async def get(self, digest: str) -> bytes:
        found = await self._reader.rows(_GET, (digest,))
        if not found:
            raise NotFound(f"there is no blob {digest}")
        data: bytes = found[0][0]
        return data

    async def find(self, digest: str) -> tuple[bytes, str]:
        """The bytes and their media type; NotFound likewise."""
        found = await self._reader.rows(_FIND, (digest,))
        if not found:
            raise NotFound(f"there is no blob {digest}")
        data, media_type = found[0]
        return data, media_type

    def add(self, digest: str, data: bytes) -> None:
        """Write a payload's blob ahead of the row that refers to it; commits keep their order."""
        self._writer.write(_ADD, (digest, JSON, self._world.time(), data))
