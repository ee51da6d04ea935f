"""Uploaded files where content shows them: by a link that is new each time and lives an hour."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from interlock_simulator.notion.errors import invalid

_SCHEME = "upload:"
_LIFETIME = 3600.0


@dataclass
class Upload:
    """A file on its way, or there. ``expires`` is seconds since the epoch."""

    id: str
    name: str | None
    media_type: str | None
    mode: str
    parts: list[bytes | None]
    created: str
    expires: float
    status: str = "pending"
    external: str | None = None
    imported: str = ""

    @property
    def content(self) -> bytes:
        return b"".join(part or b"" for part in self.parts)


def attached(value: Any, uploads: Mapping[str, Upload]) -> Any:
    """A request in which uploads have become files; one that is not there yet is refused."""
    if isinstance(value, list):
        return [attached(item, uploads) for item in value]
    if not isinstance(value, dict):
        return value
    if isinstance(given := value.get("file_upload"), dict):
        upload = uploads.get(str(given.get("id")))
        if upload is None or upload.status != "uploaded":
            raise invalid(f"File upload {given.get('id')} is not uploaded.")
        kept = {name: item for name, item in value.items() if name not in ("type", "file_upload")}
        return {**kept, "type": "file", "file": {"url": _SCHEME + upload.id}}
    return {name: attached(item, uploads) for name, item in value.items()}


def linked(value: Any, uploads: Mapping[str, Upload], origin: str, now: float) -> Any:
    """An answer in which uploaded files have links that work until they expire."""
    if isinstance(value, list):
        return [linked(item, uploads, origin, now) for item in value]
    if not isinstance(value, dict):
        return value
    url = value.get("url")
    if isinstance(url, str) and url.startswith(_SCHEME):
        upload = uploads[url.removeprefix(_SCHEME)]
        expires = now + _LIFETIME
        return {
            "url": f"{origin}/notion/files/{upload.id}/{upload.name}?expires={expires:.3f}",
            "expiry_time": datetime.fromtimestamp(expires, UTC).isoformat(timespec="milliseconds"),
        }
    return {name: linked(item, uploads, origin, now) for name, item in value.items()}
