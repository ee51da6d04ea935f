"""Forms as clients can show them: flat objects. What is deeper is asked for as JSON in a text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import orjson

Schema = Mapping[str, Any]

_FLAT = {"string", "number", "integer", "boolean"}
_SAMPLES: dict[str, Any] = {"string": "…", "number": 1.5, "integer": 1, "boolean": True}
_DEEPEST = 4


def flat_properties(form: Schema) -> dict[str, dict[str, Any]]:
    """The properties that are asked for, of the types that elicitation has."""
    return {name: _flat(each) for name, each in _properties(form).items()}


def values_of(form: Schema, given: Mapping[str, Any]) -> dict[str, Any]:
    """What the form itself asks for, out of what was filled in; texts left blank are left out."""
    properties = _properties(form)
    return {
        name: _value(properties.get(name, {"type": "string"}), value)
        for name, value in given.items()
        if name not in properties or _is_flat(properties[name]) or value != ""
    }


def _properties(form: Schema) -> dict[str, dict[str, Any]]:
    return {name: _without_null(each) for name, each in form.get("properties", {}).items()}


def _without_null(schema: Any) -> dict[str, Any]:
    """Of what may be left out: the schema of what it is otherwise."""
    if not isinstance(schema, Mapping):
        return {}
    kinds = schema.get("type")
    if isinstance(kinds, list):
        others = [each for each in kinds if each != "null"]
        return {**schema, "type": others[0]} if len(others) == 1 else dict(schema)
    choices = [each for each in schema.get("anyOf", ()) if each.get("type") != "null"]
    if len(choices) == 1:
        rest = {name: value for name, value in schema.items() if name != "anyOf"}
        return {**choices[0], **rest}
    enum = schema.get("enum")
    if kinds is None and enum and all(isinstance(each, str) for each in enum):
        return {"type": "string", **schema}
    return dict(schema)


def _is_flat(schema: Schema) -> bool:
    kind, items = schema.get("type"), schema.get("items", {})
    if kind == "array":
        titled: list[Schema] = items.get("anyOf") or items.get("oneOf") or [{}]
        return "enum" in items or all("const" in each for each in titled)
    return isinstance(kind, str) and kind in _FLAT


def _flat(schema: dict[str, Any]) -> dict[str, Any]:
    if _is_flat(schema):
        return schema
    sample = orjson.dumps(_sample(schema, _DEEPEST)).decode()
    about = " ".join([*filter(None, [schema.get("description")]), f"As JSON, such as {sample}"])
    title = {"title": schema["title"]} if "title" in schema else {}
    return {"type": "string", **title, "description": about}


def _value(schema: Schema, given: Any) -> Any:
    if _is_flat(schema) or not isinstance(given, str):
        return given
    try:
        return orjson.loads(given)
    except orjson.JSONDecodeError:
        if schema.get("type") == "array" and schema.get("items", {}).get("type") == "string":
            return [each.strip() for each in re.split(r"[,\n]", given) if each.strip()]
        return given  # which the form's own schema judges


def _sample(schema: Any, depth: int) -> Any:
    """Something of this shape, for a person to go by."""
    if not isinstance(schema, Mapping) or not depth:
        return "…"
    for key in ("default", "const"):
        if key in schema:
            return schema[key]
    for key in ("examples", "enum"):
        if schema.get(key):
            return schema[key][0]
    for key in ("anyOf", "oneOf"):
        if schema.get(key):
            return _sample(schema[key][0], depth - 1)
    if schema.get("type") == "array":
        return [_sample(schema.get("items"), depth - 1)]
    if schema.get("type") == "object":
        properties = schema.get("properties", {})
        return {name: _sample(each, depth - 1) for name, each in properties.items()}
    return _SAMPLES.get(str(schema.get("type")), "…")
