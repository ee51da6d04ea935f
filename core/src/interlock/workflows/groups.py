"""Groups of steps that templates share: read once, performed inside of whoever includes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from interlock.config.document import Document
from interlock.config.faults import Path
from interlock.expr import Value
from interlock.sdk.json_schema import Schema
from interlock.workflows.reading import Node, Reading, advice, listed
from interlock.workflows.schemas import checked_schema
from interlock.workflows.scope import ANYTHING, JsonSchema, run_scope
from interlock.workflows.step_node import StepNode
from interlock.workflows.template import Block

_KEYS = ("description", "input", "steps", "return")


@dataclass(frozen=True)
class Group:
    """Steps with an input and an output of their own; a template's own steps are one as well.

    Attributes:
        result: its ``return``; without one the last step's output.
        schema: of the output.
        uses: names of the groups that it includes.
    """

    input: Schema
    block: Block
    result: Value | None
    schema: JsonSchema
    uses: frozenset[str]

    @classmethod
    def read(cls, reading: Reading, path: Path, data: Mapping[str, Any], groups: Groups) -> Group:
        """What stands at ``path`` of a document."""
        schema = schema_at(Node(reading, path, data, run_scope(ANYTHING)), "input")
        root = StepNode(reading, path, data, run_scope({"type": "object", **schema}))
        outer, root.groups = reading.included, groups
        reading.included = set()
        block, output = root.block("steps", passed_on="return" not in data)
        result = None
        if "return" in data:
            inner = root.inside()
            inner.scope.steps.update((step.name, ANYTHING) for step in block.steps)
            result, output = inner.value("return"), ANYTHING
        uses, reading.included = frozenset(reading.included), outer
        return cls(Schema(schema), block, result, output, uses)


@dataclass(slots=True)
class _Source:
    reading: Reading
    path: Path
    data: Mapping[str, Any]


class Groups:
    """The groups that a template may include: those of shared files, and its own.

    Args:
        files: documents that are a group each, or one template with groups of its own.
    """

    def __init__(self, files: Sequence[Reading]) -> None:
        self._sources: dict[str, _Source] = {}
        self._read: dict[str, Group | None] = {}
        self._outer: Groups | None = None
        for reading in files:
            self._add(reading)

    def and_of(self, reading: Reading) -> Groups:
        """These, and those that stand in a template."""
        groups = Groups([reading])
        groups._outer = self
        return groups

    def _add(self, reading: Reading) -> None:
        data = reading.document.data
        if is_group(reading.document):
            name = str(data["group"])
            if name in self._sources:
                file = self._sources[name].reading.document.file
                message = f"group {name!r} is defined in {file} already"
                reading.faults.append(reading.document.fault(("group",), message))
            self._sources[name] = _Source(reading, (), data)
            return
        own = data.get("groups", {}) if isinstance(data, dict) else {}
        for name, group in own.items() if isinstance(own, dict) else ():
            self._sources[str(name)] = _Source(reading, ("groups", name), group)

    def read_all(self) -> None:
        """Find every fault of these, but for those of the files around them."""
        for name in self._sources:
            self.get(name)

    def get(self, name: str) -> Group | None:
        """A group; None if there is none, it is no group, or it is just being read."""
        if name not in self._sources:
            return self._outer.get(name) if self._outer else None
        if name not in self._read:
            # A group that includes itself finds nothing here.
            self._read[name] = None
            self._read[name] = self._group(self._sources[name])
        return self._read[name]

    def _group(self, source: _Source) -> Group | None:
        reading, path = source.reading, source.path
        if not isinstance(source.data, dict):
            fault = reading.document.fault(path, "a group is a mapping", expected="steps:")
            reading.faults.append(fault)
            return None
        top = Node(reading, path, source.data, run_scope(ANYTHING))
        top.only((*_KEYS, "group") if not path else _KEYS)
        return Group.read(reading, path, source.data, self)

    def missing(self, node: StepNode, name: str) -> None:
        """Say that there is no such group to include."""
        if name in self.names():
            node.fault("include", f"group {name!r} includes itself", hint="break the circle")
            return
        known = self.names()
        expected = f"one of {listed(known)}" if known else "groups: {name: {steps: [...]}}"
        node.fault("include", f"there is no group {name!r}", **advice(name, known, expected))

    def names(self) -> list[str]:
        return [*self._sources, *(self._outer.names() if self._outer else ())]

    def embedded(self, uses: frozenset[str]) -> dict[str, Any]:
        """What is kept with a template that uses these: ``{"groups": {...}}``, or nothing."""
        data = {name: _steps_of(self._source(name).data) for name in sorted(self._all(uses))}
        return {"groups": data} if data else {}

    def readings(self, uses: frozenset[str]) -> list[Reading]:
        """What was read of the groups in use."""
        return [self._source(name).reading for name in self._all(uses)]

    def _all(self, uses: frozenset[str]) -> set[str]:
        """These, and what they use themselves."""
        found: set[str] = set()
        rest = list(uses)
        while rest:
            name = rest.pop()
            if name not in found and (group := self.get(name)) is not None:
                found.add(name)
                rest += group.uses
        return found

    def _source(self, name: str) -> _Source:
        if name in self._sources:
            return self._sources[name]
        assert self._outer is not None  # noqa: S101 - it was found there before
        return self._outer._source(name)


def is_group(document: Document) -> bool:
    """Whether a document is a group of steps and no template."""
    return isinstance(document.data, dict) and "group" in document.data


def schema_at(top: Node, key: str) -> Mapping[str, Any]:
    """A JSON Schema of a template or group; ``{}`` if there is none, or it is none."""
    return checked_schema(top, key, top.get(key, dict, "a JSON Schema", {}))


def _steps_of(data: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in data.items() if key != "group"}
