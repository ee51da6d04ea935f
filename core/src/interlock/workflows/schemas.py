"""Reading a JSON Schema in a template: what it would silently ignore is a fault as well."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import deepcopy
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from interlock.config.faults import Path
from interlock.sdk.json_schema import schema_faults
from interlock.workflows.reading import advice, listed

if TYPE_CHECKING:
    from interlock.workflows.reading import Node

_TYPES = ("string", "integer", "number", "boolean", "object", "array", "null")
_OF_ONE = (
    "items", "additionalProperties", "unevaluatedProperties", "unevaluatedItems", "contains",
    "propertyNames", "not", "if", "then", "else",
)  # fmt: skip
_OF_NAMED = ("properties", "patternProperties", "dependentSchemas", "$defs", "definitions")
_OF_SEVERAL = ("allOf", "anyOf", "oneOf", "prefixItems")
# Draft 2020-12: https://json-schema.org/draft/2020-12/json-schema-validation
_WORDS = (
    *_OF_ONE, *_OF_NAMED, *_OF_SEVERAL,
    "$schema", "$id", "$ref", "$anchor", "$dynamicRef", "$dynamicAnchor", "$vocabulary", "$comment",
    "type", "enum", "const", "title", "description", "default", "examples", "deprecated",
    "readOnly", "writeOnly", "format", "pattern", "required", "minimum", "maximum",
    "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minLength", "maxLength", "minItems",
    "maxItems", "uniqueItems", "minContains", "maxContains", "minProperties", "maxProperties",
    "dependentRequired", "contentEncoding", "contentMediaType", "contentSchema",
)  # fmt: skip


def checked_schema(node: Node, key: str, schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """The schema that stands under ``key``, without what is wrong in it, which is told."""
    faults = schema_faults(schema)
    for fault in faults:
        path: Path = (key, *fault.absolute_path)
        if path[-1] == "type" and isinstance(fault.instance, str):
            wrong = advice(fault.instance, _TYPES, f"one of {listed(_TYPES)}")
            _tell(node, path, f"{fault.instance!r} is no type of JSON", **wrong)
        else:
            _tell(node, path, f"not a JSON Schema: {fault.message}")
    if faults:
        return _sound_part(schema, [list(fault.absolute_path) for fault in faults])
    if not node.reading.believing:
        _check_words(node, key, schema)
    return schema


def _sound_part(schema: Mapping[str, Any], wrong: list[list[Any]]) -> Mapping[str, Any]:
    """A schema without what is at these paths, so that the rest still tells of the values."""
    sound = deepcopy(dict(schema))
    for *path, last in wrong:
        holder: Any = sound
        for part in path:
            holder = holder[part]
        if not isinstance(holder, dict):
            return {}
        holder.pop(last, None)
    return {} if schema_faults(sound) else sound


def _check_words(node: Node, key: str, schema: Mapping[str, Any]) -> None:
    """Words that JSON Schema does not know, and so takes for remarks, though they were meant."""
    if schema and not schema.keys() & set(_WORDS):
        name = next(iter(schema))
        message, hint = f"{name!r} says nothing here", "fields stand under `properties`"
        _tell(node, (key, name), message, hint=hint, on_key=True)
        return
    for path, word in _unknown(schema):
        if close := get_close_matches(word, _WORDS, n=1, cutoff=0.75):
            message, hint = f"{word!r} is no word of JSON Schema", f"did you mean {close[0]!r}?"
            _tell(node, (key, *path, word), message, hint=hint, on_key=True)


def _unknown(schema: Any, path: Path = ()) -> Iterator[tuple[Path, str]]:
    if not isinstance(schema, Mapping):
        return
    for word, value in schema.items():
        if word in _OF_ONE:
            yield from _unknown(value, (*path, word))
        elif word in _OF_NAMED or word in _OF_SEVERAL:
            parts = value.items() if isinstance(value, Mapping) else enumerate(value)
            for name, each in parts:
                yield from _unknown(each, (*path, word, name))
        elif word not in _WORDS:
            yield path, str(word)


def _tell(node: Node, path: Path, message: str, **more: Any) -> None:
    fault = node.reading.document.fault((*node.path, *path), message, **more)
    node.reading.faults.append(fault)
