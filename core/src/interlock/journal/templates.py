"""The templates that runs started with, by version, so that a run never sees another one."""

from __future__ import annotations

from interlock.journal.reader import Reader
from interlock.journal.writer import Rows, Writer
from interlock.sdk.errors import NotFound

_ADD = Rows("INSERT OR IGNORE INTO templates (version, name, source)", 3)
_GET = "SELECT source FROM templates WHERE version = ?"


class Templates:
    """Content-addressed: a version is the digest of its source."""

    def __init__(self, writer: Writer, reader: Reader) -> None:
        self._writer = writer
        self._reader = reader

    async def add(self, version: str, name: str, source: bytes) -> None:
        await self._writer.commit(_ADD, (version, name, source))

    async def get(self, version: str) -> bytes:
        found = await self._reader.rows(_GET, (version,))
        if not found:
            raise NotFound(f"the journal has no template of version {version}")
        source: bytes = found[0][0]
        return source
