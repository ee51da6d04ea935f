"""Trees of blocks: read whole, list by list, as many lists at once as the pace allows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from interlock.sdk import InvalidInput, NeedsAttention, NotFound
from interlock_notion.concurrency import in_order
from interlock_notion.requests import Requests
from interlock_notion.rich_text import payload_of

Block = dict[str, Any]

# Pages of their own: what lies below is not part of this page.
_PAGES = frozenset({"child_page", "child_database"})


# `transcription` until 2026-03-11. The sections' ids stand in the block itself.
# Source: https://developers.notion.com/reference/block#meeting-notes
_MEETINGS = frozenset({"meeting_notes", "transcription"})
_SECTIONS = ("summary_block_id", "notes_block_id", "transcript_block_id")


# Of levels in a result: JSON is written to a depth of 254, and each level takes two.
DEEPEST = 100


@dataclass
class Tree:
    """Blocks with their children under ``children``, and what could not be read."""

    blocks: list[Block]
    warnings: list[str] = field(default_factory=list)

    def types(self) -> dict[str, int]:
        """How many blocks there are of each type, by name of the type."""
        return dict(sorted(Counter(str(block.get("type")) for block in walk(self.blocks)).items()))


def walk(blocks: Sequence[Block]) -> Iterator[Block]:
    """Every block in reading order."""
    for block in blocks:
        yield block
        yield from walk(block.get("children") or ())


async def read_tree(requests: Requests, block_id: str, max_depth: int | None = None) -> Tree:
    """Everything below a page or block, of every type.

    A list that is gone or not shared (the original of a synced block, say) costs its own blocks
    only and is told in ``warnings``; the first list must be readable. What is nested deeper than
    100 levels stands at that level, in reading order.

    Args:
        requests: to the workspace.
        block_id: of a page or block.
        max_depth: levels to read; 1 gives the direct children. None reads all.
    """
    tree = Tree([])
    tree.blocks = await _list(requests, block_id)
    await _descend(requests, tree, tree.blocks, max_depth)
    _raise_deepest(tree)
    return tree


def _raise_deepest(tree: Tree) -> None:
    lists, raised = [tree.blocks], 0
    for _ in range(DEEPEST - 1):
        lists = [block["children"] for blocks in lists for block in blocks if block.get("children")]
    for blocks in lists:
        count = len(blocks)
        blocks[:] = list(_in_one_list(blocks))
        raised += len(blocks) - count
    if raised:
        tree.warnings.append(f"{raised} blocks below level {DEEPEST} stand at that level")


def _in_one_list(blocks: Sequence[Block]) -> Iterator[Block]:
    waiting = list(reversed(blocks))
    while waiting:
        block = waiting.pop()
        waiting += reversed(block.pop("children", ()))
        yield block


async def _descend(requests: Requests, tree: Tree, blocks: list[Block], levels: int | None) -> None:
    if levels is not None and levels <= 1:
        return
    deeper = None if levels is None else levels - 1
    parents = [block for block in blocks if has_more_below(block)]
    await in_order(_fill(requests, tree, block, deeper) for block in parents)


async def _fill(requests: Requests, tree: Tree, block: Block, levels: int | None) -> None:
    try:
        block["children"] = await _children(requests, block)
    except (NotFound, NeedsAttention, InvalidInput) as error:
        block["children"] = []
        block["unreadable"] = error.message
        tree.warnings.append(f"block {block['id']} ({block.get('type')}): {error.message}")
        return
    await _descend(requests, tree, block["children"], levels)


async def _children(requests: Requests, block: Block) -> list[Block]:
    """The list below a block; of meeting notes the blocks that it names as its sections."""
    sections = payload_of(block).get("children")
    if block.get("type") not in _MEETINGS or not isinstance(sections, dict):
        return await _list(requests, block["id"])
    ids = [sections[name] for name in _SECTIONS if sections.get(name)]
    return await in_order(requests.get(f"/v1/blocks/{section}") for section in ids)


async def _list(requests: Requests, block_id: str) -> list[Block]:
    return await requests.all(f"/v1/blocks/{block_id}/children")


def has_more_below(block: Block) -> bool:
    """Whether a block has children that belong to the same page."""
    if block.get("type") in _MEETINGS and payload_of(block).get("children"):
        return True
    return bool(block.get("has_children")) and block.get("type") not in _PAGES
