"""Whether OpenAI can hold a model to a JSON Schema to the letter.

Its strict mode takes a part of the language (https://developers.openai.com/api/docs/guides/structured-outputs,
"Supported schemas"): objects are closed and all their properties required, and nothing else may
be said than what is listed here. A schema that goes beyond it is sent as a wish.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

_TAKEN = frozenset(
    {"$ref", "$defs", "definitions", "type", "enum", "const", "anyOf", "title", "description"}
    | {"properties", "required", "additionalProperties", "items", "minItems", "maxItems"}
    | {"pattern", "format"}
    | {"multipleOf", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"}
)
_FORMATS = frozenset(
    {"date-time", "time", "date", "duration", "email", "hostname", "ipv4", "ipv6", "uuid"}
)
_DEEPEST = 10


def fits_strict(schema: Any) -> bool:
    """Of a schema whose root is an object."""
    return "anyOf" not in schema and _fits(schema, 0)


def _fits(schema: Any, depth: int) -> bool:
    if not isinstance(schema, Mapping) or schema.keys() - _TAKEN or depth > _DEEPEST:
        return False
    if "$ref" in schema:
        alone = schema.keys() <= {"$ref", "$defs", "definitions"}
    else:
        alone = bool(schema.keys() & {"type", "enum", "const", "anyOf"})
    known = "format" not in schema or schema["format"] in _FORMATS
    below = depth + ("properties" in schema)
    parts = all(_fits(part, below) for part in _parts(schema))
    return alone and known and _closed(schema) and parts


def _closed(schema: Mapping[str, Any]) -> bool:
    kinds = schema.get("type")
    if "object" not in (kinds if isinstance(kinds, list) else [kinds]):
        return True
    properties = schema.get("properties") or {}
    required = set(schema.get("required") or ())
    return schema.get("additionalProperties") is False and required == properties.keys()


def _parts(schema: Mapping[str, Any]) -> Iterator[Any]:
    for name in ("properties", "$defs", "definitions"):
        yield from (schema.get(name) or {}).values()
    yield from schema.get("anyOf") or ()
    if "items" in schema:
        yield schema["items"]
