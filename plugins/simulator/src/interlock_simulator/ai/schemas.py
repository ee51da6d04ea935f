"""What the vendors refuse in a JSON Schema of an answer, in their words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

Place = tuple[tuple[str, ...], Mapping[str, Any]]

# https://developers.openai.com/api/docs/guides/structured-outputs, "Supported schemas"
_NOT_IN_STRICT = frozenset(
    {"allOf", "oneOf", "not", "if", "then", "else", "default", "patternProperties"}
    | {"minLength", "maxLength", "uniqueItems", "contains", "minProperties", "maxProperties"}
    | {"dependentRequired", "dependentSchemas", "propertyNames", "unevaluatedProperties"}
)
# https://platform.claude.com/docs/en/build-with-claude/structured-outputs, "Limitations"
_NOT_AT_ANTHROPIC = frozenset(
    {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"}
    | {"minLength", "maxLength", "maxItems", "uniqueItems", "oneOf", "not"}
)


def fault_in_strict(schema: Mapping[str, Any]) -> str | None:
    """What OpenAI's strict mode finds first; None if it takes the schema."""
    for path, node in _nodes((), schema):
        for word in sorted(_NOT_IN_STRICT & node.keys()):
            return f"In context={path!r}, '{word}' is not permitted."
        if _is_object(node):
            if node.get("additionalProperties") is not False:
                said = "'additionalProperties' is required to be supplied and to be false."
                return f"In context={path!r}, {said}"
            for name in node.get("properties") or {}:
                if name not in (node.get("required") or ()):
                    said = "'required' is required to be supplied and to be an array including"
                    return f"In context={path!r}, {said} every key in properties. Missing '{name}'."
    return None


def fault_at_anthropic(schema: Mapping[str, Any]) -> str | None:
    """What Anthropic's API finds first; None if it takes the schema."""
    for _, node in _nodes((), schema):
        kind = node.get("type")
        for word in sorted(_NOT_AT_ANTHROPIC & node.keys()):
            return f"For '{kind}' type, property '{word}' is not supported"
        if _is_object(node) and node.get("additionalProperties") is not False:
            return "For 'object' type, 'additionalProperties' must be explicitly set to false"
    if _is_recursive(schema):
        return "Circular reference detected in schema definitions"
    return None


def _is_recursive(schema: Mapping[str, Any]) -> bool:
    defined = {f"#/$defs/{name}": part for name, part in (schema.get("$defs") or {}).items()}
    leads = {
        name: {str(node["$ref"]) for _, node in _nodes((), part) if "$ref" in node}
        for name, part in {**defined, "#": schema}.items()
    }
    for _ in leads:
        leads = {
            name: found | {further for each in found for further in leads.get(each, ())}
            for name, found in leads.items()
        }
    return any(name in found for name, found in leads.items())


def _is_object(node: Mapping[str, Any]) -> bool:
    kind = node.get("type")
    return "object" in (kind if isinstance(kind, list) else [kind])


def _nodes(path: tuple[str, ...], node: Any) -> Iterator[Place]:
    """The schemas in a schema, itself first."""
    if not isinstance(node, Mapping):
        return
    yield path, node
    for word in ("properties", "$defs", "definitions"):
        for name, part in (node.get(word) or {}).items():
            yield from _nodes((*path, word, name), part)
    for word in ("anyOf", "oneOf", "allOf"):
        for index, part in enumerate(node.get(word) or ()):
            yield from _nodes((*path, word, str(index)), part)
    yield from _nodes((*path, "items"), node.get("items"))
