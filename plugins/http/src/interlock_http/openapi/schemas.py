"""Schemas of OpenAPI as JSON Schema 2020-12, which refer to others by their names."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from interlock_http.openapi.description import Broken, Description, escaped
from interlock_http.openapi.names import Names

# Words of OpenAPI that JSON Schema does not know, that say nothing to a caller, or that would
# change what a reference means.
_LEFT_OUT = frozenset(
    {"discriminator", "xml", "externalDocs", "example", "examples", "nullable", "$id", "$schema"}
    | {"$anchor", "$dynamicAnchor", "$dynamicRef", "$comment", "$defs", "definitions", "id"}
    | {"$recursiveAnchor", "$recursiveRef"}
)
_NAMED = frozenset({"properties", "patternProperties", "dependentSchemas"})
_SCHEMAS = frozenset(
    {"items", "additionalProperties", "not", "contains", "propertyNames", "if", "then", "else"}
    | {"unevaluatedItems", "unevaluatedProperties"}
)
_LISTS = frozenset({"allOf", "anyOf", "oneOf", "prefixItems"})
_TYPES = frozenset({"string", "number", "integer", "boolean", "array", "object", "null"})
# Of one schema. Aliases of YAML can make a small file a document without end.
_MOST_PARTS = 50_000


class Schemas:
    """Converts schemas of a description; what they refer to is named, and left where it is.

    Args:
        hidden: ``readOnly`` for what is sent, ``writeOnly`` for what is received: properties
            marked so need not be there.
        within: name of the schema that is converted, if it has one.

    Attributes:
        referred: names under ``$defs`` of what was referred to, in the order of its mention.
    """

    def __init__(
        self, description: Description, hidden: str, names: Names, within: str = ""
    ) -> None:
        self._description = description
        self._hidden = hidden
        self._names = names
        self._within = within
        self._parts = 0
        self.referred: dict[str, None] = {}

    def convert(self, schema: Any, pointer: str) -> Any:
        """A schema of the document at ``pointer``.

        Raises:
            Broken: it is none, or a reference leads nowhere.
            RecursionError: it contains itself.
        """
        self._parts += 1
        if self._parts > _MOST_PARTS:
            raise Broken(pointer, "the schema is too large")
        if schema is None or isinstance(schema, bool):
            return {} if schema is None else schema
        if not isinstance(schema, Mapping):
            raise Broken(pointer, "there is no schema here")
        if isinstance(schema.get("$ref"), str):
            return self._reference(schema, pointer)
        return self._words(schema, pointer)

    def _words(self, schema: Mapping[str, Any], pointer: str) -> dict[str, Any]:
        converted = {
            str(key): self._part(str(key), value, f"{pointer}/{escaped(key)}")
            for key, value in schema.items()
            if key not in _LEFT_OUT and not str(key).startswith("x-")
        }
        self._check_type(converted.get("type"), pointer)
        for word, is_good in _HINTS.items():
            if word in converted and not is_good(converted[word]):
                del converted[word]
        self._relax(converted, schema, pointer)
        if self._within and schema.get("$recursiveRef") == "#":  # of JSON Schema 2019-09
            converted |= self._refer(self._within)
        return self._modern(converted, schema)

    def _part(self, key: str, value: Any, pointer: str) -> Any:
        if key in _NAMED:
            if not isinstance(value, Mapping):
                raise Broken(pointer, "there is no object here")
            return {
                str(name): self.convert(inner, f"{pointer}/{escaped(name)}")
                for name, inner in value.items()
                if key != "patternProperties" or _is_pattern(name)
            }
        if key in _SCHEMAS:
            return self.convert(value, pointer)
        if key in _LISTS:
            if not isinstance(value, list):
                raise Broken(pointer, "there is no list here")
            return [self.convert(inner, f"{pointer}/{i}") for i, inner in enumerate(value)]
        return value

    def _reference(self, schema: Mapping[str, Any], pointer: str) -> dict[str, Any]:
        found = self._refer(self._names.of(schema["$ref"], pointer))
        beside = {key: value for key, value in schema.items() if key not in ("$ref", "nullable")}
        if not self._description.old:
            found = {**self._words(beside, pointer), **found}
        # In 3.0 nothing else counts beside a reference, but many write these.
        elif isinstance(described := schema.get("description"), str):
            found["description"] = described
        return {"anyOf": [found, {"type": "null"}]} if schema.get("nullable") is True else found

    def _refer(self, name: str) -> dict[str, Any]:
        self.referred[name] = None
        return {"$ref": f"#/$defs/{name}"}

    def _relax(self, converted: dict[str, Any], schema: Mapping[str, Any], pointer: str) -> None:
        """Take from ``required`` what is not for this direction, and what is no list of names."""
        required = converted.get("required")
        if required is None:
            return
        if isinstance(required, bool):  # of JSON Schema 3, where it stood in the property
            del converted["required"]
            return
        if not isinstance(required, list):
            raise Broken(f"{pointer}/required", "there is no list here")
        properties = schema.get("properties") or {}
        converted["required"] = [
            name
            for name in dict.fromkeys(map(str, required))
            if not self.is_hidden(properties.get(name), f"{pointer}/properties/{escaped(name)}")
        ]

    def is_hidden(self, schema: Any, pointer: str) -> bool:
        """Whether a property is not for this direction."""
        if not isinstance(schema, Mapping):
            return False
        return self._description.follow(schema, pointer).get(self._hidden) is True

    @staticmethod
    def _check_type(kind: Any, pointer: str) -> None:
        kinds = kind if isinstance(kind, list) else [] if kind is None else [kind]
        for each in kinds:
            if not isinstance(each, str) or each not in _TYPES:
                raise Broken(f"{pointer}/type", f"{each!r} is no type")

    @staticmethod
    def _modern(converted: dict[str, Any], schema: Mapping[str, Any]) -> dict[str, Any]:
        """What 3.0 says otherwise, and many still say in 3.1: null, and bounds not included."""
        for word, bound in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
            if converted.get(word) is True and bound in converted:
                converted[word] = converted.pop(bound)
            elif isinstance(converted.get(word), bool):
                del converted[word]
        if schema.get("nullable") is not True:
            return converted
        kind = converted.get("type")
        if not isinstance(kind, str):
            return {"anyOf": [converted, {"type": "null"}]} if converted else converted
        converted["type"] = [kind, "null"]
        if isinstance(enum := converted.get("enum"), list) and None not in enum:
            converted["enum"] = [*enum, None]
        return converted


def _is_pattern(text: Any) -> bool:
    """Whether we can read it: descriptions are written for the expressions of JavaScript."""
    try:
        re.compile(text)
    except (re.error, TypeError):
        return False
    return True


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


_HINTS: dict[str, Callable[[Any], bool]] = {
    "pattern": _is_pattern,
    "title": _is_text,
    "description": _is_text,
}
"""Words that a schema is as good without, if what they say cannot be read."""
