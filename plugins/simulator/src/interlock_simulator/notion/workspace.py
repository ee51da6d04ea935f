"""The workspace: recorded pages, blocks and databases, and what was written since."""

from __future__ import annotations

import random
import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from interlock.sdk import World
from interlock_simulator.notion.errors import BOT_ID, not_found
from interlock_simulator.notion.files import Upload
from interlock_simulator.notion.recordings import Recorded, read_recordings
from interlock_simulator.notion.rich_text import plain_text

Object = dict[str, Any]


class Workspace:
    """Objects by id. :meth:`load` reads the recordings anew and so forgets every write."""

    def __init__(self, folders: Sequence[Path], *, seed: int, world: World) -> None:
        self._folders = folders
        self._seed = seed
        self._world = world

    def load(self) -> None:
        """Read the recordings; blocks, so it is called in a worker thread."""
        recorded: Recorded = read_recordings(self._folders)
        self.pages = recorded.pages
        self.blocks = recorded.blocks
        self.data_sources = recorded.data_sources
        self.databases = recorded.databases
        self.comments: list[Object] = []
        self.uploads: dict[str, Upload] = {}
        self.tasks: dict[str, Object] = {}
        self.views: dict[str, Object | None] = {}
        self.view_queries: dict[str, tuple[str, list[Object]]] = {}
        self._children = recorded.children
        self._random = random.Random(self._seed)  # noqa: S311 - repeatable on purpose
        self.users = [_BOT, *_people(self.pages.values())]

    def new_id(self) -> str:
        return str(uuid.UUID(int=self._random.getrandbits(128), version=4))

    def moment(self) -> float:
        """Seconds since the epoch."""
        return self._world.time()

    def user(self, id: str) -> Object:
        """The user of this id; refused as Notion does if there is none."""
        for user in self.users:
            if user["id"] == id:
                return user
        raise not_found("user", id)

    def now(self) -> str:
        """The time as Notion writes it: to the minute."""
        moment = datetime.fromtimestamp(self.moment(), UTC)
        return moment.strftime("%Y-%m-%dT%H:%M:00.000Z")

    def stamps(self) -> Object:
        """Creation and last edit, by the integration, now."""
        now, bot = self.now(), {"object": "user", "id": BOT_ID}
        return {
            "created_time": now,
            "last_edited_time": now,
            "created_by": bot,
            "last_edited_by": bot,
        }

    def page(self, id: str) -> Object:
        if (page := self.pages.get(id)) is None:
            raise not_found("page", id)
        return page

    def database(self, id: str) -> Object:
        if (database := self.databases.get(id)) is None:
            raise not_found("database", id)
        return database

    def source(self, id: str) -> Object:
        if (source := self.data_sources.get(id)) is None:
            raise not_found("data_source", id)
        return source

    def rows(self, data_source_id: str) -> list[Object]:
        """The rows of a data source that are not in the trash, newest first."""
        rows = [
            page
            for page in self.pages.values()
            if page["parent"].get("data_source_id") == data_source_id and not page["in_trash"]
        ]
        return sorted(rows, key=lambda row: row["created_time"], reverse=True)

    def children(self, parent_id: str) -> list[Object]:
        """The blocks directly in a page or block, without those in the trash."""
        blocks = [self.blocks[id] for id in self._children.get(parent_id, ())]
        return [block for block in blocks if not block.get("in_trash")]

    def add_block(self, block: Object, parent_id: str, index: int | None = None) -> None:
        """Put a block into its parent, at ``index`` or at the end."""
        siblings = self._children.setdefault(parent_id, [])
        siblings.insert(len(siblings) if index is None else index, block["id"])
        self.blocks[block["id"]] = block
        if parent := self.blocks.get(parent_id):
            parent["has_children"] = True

    def move_block(self, block_id: str, parent: Object, parent_id: str) -> None:
        """Take a block out of its parent and put it at the end of another."""
        block = self.blocks[block_id]
        before = block["parent"].get(block["parent"]["type"], "")
        if block_id in self._children.get(before, ()):
            self._children[before].remove(block_id)
        block["parent"] = parent
        self.add_block(block, parent_id)

    def index_after(self, parent_id: str, block_id: str) -> int | None:
        """Where a block that comes after this one goes; None if it is not in the parent."""
        siblings = self._children.get(parent_id, [])
        return siblings.index(block_id) + 1 if block_id in siblings else None

    def title(self, page: Mapping[str, Any]) -> str:
        for value in page["properties"].values():
            if value["type"] == "title":
                return plain_text(value["title"])
        return ""

    def summaries(self) -> list[Object]:
        """``[{database_id, data_source_id, name, rows}]``."""
        return [
            {
                "database_id": source["parent"]["database_id"],
                "data_source_id": id,
                "name": plain_text(source["title"]),
                "rows": len(self.rows(id)),
            }
            for id, source in self.data_sources.items()
        ]


_BOT: Object = {
    "object": "user",
    "id": BOT_ID,
    "name": "Interlock simulator",
    "avatar_url": None,
    "type": "bot",
    "bot": {
        "owner": {"type": "workspace", "workspace": True},
        "workspace_name": "Recordings",
        "workspace_id": "b0700000-0000-4000-8000-000000000002",
        # The limit of paid workspaces.
        "workspace_limits": {"max_file_upload_size_in_bytes": 5 * 2**30},
    },
}


def _people(pages: Iterable[Object]) -> list[Object]:
    """A person for each author of a recorded page; names were never recorded."""
    ids = sorted({page[role]["id"] for page in pages for role in ("created_by", "last_edited_by")})
    return [
        {
            "object": "user",
            "id": id,
            "name": f"Person {number}",
            "avatar_url": None,
            "type": "person",
            "person": {"email": f"person{number}@example.com"},
        }
        for number, id in enumerate(ids, 1)
    ]
