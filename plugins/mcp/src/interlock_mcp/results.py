"""What a tool of a server gives, as JSON; bytes are kept beside the journal."""

from __future__ import annotations

from base64 import b64decode
from typing import Any

import orjson

from interlock.sdk import Blobs, Rejected

_LONGEST_ERROR = 1000


async def value_of(
    result: Any, blobs: Blobs, service: str, *, parse_json: bool, largest: int
) -> Any:
    """The structured content; without one the text, or the list of contents.

    Args:
        largest: bytes; longer texts are cut off, and say so.

    Raises:
        Rejected: the tool says that it failed, or gives more than anybody can take.
    """
    if result.is_error:
        said = " ".join(part.text for part in result.content if part.type == "text")
        raise Rejected(f"{service}: {said[:_LONGEST_ERROR] or 'the tool failed'}")
    if result.structured_content is not None:
        found = await _without_bytes(result.structured_content, blobs)
        size = len(orjson.dumps(found))
        if size > largest:
            raise Rejected(f"{service}: the result has {size} bytes, more than {largest}")
        return found
    contents = await _contents(result.content, blobs, largest)
    if not contents:
        return None
    if len(contents) == 1 and contents[0]["type"] == "text":
        text = contents[0]["text"]
        return _parsed(text) if parse_json else text
    return contents


async def _contents(parts: Any, blobs: Blobs, largest: int) -> list[dict[str, Any]]:
    contents = []
    for part in parts:
        contents.append(await _content(part, blobs, max(0, largest)))
        largest -= len(str(contents[-1].get("text", "")).encode())
    return contents


async def _content(part: Any, blobs: Blobs, largest: int) -> dict[str, Any]:
    match part.type:
        case "text":
            return {"type": "text", "text": _bounded(part.text, largest)}
        case "image" | "audio":
            return {"type": part.type, **await _kept(part.data, part.mime_type, blobs)}
        case "resource":
            return {"type": "resource", **await resource_of(part.resource, blobs, largest)}
        case _:
            found: dict[str, Any] = part.model_dump(mode="json", by_alias=True, exclude_none=True)
            return found


def _bounded(text: str, largest: int) -> str:
    # A character takes four bytes at most, so most texts need no counting.
    if len(text) * 4 <= largest or len(data := text.encode()) <= largest:
        return text
    return f"{data[:largest].decode(errors='ignore')}… [cut off: {len(data)} bytes]"


async def resource_of(resource: Any, blobs: Blobs, largest: int) -> dict[str, Any]:
    """``{uri, text}``, of ``largest`` bytes at most, or ``{uri, blob, media_type, size}``."""
    uri = str(resource.uri)
    data = getattr(resource, "blob", None)
    if data is None:
        text = _bounded(resource.text, largest)
        return {"uri": uri, "media_type": resource.mime_type, "text": text}
    return {"uri": uri, **await _kept(data, resource.mime_type, blobs)}


async def _without_bytes(value: Any, blobs: Blobs) -> Any:
    """Contents of the protocol within a value, with the digest of a blob in place of its bytes.

    The value keeps the shape that the tool's schema promises.
    """
    if isinstance(value, list):
        return [await _without_bytes(each, blobs) for each in value]
    if not isinstance(value, dict):
        return value
    found = {key: await _without_bytes(each, blobs) for key, each in value.items()}
    key = "data" if value.get("type") in ("image", "audio") else "blob" if "uri" in value else ""
    if isinstance(data := value.get(key), str):
        found[key] = (await _kept(data, value.get("mimeType"), blobs))["blob"]
    return found


async def _kept(data: str, media_type: str | None, blobs: Blobs) -> dict[str, Any]:
    try:
        content = b64decode(data, validate=True)
    except ValueError:
        raise Rejected("the MCP server sends bytes that are no base64") from None
    kept = await blobs.put(content, media_type or "application/octet-stream")
    return {"blob": kept.digest, "media_type": kept.media_type, "size": kept.size}


def _parsed(text: str) -> Any:
    if text.lstrip()[:1] not in ("{", "["):
        return text
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return text
