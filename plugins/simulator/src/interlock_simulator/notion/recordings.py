"""Recorded databases and pages, read from disk."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from interlock_simulator.notion.rich_text import rich_text
from interlock_simulator.notion.schema import schema_of

Object = dict[str, Any]

_BEGINNING = "2020-01-01T00:00:00.000Z"
_NOBODY: Object = {"object": "user", "id": str(uuid.UUID(int=0))}
_NO_ROW: Object = {
    "created_time": _BEGINNING,
    "created_by": _NOBODY,
    "last_edited_by": _NOBODY,
}


@dataclass
class Recorded:
    """Objects by id; ``children`` maps a page or block to the ids of its blocks."""

    pages: dict[str, Object] = field(default_factory=dict)
    blocks: dict[str, Object] = field(default_factory=dict)
    children: dict[str, list[str]] = field(default_factory=dict)
    data_sources: dict[str, Object] = field(default_factory=dict)
    databases: dict[str, Object] = field(default_factory=dict)


def read_recordings(folders: Sequence[Path]) -> Recorded:
    """Everything below these folders; what is found later replaces what has the same id."""
    recorded = Recorded()
    for folder in folders:
        for path in sorted(folder.rglob("pages.json")):
            _read_database(path, recorded)
        for path in sorted(folder.rglob("block-children-page*.json")):
            _read_listing(path, recorded)
    return recorded


def _read_database(path: Path, recorded: Recorded) -> None:
    """Query results with the ids of their source, and ``children.json`` beside them."""
    body: Object = orjson.loads(path.read_bytes())
    rows = body["results"]
    recorded.pages |= {row["id"]: row for row in rows}
    children: dict[str, list[Object]] = orjson.loads((path.parent / "children.json").read_bytes())
    for parent, blocks in children.items():
        recorded.children[parent] = [block["id"] for block in blocks]
        recorded.blocks |= {block["id"]: block for block in blocks}
    _add_database(body, path.parent.parent.name, rows, recorded)


def _add_database(body: Object, name: str, rows: list[Object], recorded: Recorded) -> None:
    source_id, database_id = body["data_source_id"], body["database_id"]
    first = min(rows, key=lambda row: str(row["created_time"]), default=_NO_ROW)
    facts = {
        "title": rich_text([{"text": {"content": body.get("title", name)}}]),
        "description": [],
        "icon": None,
        "cover": None,
        "created_time": first["created_time"],
        "last_edited_time": max((row["last_edited_time"] for row in rows), default=_BEGINNING),
        "is_inline": False,
        "in_trash": False,
        "archived": False,
        "url": f"https://www.notion.so/{database_id.replace('-', '')}",
        "public_url": None,
    }
    workspace = {"type": "workspace", "workspace": True}
    recorded.databases[database_id] = {
        "object": "database",
        "id": database_id,
        "parent": workspace,
        "is_locked": False,
        "data_sources": [{"id": source_id, "name": body.get("title", name)}],
        **facts,
    }
    recorded.data_sources[source_id] = {
        "object": "data_source",
        "id": source_id,
        "parent": {"type": "database_id", "database_id": database_id},
        "database_parent": workspace,
        "created_by": first["created_by"],
        "last_edited_by": first["last_edited_by"],
        "properties": schema_of(rows),
        **facts,
    }


def _read_listing(path: Path, recorded: Recorded) -> None:
    """A page of a ``.../children`` listing whose own page was not recorded."""
    for block in orjson.loads(path.read_bytes())["results"]:
        page_id = block["parent"].get("page_id")
        if page_id is None:
            continue
        # Captures of 2026-03-11 have lost the key that older versions still show.
        block.setdefault("archived", block.get("in_trash", False))
        recorded.blocks[block["id"]] = block
        recorded.children.setdefault(page_id, []).append(block["id"])
        recorded.pages.setdefault(page_id, _page_around(page_id, block, path.parent.name))


def _page_around(page_id: str, block: Object, name: str) -> Object:
    title = rich_text([{"text": {"content": name}}])
    author = block.get("created_by") or _NOBODY
    return {
        "object": "page",
        "id": page_id,
        "created_time": block["created_time"],
        "last_edited_time": block["last_edited_time"],
        "created_by": author,
        "last_edited_by": author,
        "cover": None,
        "icon": None,
        "parent": {"type": "workspace", "workspace": True},
        "archived": False,
        "in_trash": False,
        "is_archived": False,
        "is_locked": False,
        "properties": {"title": {"id": "title", "type": "title", "title": title}},
        "url": f"https://www.notion.so/{page_id.replace('-', '')}",
        "public_url": None,
    }
