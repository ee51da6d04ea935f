"""Large results as files beside the journal, of which only one part is ever in memory."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from interlock.sdk import Blobs

Format = Literal["ndjson", "csv"]
_encoded = json.JSONEncoder(ensure_ascii=False).encode
_MEDIA_TYPES = {"ndjson": "application/x-ndjson", "csv": "text/csv"}


@dataclass
class Parts:
    """Collects rows into blobs of about ``part_bytes``; a row is never torn apart."""

    blobs: Blobs
    format: Format
    columns: Sequence[str]
    part_bytes: int
    rows: int = 0
    done: list[dict[str, Any]] = field(default_factory=list)
    _buffer: io.StringIO = field(default_factory=lambda: io.StringIO(newline=""))
    _in_part: int = 0

    async def add(self, row: dict[str, Any]) -> None:
        self._write(row)
        self.rows += 1
        self._in_part += 1
        if self._buffer.tell() >= self.part_bytes:
            await self._cut()

    async def finish(self) -> dict[str, Any]:
        """``{parts: [{blob, size, media_type, rows}], rows, columns}``; an empty result too has a
        part."""
        if self._in_part or not self.done:
            await self._cut()
        return {"parts": self.done, "rows": self.rows, "columns": list(self.columns)}

    @property
    def _write(self) -> Callable[[dict[str, Any]], None]:
        return self._csv if self.format == "csv" else self._ndjson

    def _ndjson(self, row: dict[str, Any]) -> None:
        self._buffer.write(_encoded(row) + "\n")

    def _csv(self, row: dict[str, Any]) -> None:
        writer = csv.writer(self._buffer)
        if not self._in_part:
            writer.writerow(self.columns)
        writer.writerow([_cell(value) for value in row.values()])

    async def _cut(self) -> None:
        if self.format == "csv" and not self._in_part:
            csv.writer(self._buffer).writerow(self.columns)
        data = self._buffer.getvalue().encode()
        kept = await self.blobs.put(data, _MEDIA_TYPES[self.format])
        part = {"blob": kept.digest, "size": kept.size, "media_type": kept.media_type}
        self.done.append({**part, "rows": self._in_part})
        self._buffer = io.StringIO(newline="")
        self._in_part = 0


def _cell(value: Any) -> Any:
    if isinstance(value, dict) and set(value) == {"base64"}:
        return value["base64"]
    return json.dumps(value) if isinstance(value, dict | list) else value
