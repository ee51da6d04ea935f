"""Schemas of strangers: why one is not to be used."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_DEEPEST = 64
_LARGEST = 20_000
"""Parts that a check may have to walk through, each as often as it is referred to."""


def schema_fault(schema: Any) -> str:
    """Whoever checks by it must neither be sent elsewhere nor kept busy; "" if it is harmless."""
    return _place_fault(schema, _DEEPEST) or _size_fault(schema)


def _place_fault(value: Any, depth: int) -> str:
    if depth == 0:
        return f"a schema of it is deeper than {_DEEPEST}"
    if isinstance(value, dict):
        for key in ("$ref", "$dynamicRef"):
            reference = value.get(key, "#")
            if isinstance(reference, str) and not reference.startswith("#"):
                return f"a schema of it refers to {reference[:100]}"
        value = list(value.values())
    if isinstance(value, list):
        return next(filter(None, (_place_fault(part, depth - 1) for part in value)), "")
    return ""


def _size_fault(schema: Any) -> str:
    if _Walk(schema).size(schema) > _LARGEST:
        return f"a schema of it stands for more than {_LARGEST} parts"
    return ""


class _Walk:
    """Counts what a schema stands for once its references are followed; circles count once."""

    def __init__(self, root: Any) -> None:
        self._root = root
        self._known: dict[str, int] = {}

    def size(self, value: Any) -> int:
        if isinstance(value, dict):
            referred = value.get("$ref")
            followed = self._referred(referred) if isinstance(referred, str) else 0
            return 1 + followed + sum(map(self.size, value.values()))
        if isinstance(value, list):
            return sum(map(self.size, value))
        return 1

    def _referred(self, reference: str) -> int:
        if reference not in self._known:
            self._known[reference] = 0
            self._known[reference] = self.size(_at(self._root, reference))
        return self._known[reference]


def _at(root: Any, reference: str) -> Any:
    """What a JSON pointer in a fragment points to; None if nothing."""
    for part in reference.lstrip("#").strip("/").split("/"):
        key = part.replace("~1", "/").replace("~0", "~")
        if isinstance(root, list) and key.isdecimal() and int(key) < len(root):
            root = root[int(key)]
        elif isinstance(root, Mapping):
            root = root.get(key)
        else:
            return None
    return root
