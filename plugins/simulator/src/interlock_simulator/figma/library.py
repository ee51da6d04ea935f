"""Recorded Figma files, by key; read from disk when first asked for.

Everything here blocks and is called in worker threads.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import orjson

from interlock_simulator.figma.wrapping import file_of_node, file_of_nodes, nodes_in, whole_file

_VARIABLES = ".variables-local"


class Library:
    """All files of some folders; a later folder's file replaces an earlier one of its key."""

    def __init__(self, folders: Sequence[Path]) -> None:
        self._paths: dict[str, Path] = {}
        self._variables: dict[str, Path] = {}
        self._bodies: dict[str, dict[str, Any]] = {}
        self._lock = threading.Lock()
        for folder in folders:
            self._scan(folder)

    def keys(self) -> list[str]:
        return sorted(self._paths.keys() | self._variables.keys())

    def file(self, key: str) -> dict[str, Any] | None:
        """The body of ``GET /v1/files/:key`` as recorded, to be read only; None if unknown."""
        if key not in self._paths and key not in self._variables:
            return None
        with self._lock:
            if key not in self._bodies:
                self._bodies[key] = self._read(key)
            return self._bodies[key]

    def variables(self, key: str) -> bytes | None:
        """The body of ``GET .../variables/local``, for the few files that have one."""
        path = self._variables.get(key)
        return path.read_bytes() if path else None

    def summaries(self) -> list[dict[str, Any]]:
        """``[{key, name, version, nodes, components, component_sets}]``."""
        return [_summary(key, self.file(key) or {}) for key in self.keys()]

    def _scan(self, folder: Path) -> None:
        # Whole files come first, so that a part of a file does not take the file's key.
        paths = sorted(folder.glob("*.json"), key=lambda path: (".file." not in path.name, path))
        for path in paths:
            if _VARIABLES in path.name:
                self._variables[path.name.split(_VARIABLES)[0]] = path
            elif path.name.endswith(".file.json"):
                self._paths[path.name.removesuffix(".file.json")] = path
            elif ".node" in path.name:
                stem = path.name.split(".node")[0]
                taken = self._paths.get(stem)
                part = path.name.removesuffix(".json").replace(".", "-")
                same_folder = taken is not None and taken.parent == folder
                self._paths[part if same_folder else stem] = path

    def _read(self, key: str) -> dict[str, Any]:
        path = self._paths.get(key)
        if path is None:
            return file_of_nodes(key, {})
        body: dict[str, Any] = orjson.loads(path.read_bytes())
        if "document" in body:
            return whole_file(key, body)
        return file_of_nodes(key, body) if "nodes" in body else file_of_node(key, body)


def _summary(key: str, body: dict[str, Any]) -> dict[str, Any]:
    types = [node["type"] for node in _walk(body)]
    return {
        "key": key,
        "name": body.get("name", key),
        "version": body.get("version", ""),
        "nodes": len(types),
        "components": types.count("COMPONENT"),
        "component_sets": types.count("COMPONENT_SET"),
    }


def _walk(body: dict[str, Any]) -> Iterator[dict[str, Any]]:
    return nodes_in(body["document"])
