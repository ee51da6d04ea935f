"""Comments on files, kept in memory."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from itertools import count
from typing import Any

from interlock.sdk import World
from interlock_simulator.figma.published import USER


class Comments:
    """By file key, oldest first."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.clear()

    def clear(self) -> None:
        self._by_file: dict[str, list[dict[str, Any]]] = {}
        self._ids = count(1)

    def of(self, key: str) -> list[dict[str, Any]]:
        return self._by_file.get(key, [])

    def add(self, key: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """A new comment, from the body of ``POST .../comments``."""
        thread = self._by_file.setdefault(key, [])
        parent = body.get("comment_id")
        comment: dict[str, Any] = {
            "id": str(next(self._ids)),
            "file_key": key,
            "parent_id": parent or "",
            "user": USER,
            "created_at": datetime.fromtimestamp(self._world.time(), UTC).isoformat(),
            "resolved_at": None,
            "message": str(body["message"]),
            "client_meta": body.get("client_meta") or {"x": 0, "y": 0},
            "order_id": None if parent else str(len(thread) + 1),
            "reactions": [],
        }
        thread.append(comment)
        return comment

    def get(self, key: str, comment_id: str) -> dict[str, Any] | None:
        return next((entry for entry in self.of(key) if entry["id"] == comment_id), None)

    def react(self, comment: dict[str, Any], emoji: str) -> None:
        """A reaction of the simulated user; a second one with the same emoji changes nothing."""
        if not any(each["emoji"] == emoji for each in comment["reactions"]):
            now = datetime.fromtimestamp(self._world.time(), UTC).isoformat()
            comment["reactions"].append({"user": USER, "emoji": emoji, "created_at": now})

    def unreact(self, comment: dict[str, Any], emoji: str) -> bool:
        """Whether there was such a reaction."""
        before = comment["reactions"]
        comment["reactions"] = [each for each in before if each["emoji"] != emoji]
        return len(comment["reactions"]) < len(before)

    def delete(self, key: str, comment_id: str) -> bool:
        """Whether there was such a comment; replies go with it."""
        thread = self.of(key)
        kept = [entry for entry in thread if comment_id not in (entry["id"], entry["parent_id"])]
        self._by_file[key] = kept
        return len(kept) < len(thread)
