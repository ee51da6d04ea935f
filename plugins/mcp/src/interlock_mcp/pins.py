"""Tools as they were approved: one that says something else since then is held."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import orjson

from interlock.sdk import Conflict, KeyValue, NotFound

_KEY = "pins"


@dataclass(frozen=True, slots=True)
class Definition:
    """A tool as its server describes it."""

    name: str
    description: str
    input_schema: Mapping[str, Any]
    output_schema: Mapping[str, Any]
    hints: Mapping[str, Any]

    @property
    def digest(self) -> str:
        """Of everything that a model or an operator goes by."""
        parts = [self.name, self.description, self.input_schema, self.output_schema, self.hints]
        return hashlib.sha256(orjson.dumps(parts, option=orjson.OPT_SORT_KEYS)).hexdigest()


class Pins:
    """The approved digests of one server's tools, by name."""

    def __init__(self, state: KeyValue, trust: Literal["first", "strict", "any"]) -> None:
        self._state = state
        self._trust = trust

    async def held(self, definitions: Iterable[Definition]) -> dict[str, str]:
        """Which of these must not be used, and why; those that are new may get approved."""
        if self._trust == "any":
            return {}
        pins: dict[str, str] = await self._state.get(_KEY) or {}
        fresh = not pins
        held: dict[str, str] = {}
        for definition in definitions:
            known = pins.get(definition.name)
            if known is None and (self._trust == "first" or fresh):
                pins[definition.name] = definition.digest
            elif known is None:
                held[definition.name] = "it is new"
            elif known != definition.digest:
                held[definition.name] = "it is described otherwise than when it was approved"
        await self._state.put(_KEY, pins)
        return held

    async def accept(self, name: str, digest: str, definitions: Mapping[str, Definition]) -> None:
        """Approve a tool as somebody has seen it.

        Raises:
            NotFound: the server has no such tool.
            Conflict: it is described otherwise since it was looked at.
        """
        if name not in definitions:
            raise NotFound(f"the server has no tool {name!r}", nearest=sorted(definitions))
        if definitions[name].digest != digest:
            raise Conflict(f"tool {name!r} has changed again", hint="look at it once more")
        pins: dict[str, str] = await self._state.get(_KEY) or {}
        pins[name] = definitions[name].digest
        await self._state.put(_KEY, pins)
