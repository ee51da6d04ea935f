"""Files that were uploaded to Notion, by the block or property that shows them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from interlock.sdk import InvalidInput, NotFound, Rejected
from interlock_notion.requests import Requests
from interlock_notion.rich_text import payload_of


@dataclass(frozen=True)
class File:
    """A file's bytes; ``name`` may be empty."""

    content: bytes
    name: str
    media_type: str


async def of_block(requests: Requests, block_id: str) -> File:
    """Read a block for a fresh link, and follow it.

    Raises:
        InvalidInput: the block shows no file that was uploaded.
        Rejected: the file is larger than the settings allow.
    """
    block = await requests.with_links(f"/v1/blocks/{block_id}")
    kind = str(block.get("type"))
    return await _followed(requests, payload_of(block), f"block {block_id} ({kind})")


async def of_property(requests: Requests, page_id: str, name: str, number: int) -> File:
    """The file at place ``number`` (from 1) of a page's property.

    Raises:
        NotFound: no such property, or it holds fewer files.
        InvalidInput: what stands there was not uploaded.
        Rejected: the file is larger than the settings allow.
    """
    page = await requests.with_links(f"/v1/pages/{page_id}")
    properties = page.get("properties") or {}
    found = properties.get(name)
    if found is None:
        raise NotFound(f"page {page_id} has no property {name!r}", nearest=sorted(properties))
    files = found.get("files") or []
    if not 1 <= number <= len(files):
        raise NotFound(f"property {name!r} of page {page_id} holds {len(files)} files")
    return await _followed(requests, files[number - 1], f"property {name!r} of page {page_id}")


async def _followed(requests: Requests, holder: Mapping[str, Any], where: str) -> File:
    url = (holder.get("file") or {}).get("url")
    if not url:
        raise InvalidInput(f"{where} holds no uploaded file", path="$.block_id")
    content, media_type = await requests.follow(str(url))
    if content is None:
        raise Rejected(
            f"the file of {where} is larger than {requests.settings.largest_file} bytes",
            hint="raise settings.largest_file of the service",
        )
    return File(content, str(holder.get("name") or ""), media_type)
