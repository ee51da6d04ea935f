"""JSON that fits a schema, filled with the words of a prompt."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import Any

# Prompts number what an answer should cite: "[3] The third segment."
_NUMBERED = re.compile(r"^\[(\d+)\]\s*(.+)$", re.MULTILINE)
_CODE = re.compile(r"```\w*\n(.*?)```", re.DOTALL)
_ITEMS = 3
_DEEPEST = 12

Line = tuple[int, str]


class NoSuchSchema(ValueError):
    """A reference leads to nothing, or back to itself."""


class Fitting:
    """Fills a schema. Item i of a list is about line i of the prompt: its words, its number."""

    def __init__(self, prompt: str, schema: Mapping[str, Any], seed: int) -> None:
        self._schema = schema
        self._seed = f"{seed}/{prompt}"
        code = _CODE.findall(prompt)
        self._code = code[-1] if code else ""
        self._lines = _lines(prompt)

    def value(self) -> Any:
        return self._fit(self._schema, "", self._lines[0], 0)

    def _fit(self, schema: Mapping[str, Any], name: str, line: Line, depth: int) -> Any:
        schema = self._resolved(schema)
        if "const" in schema:
            return schema["const"]
        if schema.get("enum"):
            return self._choice(schema["enum"], name)
        if depth > _DEEPEST:
            return None
        match _type(schema):
            case "object":
                return {
                    key: self._fit(part, key, line, depth + 1)
                    for key, part in schema.get("properties", {}).items()
                }
            case "array":
                return self._items(schema, name, line, depth)
            case "string":
                return self._text(schema, name, line)
            case "integer" | "number":
                return _bounded(schema, line[0])
            case "boolean":
                return True
            case _:
                return None

    def _items(self, schema: Mapping[str, Any], name: str, line: Line, depth: int) -> list[Any]:
        items = schema.get("items") or {}
        least, most = schema.get("minItems", 0), schema.get("maxItems", _ITEMS)
        if _type(self._resolved(items)) in ("integer", "number"):
            return [self._fit(items, name, line, depth + 1)]
        count = max(least, min(most, _ITEMS, len(self._lines)))
        return [
            self._fit(items, name, self._lines[index % len(self._lines)], depth + 1)
            for index in range(count)
        ]

    def _text(self, schema: Mapping[str, Any], name: str, line: Line) -> str:
        text = self._code if name == "code" and self._code else line[1]
        text = text[: schema.get("maxLength", len(text))]
        return text.ljust(schema.get("minLength", 0), ".")

    def _choice(self, options: list[Any], name: str) -> Any:
        digest = hashlib.sha256(f"{self._seed}/{name}".encode()).digest()
        return options[int.from_bytes(digest[:4], "big") % len(options)]

    def _resolved(self, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        seen: set[int] = set()
        while True:
            if id(schema) in seen:
                raise NoSuchSchema(f"Reference {schema.get('$ref')!r} leads to itself")
            seen.add(id(schema))
            following = self._referred(schema) if "$ref" in schema else _option(schema)
            if following is None:
                return schema
            schema = following

    def _referred(self, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        target: Any = self._schema
        reference = str(schema["$ref"])
        for part in filter(None, reference.removeprefix("#").split("/")):
            target = target.get(part) if isinstance(target, Mapping) else None
        if not reference.startswith("#") or not isinstance(target, Mapping):
            raise NoSuchSchema(f"Reference {reference!r} not found")
        return target


def _option(schema: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The first choice that is something."""
    choices = [each for word in ("anyOf", "oneOf") for each in schema.get(word, ())]
    return next((each for each in choices if each.get("type") not in ("null", "NULL")), None)


def _lines(prompt: str) -> list[Line]:
    numbered = [(int(number), text.strip()) for number, text in _NUMBERED.findall(prompt)]
    plain = [text.strip() for text in prompt.splitlines() if text.strip()]
    return numbered or list(enumerate(plain, 1)) or [(1, "nothing")]


def _type(schema: Mapping[str, Any]) -> str:
    """The schema's type; Gemini writes it in capitals, and it may be a list with null."""
    kind = schema.get("type") or ("object" if "properties" in schema else "string")
    if isinstance(kind, list):
        kind = next((entry for entry in kind if entry != "null"), "null")
    return str(kind).lower()


def _bounded(schema: Mapping[str, Any], number: int) -> float:
    low, high = schema.get("minimum", number), schema.get("maximum", number)
    bounded: float = min(max(number, low), high)
    return bounded
