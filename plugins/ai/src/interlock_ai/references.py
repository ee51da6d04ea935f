"""Whether the references of a JSON Schema lead somewhere, and to an end."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from referencing import Registry
from referencing.exceptions import Unresolvable
from referencing.jsonschema import DRAFT202012

# Where a schema says more of the same value; below all others stands another value.
_ON_THE_SPOT = frozenset({"$ref", "allOf", "anyOf", "oneOf", "not", "if", "then", "else"})
# What looks like a schema and is a value.
_VALUES = frozenset({"const", "enum", "default", "examples"})

Place = tuple[str, Mapping[str, Any]]


def fault_of(schema: Mapping[str, Any]) -> tuple[str, str] | None:
    """JSON path and words of the first reference that is of no use; None if all are.

    A reference leads out of the schema, to nothing, or in a circle that no value ends: a validator
    would fail on it, or never come to an end.
    """
    resource = DRAFT202012.create_resource(schema)
    base = resource.id() or ""
    resolver = Registry().with_resource(base, resource).resolver(base)
    places: dict[str, Place] = {}
    for path, node in _nodes("$", schema):
        if (reference := node.get("$ref")) is None:
            continue
        if not str(reference).startswith("#"):
            return f"{path}.$ref", f"{reference!r} is not in this schema; put it under $defs"
        try:
            target = resolver.lookup(str(reference)).contents
        except Unresolvable:
            return f"{path}.$ref", f"there is no {reference!r}"
        if isinstance(target, Mapping):
            places[str(reference)] = (path, target)
    return _circle(places)


def _nodes(path: str, node: Any) -> Iterator[Place]:
    """All objects of the schema, itself included."""
    if isinstance(node, Mapping):
        yield path, node
        for name, value in node.items():
            if name not in _VALUES or path.endswith(".properties"):
                yield from _nodes(f"{path}.{name}", value)
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from _nodes(f"{path}[{index}]", value)


def _circle(places: Mapping[str, Place]) -> tuple[str, str] | None:
    leads = {name: set(_on_the_spot(target)) for name, (_, target) in places.items()}
    for name, (path, _) in places.items():
        reached, new = set[str](), leads[name]
        while new := new - reached:
            reached |= new
            new = set().union(*(leads.get(each, set()) for each in new))
        if name in reached:
            return f"{path}.$ref", f"{name!r} leads back to itself"
    return None


def _on_the_spot(node: Any) -> Iterator[str]:
    """The references that the same value is held against."""
    if isinstance(node, list):
        for each in node:
            yield from _on_the_spot(each)
    elif isinstance(node, Mapping):
        for name in _ON_THE_SPOT & node.keys():
            if name == "$ref":
                yield str(node[name])
            else:
                yield from _on_the_spot(node[name])
