"""From YAML nodes to plain data, remembering which node every value and key came from."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import yaml

from interlock.config.faults import Path
from interlock.config.yaml import DEPTH, compose, is_standard, scalar

VALUES = 100_000  # with aliases expanded: a few lines of them could otherwise fill the memory

_START = yaml.Mark("", 0, 0, 0, None, 0)


@dataclass(frozen=True, slots=True)
class NodeFault:
    """Something that YAML allows and Interlock does not, or that is not YAML."""

    mark: yaml.Mark
    message: str
    path: Path = ()


@dataclass
class Reading:
    """What a text holds; ``values`` and ``keys`` give the node at each path."""

    data: Any = None
    values: dict[Path, yaml.Node] = field(default_factory=dict)
    keys: dict[Path, yaml.Node] = field(default_factory=dict)
    faults: list[NodeFault] = field(default_factory=list)


class _Refused(Exception):
    """The text cannot be read any further."""

    def __init__(self, fault: NodeFault) -> None:
        super().__init__(fault.message)
        self.fault = fault


def read_nodes(text: str) -> Reading:
    """Read a text as far as it goes; never raises."""
    reading = Reading()
    try:
        with _collector_paused():
            root = compose(text)
            if root is not None:
                reading.data = _Builder(reading).value(root, (), 0)
    except _Refused as refused:
        reading.faults.append(refused.fault)
    except yaml.YAMLError as error:
        reading.faults.append(_syntax_fault(text, error))
    return reading


@contextmanager
def _collector_paused() -> Iterator[None]:
    """A file of 8,000 lines makes 100,000 objects, none of them garbage; looking for some among
    them doubles the time."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _syntax_fault(text: str, error: yaml.YAMLError) -> NodeFault:
    if not isinstance(error, yaml.MarkedYAMLError):
        return NodeFault(_START, f"not YAML: {getattr(error, 'reason', error)}")
    context = f" {error.context}" if error.context else ""
    return NodeFault(_mark(text, error), f"not YAML: {error.problem}{context}")


def _mark(text: str, error: yaml.MarkedYAMLError) -> yaml.Mark:
    """Where to point: what is missing is noticed past the end, where there is nothing to see."""
    lines = text.splitlines() or [""]
    for mark in (error.problem_mark, error.context_mark):
        if mark and mark.line < len(lines):
            return mark
    return yaml.Mark("", 0, len(lines) - 1, len(lines[-1]), None, 0)


class _Builder:
    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._left = VALUES

    def value(self, node: yaml.Node, path: Path, depth: int) -> Any:
        self._left -= 1
        if self._left < 0:
            raise _Refused(NodeFault(node.start_mark, f"more than {VALUES:,} values", path=path))
        if depth > DEPTH:
            message = f"values are nested deeper than {DEPTH}"
            raise _Refused(NodeFault(node.start_mark, message, path=path[:3]))
        self._reading.values[path] = node
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(node, path)
        if not is_standard(node):
            self._refuse(node, path, f"the tag {node.tag} is not supported")
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path, depth + 1)
        return [
            self.value(item, (*path, index), depth + 1) for index, item in enumerate(node.value)
        ]

    def _scalar(self, node: yaml.ScalarNode, path: Path) -> Any:
        try:
            return scalar(node)
        except ValueError as error:
            self._refuse(node, path, str(error))
            return None

    def _mapping(self, node: yaml.MappingNode, path: Path, depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                self._refuse(key_node, path, "a key must be a text")
                continue
            key = key_node.value
            if key in found:
                first = self._reading.keys[(*path, key)].start_mark.line + 1
                self._refuse(key_node, path, f"key {key!r} is given twice; first on line {first}")
                continue
            inside = (*path, key)
            self._reading.keys[inside] = key_node
            found[key] = self.value(value_node, inside, depth)
        return found

    def _refuse(self, node: yaml.Node, path: Path, message: str) -> None:
        self._reading.faults.append(NodeFault(node.start_mark, message, path=path))
