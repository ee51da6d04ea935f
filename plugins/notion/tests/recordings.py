"""The recorded answers of Notion that tests are made of."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[2] / "simulator/src/interlock_simulator/recordings/notion"
DOCS = "notion2svelte-docs/derived-2025-09-03"

Block = dict[str, Any]


@lru_cache
def recorded(name: str) -> Any:
    """One file, by its path below the recordings."""
    return json.loads((FOLDER / name).read_text(encoding="utf-8"))


def doc_pages() -> list[dict[str, Any]]:
    """The 22 rows of the documentation database."""
    return list(recorded(f"{DOCS}/pages.json")["results"])


def doc_children() -> dict[str, list[Block]]:
    """Children of every page and block of the documentation, by id: 1,847 blocks."""
    children: dict[str, list[Block]] = recorded(f"{DOCS}/children.json")
    return children


def copied_children() -> dict[str, list[Block]]:
    """The same, for a server that changes them."""
    return {parent: list(blocks) for parent, blocks in doc_children().items()}


def doc_tree(parent_id: str) -> list[Block]:
    """The blocks below a page with their children, without asking a server."""
    blocks = []
    for block in doc_children().get(parent_id, []):
        below = {"children": doc_tree(block["id"])} if block["has_children"] else {}
        blocks.append({**block, **below})
    return blocks


def block_kit() -> list[Block]:
    """One list with nearly every block type there is, shape of 2026-03-11."""
    return [
        block
        for page in (1, 2)
        for block in recorded(f"kristaxlab-block-kit/block-children-page{page}.json")["results"]
    ]
