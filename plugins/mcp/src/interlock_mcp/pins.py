"""Tools as they were approved: one that says something else since then is held."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import orjson

from interlock.sdk import Conflict, KeyValue, NotFound
from interlock_mcp.suspicions import suspicions

_KEY = "pins"


@dataclass(frozen=True, slots=True)
class Definition:
    """A tool as its server describes it.

    Attributes:
        as_task: whether it can be called as a task only; how it is called is nobody's to approve.
    """

    name: str
    title: str
    description: str
    input_schema: Mapping[str, Any]
    output_schema: Mapping[str, Any]
    hints: Mapping[str, Any]
    as_task: bool = False

    @property
    def digest(self) -> str:
        """Of everything that a model or an operator goes by."""
        parts = [self.name, self.title, self.description, *self._structured]
        return hashlib.sha256(orjson.dumps(parts, option=orjson.OPT_SORT_KEYS)).hexdigest()

    @property
    def suspicions(self) -> list[str]:
        return suspicions(self.name, self.title, self.description, *map(dict, self._structured))

    @property
    def _structured(self) -> tuple[Mapping[str, Any], ...]:
        return (self.input_schema, self.output_schema, self.hints)


class Pins:
    """The approved digests of one server's tools, by name."""

    def __init__(self, state: KeyValue, trust: Literal["first", "strict", "any"]) -> None:
        self._state = state
        self._trust = trust

    async def held(self, definitions: Iterable[Definition]) -> dict[str, str]:
        """Which of these must not be used, and why; those that are new may get approved."""
        if self._trust == "any":
            return {}
        pins = await self._approved()
        if pins is None:
            return {each.name: "the record of what was approved is damaged" for each in definitions}
        fresh = not pins
        held: dict[str, str] = {}
        for definition in definitions:
            known = pins.get(definition.name)
            if known == definition.digest:
                continue
            if known is not None:
                held[definition.name] = "it is described otherwise than when it was approved"
            elif reasons := definition.suspicions:
                held[definition.name] = f"it {' and '.join(reasons)}"
            elif self._trust == "first" or fresh:
                pins[definition.name] = definition.digest
            else:
                held[definition.name] = "it is new"
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
        pins = await self._approved() or {}
        pins[name] = definitions[name].digest
        await self._state.put(_KEY, pins)

    async def _approved(self) -> dict[str, str] | None:
        """None if what is on record cannot be."""
        pins = await self._state.get(_KEY)
        return ({} if pins is None else pins) if isinstance(pins, dict | None) else None
