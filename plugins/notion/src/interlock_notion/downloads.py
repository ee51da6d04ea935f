"""Files that were uploaded to Notion, by the block that shows them."""

from __future__ import annotations

from dataclasses import dataclass

from interlock.sdk import InvalidInput
from interlock_notion.requests import Requests
from interlock_notion.rich_text import payload_of


@dataclass(frozen=True)
class File:
    """A file's bytes; ``name`` may be empty."""

    content: bytes
    name: str
    media_type: str


async def uploaded_file(requests: Requests, block_id: str) -> File:
    """Read a block for a fresh link, and follow it.

    Raises:
        InvalidInput: the block shows no file that was uploaded.
    """
    block = await requests.with_links(f"/v1/blocks/{block_id}")
    payload = payload_of(block)
    url = (payload.get("file") or {}).get("url")
    if not url:
        raise InvalidInput(
            f"block {block_id} ({block.get('type')}) holds no uploaded file", path="$.block_id"
        )
    response = await requests.follow(str(url))
    media_type = response.headers.get("content-type", "application/octet-stream")
    return File(response.content, str(payload.get("name") or ""), media_type)
