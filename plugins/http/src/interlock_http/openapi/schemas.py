"""Schemas of OpenAPI as JSON Schema 2020-12, with what they refer to under ``$defs``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from interlock_http.openapi.description import Broken, Description, escaped, parts

# Words of OpenAPI that JSON Schema does not know, that say nothing to a caller, or that would
# change what a reference means.
_LEFT_OUT = frozenset(
    {"discriminator", "xml", "externalDocs", "example", "examples", "nullable", "$id", "$schema"}
    | {"$anchor", "$dynamicAnchor", "$dynamicRef", "$comment", "$defs", "definitions", "id"}
)
_NAMED = frozenset({"properties", "patternProperties", "dependentSchemas"})
_SCHEMAS = frozenset(
    {"items", "additionalProperties", "not", "contains", "propertyNames", "if", "then", "else"}
    | {"unevaluatedItems", "unevaluatedProperties"}
)
_LISTS = frozenset({"allOf", "anyOf", "oneOf", "prefixItems"})
_TYPES = frozenset({"string", "number", "integer", "boolean", "array", "object", "null"})
_NO_NAME = re.compile(r"[^A-Za-z0-9_.-]+")
# Of one tool. Aliases of YAML can make a small file a document without end.
_MOST_PARTS = 50_000


class Schemas:
    """Converts the schemas of one tool; what they refer to is in :attr:`defs` afterwards.

    Args:
        hidden: ``readOnly`` for what is sent, ``writeOnly`` for what is received: properties
            marked so need not be there.
    """

    def __init__(self, description: Description, hidden: str) -> None:
        self._description = description
        self._hidden = hidden
        self._old = description.old
        self._names: dict[str, str] = {}
        self._parts = 0
        self.defs: dict[str, Any] = {}

    def convert(self, schema: Any, pointer: str) -> Any:
        """A schema of the document at ``pointer``.

        Raises:
            Broken: it is none, or a reference leads nowhere.
        """
        self._parts += 1
        if self._parts > _MOST_PARTS:
            raise Broken(pointer, "with all that they refer to, the schemas here are too large")
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
        if not _is_pattern(converted.get("pattern", "")):
            del converted["pattern"]
        self._relax(converted, schema, pointer)
        return self._modern(converted, schema) if self._old else converted

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
        found = {"$ref": f"#/$defs/{self._named(schema['$ref'], pointer)}"}
        if not self._old:
            beside = {key: value for key, value in schema.items() if key != "$ref"}
            return {**self._words(beside, pointer), **found}
        # In 3.0 nothing else counts beside a reference, but many write these.
        if isinstance(described := schema.get("description"), str):
            found["description"] = described
        return {"anyOf": [found, {"type": "null"}]} if schema.get("nullable") is True else found

    def _named(self, reference: str, pointer: str) -> str:
        """The name under ``$defs`` of what a reference leads to."""
        if reference not in self._names:
            self._description.follow({"$ref": reference}, pointer)
            target = self._description.at(reference, pointer)
            short = _NO_NAME.sub("_", parts(reference)[-1]) or "schema"
            name = short
            while name in self.defs:
                name = f"{short}_{len(self.defs)}"
            self._names[reference] = name
            # Before it is converted: it may refer to itself.
            self.defs[name] = {}
            self.defs[name] = self.convert(target, reference[1:])
        return self._names[reference]

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
        """What 3.0 says otherwise: null, and bounds that are not included."""
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
        re.compile(str(text))
    except re.error:
        return False
    return True
