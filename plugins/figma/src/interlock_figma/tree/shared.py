"""Styles that many nodes share, named once."""

from __future__ import annotations

from typing import Any

import orjson


class SharedStyles:
    """Values by name; equal values of a kind get one name, in order of first use."""

    def __init__(self) -> None:
        self.values: dict[str, Any] = {}
        self._names: dict[bytes, str] = {}
        self._counts: dict[str, int] = {}

    def name_of(self, kind: str, value: Any) -> str:
        """The name under which ``values`` holds the value, e.g. ``fill_3``."""
        key = kind.encode() + orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
        known = self._names.get(key)
        if known is None:
            self._counts[kind] = self._counts.get(kind, 0) + 1
            known = self._names[key] = f"{kind}_{self._counts[kind]}"
            self.values[known] = value
        return known
