"""Content onto pages, in as many requests as the limits ask for."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from interlock.sdk import InterlockError, InvalidInput, ServiceError
from interlock_notion.limits import Block, Portion, batches, fit
from interlock_notion.markdown import blocks_from_markdown
from interlock_notion.requests import Requests


async def content(markdown: str | None, blocks: Sequence[Block] | None) -> list[Block]:
    """Blocks of a request from either argument, cut to the limits on texts.

    Read in a thread, since a long text would keep the loop.

    Raises:
        InvalidInput: both are given.
    """
    if markdown is not None and blocks is not None:
        raise InvalidInput("give markdown or blocks, not both", path="$.blocks")
    return await asyncio.to_thread(_fitted, markdown, blocks)


def _fitted(markdown: str | None, blocks: Sequence[Block] | None) -> list[Block]:
    return fit(blocks_from_markdown(markdown) if markdown is not None else list(blocks or ()))


def in_one_request(blocks: Sequence[Block]) -> list[Block] | None:
    """The blocks as children of a new page; None if they need more than one request."""
    found = list(batches(blocks))
    if len(found) > 1 or any(portion.later for batch in found for portion in batch):
        return None
    return [portion.block for batch in found for portion in batch]


async def append(
    requests: Requests,
    parent_id: str,
    blocks: Sequence[Block],
    after: str | None = None,
    *,
    at_start: bool = False,
) -> list[str]:
    """Append blocks with all below them; the ids of those at the top, in order.

    Args:
        requests: to the workspace.
        parent_id: page or block.
        blocks: what to append.
        after: id of the child behind which they go; at the end without.
        at_start: they go before all children, which only newer versions of the API can do.

    Raises:
        InterlockError: of the request that failed; ``details["appended"]`` names what stands.
    """
    appended: list[str] = []
    try:
        for batch in batches(blocks):
            ids = await _send(requests, parent_id, batch, after, at_start)
            appended += ids
            after = ids[-1] if after or at_start else None
            at_start = False
            for block_id, portion in zip(ids, batch, strict=True):
                await append(requests, block_id, portion.later)
    except InterlockError as error:
        error.details["appended"] = appended
        raise
    return appended


async def _send(
    requests: Requests,
    parent_id: str,
    batch: Sequence[Portion],
    after: str | None,
    at_start: bool,
) -> list[str]:
    body: dict[str, Any] = {"children": [portion.block for portion in batch]}
    if at_start:
        body["position"] = {"type": "start"}
    elif after and requests.settings.has_positions:
        body["position"] = {"type": "after_block", "after_block": {"id": after}}
    elif after:
        body["after"] = after
    answer = await requests.write("PATCH", f"/v1/blocks/{parent_id}/children", body)
    ids = [str(block.get("id")) for block in answer.get("results") or ()]
    if len(ids) < len(batch):
        raise ServiceError(f"Notion tells of {len(ids)} blocks where {len(batch)} were appended")
    return ids[: len(batch)]
