"""Files that are sent: what stands for one in an argument, and its bytes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from interlock.sdk import Blobs

_FILE: dict[str, Any] = {
    "type": "object",
    "required": ["blob"],
    "properties": {
        "blob": {"type": "string", "description": "digest of its bytes, beside the journal"},
        "name": {"type": "string", "description": "of the file, for the API"},
        "media_type": {"type": "string"},
    },
    "additionalProperties": False,
}
_TEXT = {"type": "string", "description": "the text that is in it"}
SCHEMA: dict[str, Any] = {"anyOf": [_FILE, _TEXT]}


@dataclass(frozen=True, slots=True)
class Upload:
    """One file, as it is sent; ``media_type`` is empty if nobody says it."""

    name: str
    content: bytes
    media_type: str


def schema_of(described: Mapping[str, Any]) -> dict[str, Any] | None:
    """JSON Schema of the argument for a file, or for a list of files; None if it is none."""
    about = {name: described[name] for name in ("description",) if name in described}
    if _is_file(described):
        return {**SCHEMA, **about}
    items = described.get("items")
    if isinstance(items, Mapping) and _is_file(items):
        return {"type": "array", "items": SCHEMA, **about}
    return None


def _is_file(schema: Mapping[str, Any]) -> bool:
    """As OpenAPI 3.0 has it, and as 3.1 does."""
    raw = "contentMediaType" in schema and "contentEncoding" not in schema
    return schema.get("format") == "binary" or raw


async def loaded(value: Any, blobs: Blobs) -> Any:
    """The file, or list of files, that an argument stands for.

    Raises:
        NotFound: there is no such blob.
    """
    if isinstance(value, list):
        return [await loaded(each, blobs) for each in value]
    if not isinstance(value, Mapping):
        return Upload("file", str(value).encode(), "")
    content = await blobs.get(value["blob"])
    return Upload(value.get("name", "file"), content, value.get("media_type", ""))
