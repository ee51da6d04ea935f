"""What a JSON Schema says about the keys and items of a value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

_VARIANTS = ("anyOf", "oneOf", "allOf")
_DEPTH = 20  # of references and variants within each other


@dataclass(frozen=True)
class Shape:
    """A schema, and the document that its references (``#/$defs/...``) point into."""

    schema: Any
    root: Any

    def key(self, name: str) -> Shape | None:
        """The shape of a key's value; None if every variant of the value rules the key out."""
        open_ended = False
        for variant in self._variants():
            schema = variant.schema
            if name in schema.get("properties", {}):
                return Shape(schema["properties"][name], self.root)
            rest = schema.get("additionalProperties", not _is_complete(schema))
            if isinstance(rest, dict):
                return Shape(rest, self.root)
            open_ended |= bool(rest)
        return UNKNOWN if open_ended else None

    def keys(self) -> list[str]:
        return [name for each in self._variants() for name in each.schema.get("properties", {})]

    def item(self) -> Shape:
        """The shape of a list's items, as far as it is known."""
        for variant in self._variants():
            if isinstance(variant.schema.get("items"), dict):
                return Shape(variant.schema["items"], self.root)
        return UNKNOWN

    def _variants(self, depth: int = 0) -> Iterator[Shape]:
        """The schemas without references and choices that a value other than null may follow."""
        schema = self._resolved()
        if not isinstance(schema, dict) or depth > _DEPTH:
            yield UNKNOWN
            return
        choices = [choice for word in _VARIANTS for choice in schema.get(word, ())]
        if (not choices or "properties" in schema) and schema.get("type") != "null":
            yield Shape(schema, self.root)
        for choice in choices:
            yield from Shape(choice, self.root)._variants(depth + 1)

    def _resolved(self) -> Any:
        schema = self.schema
        for _ in range(_DEPTH):
            if not isinstance(schema, dict) or "$ref" not in schema:
                break
            schema = _pointed_at(self.root, schema["$ref"])
        return schema


UNKNOWN = Shape({}, {})


def list_of(item: Shape) -> Shape:
    return Shape({"type": "array", "items": item.schema}, item.root)


def _pointed_at(root: Any, reference: Any) -> Any:
    if not isinstance(reference, str) or not reference.startswith("#/"):
        return {}
    for part in reference[2:].split("/"):
        key = part.replace("~1", "/").replace("~0", "~")
        root = root.get(key, {}) if isinstance(root, Mapping) else {}
    return root


def _is_complete(schema: Mapping[str, Any]) -> bool:
    """Whether a schema without ``additionalProperties`` names all keys there are.

    Schemas of models list their properties and stop; one that lists none says nothing.
    """
    if schema.get("properties"):
        return "patternProperties" not in schema
    kinds = schema.get("type", "object")
    return "object" not in kinds if isinstance(kinds, list) else kinds != "object"
