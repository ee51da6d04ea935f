"""A JSON Schema in the part of the language that Anthropic's API takes.

As the SDK 2.12 does it (``anthropic.lib._parse._transform``, read; a test compares both): objects
are closed, and what the API does not take is told to the model in the description. Whether an
answer fits the whole schema is checked afterwards, so nothing is lost by it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import orjson

Json = dict[str, Any]

_FORMATS = frozenset(
    {"date-time", "time", "date", "duration", "email", "hostname", "uri", "ipv4", "ipv6", "uuid"}
)
_SILENT = ("$schema", "$id", "$defs", "additionalProperties", "default")


def expressible(schema: Mapping[str, Any]) -> bool:
    """Whether it keeps its sense: not if it refers back to itself, or names no keys.

    The API takes no recursion, and an object without named keys would be closed and so empty.
    """
    return all(not _names_no_keys(node) for node in _nodes(schema)) and not _returns(schema)


def _nodes(node: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(node, Mapping):
        yield node
        for part in node.values():
            yield from _nodes(part)
    elif isinstance(node, list):
        for part in node:
            yield from _nodes(part)


def _names_no_keys(node: Mapping[str, Any]) -> bool:
    if "patternProperties" in node or isinstance(node.get("additionalProperties"), Mapping):
        return True
    closed = node.get("additionalProperties") is False
    return node.get("type") == "object" and not node.get("properties") and not closed


def _returns(schema: Mapping[str, Any]) -> bool:
    defined = {f"#/$defs/{name}": part for name, part in (schema.get("$defs") or {}).items()}
    defined["#"] = schema
    leads = {
        name: {str(node["$ref"]) for node in _nodes(part) if "$ref" in node}
        for name, part in defined.items()
    }
    for name, new in leads.items():
        reached: set[str] = set()
        while new := new - reached:
            reached |= new
            new = set().union(*(leads.get(each, set()) for each in new))
        if name in reached:
            return True
    return False


def narrowed(schema: Any) -> Any:
    """The schema as it can be sent; what is no object, such as ``true``, stays as it is."""
    if not isinstance(schema, Mapping):
        return schema
    made: Json = {}
    if "$defs" in schema:
        made["$defs"] = {name: narrowed(each) for name, each in schema["$defs"].items()}
    if "$ref" in schema:
        return {**made, "$ref": schema["$ref"]}
    body = _body(schema)
    told = {name: schema[name] for name in ("title", "description") if name in schema}
    untold = {
        name: value
        for name, value in schema.items()
        if name not in (*body, *told, *_SILENT, "type", "oneOf")
    }
    if untold:
        words = "{" + ", ".join(f"{name}: {_shown(value)}" for name, value in untold.items()) + "}"
        told["description"] = "\n\n".join(filter(None, [told.get("description"), words]))
    return made | body | told


def _body(schema: Mapping[str, Any]) -> Json:
    """What decides about the value: a choice of schemas, of values, or a type."""
    for word, said in (("anyOf", "anyOf"), ("oneOf", "anyOf"), ("allOf", "allOf")):
        if word in schema:
            return {said: [narrowed(each) for each in schema[word]]}
    for word in ("enum", "const"):
        if word in schema:
            return {word: schema[word]}
    kind = schema.get("type")
    if isinstance(kind, list):
        rest = {
            name: value for name, value in schema.items() if name not in ("type", "description")
        }
        return {"anyOf": [_body({**rest, "type": each}) for each in kind]}
    if not isinstance(kind, str):
        return {}
    return {"type": kind, **_OF_TYPE.get(kind, _nothing)(schema)}


def _nothing(schema: Mapping[str, Any]) -> Json:
    return {}


def _object(schema: Mapping[str, Any]) -> Json:
    parts = schema.get("properties") or {}
    made: Json = {"properties": {name: narrowed(each) for name, each in parts.items()}}
    if "required" in schema:
        made["required"] = schema["required"]
    return {**made, "additionalProperties": False}


def _array(schema: Mapping[str, Any]) -> Json:
    made = {"items": narrowed(schema["items"])} if "items" in schema else {}
    return made | ({"minItems": schema["minItems"]} if schema.get("minItems") in (0, 1) else {})


def _string(schema: Mapping[str, Any]) -> Json:
    return {"format": schema["format"]} if schema.get("format") in _FORMATS else {}


_OF_TYPE: Mapping[str, Callable[[Mapping[str, Any]], Json]] = {
    "object": _object,
    "array": _array,
    "string": _string,
}


def _shown(value: Any) -> str:
    return orjson.dumps(value).decode()
