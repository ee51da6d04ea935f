"""What a JSON Schema says about the keys and items of a value."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

_VARIANTS = ("anyOf", "oneOf", "allOf")
_LISTED: Mapping[Any, tuple[Any, ...]] = {"null": (None,), "boolean": (True, False)}
_DEFINITIONS = ("$defs", "definitions")
_KINDS = (
    (bool, "boolean"),
    (str, "string"),
    (int | float, "number"),
    (list, "array"),
    (dict, "object"),
)
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
                return self._inside(schema["properties"][name])
            rest = schema.get("additionalProperties", not _is_complete(schema))
            if isinstance(rest, dict):
                return self._inside(rest)
            open_ended |= bool(rest)
        return UNKNOWN if open_ended else None

    def keys(self) -> list[str]:
        return [name for each in self._variants() for name in each.schema.get("properties", {})]

    def kinds(self) -> set[str]:
        """JSON types that the value may have; empty if nothing is known, null left out."""
        found: set[str] = set()
        for variant in self._variants():
            kinds = variant.schema.get("type")
            if kinds is not None:
                found |= {kinds} if isinstance(kinds, str) else set(kinds)
            elif (constants := variant.constants()) is not None:
                found |= set(map(_kind, constants))
            else:
                return set()
        return found - {"null"}

    def constants(self) -> list[Any] | None:
        """The values that there are, if the schema lists them."""
        schema = self._resolved()
        if not isinstance(schema, dict):
            return None
        if "const" in schema or "enum" in schema:
            return list(schema["enum"]) if "enum" in schema else [schema["const"]]
        if schema.get("type") in _LISTED:
            return list(_LISTED[schema["type"]])
        choices = [*schema.get("anyOf", ()), *schema.get("oneOf", ())]
        found: list[Any] = []
        for choice in choices:
            values = Shape(choice, self.root).constants()
            if values is None:
                return None
            found += values
        return found if choices else None

    def loosely(self) -> Shape:
        """The same keys and items, of a value that need not be one of those listed."""
        return Shape({"allOf": [self.schema]}, self.root)

    def standalone(self) -> dict[str, Any]:
        """The schema with what its references point to."""
        schema = self._resolved()
        if not isinstance(schema, dict) or not isinstance(self.root, Mapping):
            return {}
        return {**{key: self.root[key] for key in _DEFINITIONS if key in self.root}, **schema}

    def item(self) -> Shape:
        """The shape of a list's items, as far as it is known."""
        for variant in self._variants():
            if isinstance(variant.schema.get("items"), dict):
                return self._inside(variant.schema["items"])
        return UNKNOWN

    def _inside(self, schema: Any) -> Shape:
        """A part; one that was a document of its own has its own definitions."""
        own = isinstance(schema, dict) and any(key in schema for key in _DEFINITIONS)
        return Shape(schema, schema if own else self.root)

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


def schema_of(
    raw: Any,
    place: tuple[str | int, ...],
    whole: Mapping[tuple[str | int, ...], Any],
    computed: Collection[tuple[str | int, ...]],
) -> dict[str, Any]:
    """The schema of a value that is written out, but for the texts that are expressions.

    Args:
        place: of ``raw`` in the value as a whole.
        whole: schemas of the texts that are one expression and nothing else, by their place.
        computed: places of all texts with expressions.
    """
    if place in whole:
        return dict(whole[place])
    match raw:
        case dict():
            found = {key: schema_of(raw[key], (*place, key), whole, computed) for key in raw}
            return {"type": "object", "properties": found}
        case list():
            items = [schema_of(each, (*place, i), whole, computed) for i, each in enumerate(raw)]
            return {"type": "array", "items": {"anyOf": items}} if items else {"type": "array"}
        case str() if place in computed:
            return {"type": "string"}
        case _:
            return {"type": _kind(raw), "const": raw}


def _kind(value: Any) -> str:
    for kind, name in _KINDS:
        if isinstance(value, kind):
            return name
    return "null" if value is None else ""


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
