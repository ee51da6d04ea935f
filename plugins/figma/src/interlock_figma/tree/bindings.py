"""What drives a layer: component properties, the component it is an instance of, variables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from interlock_figma.tree.document import Document

Json = Mapping[str, Any]

_WORDS = {
    "characters": "text",
    "visible": "visible",
    "mainComponent": "swap",
    "slotContentId": "slot",
}


def bindings(node: Json) -> dict[str, str]:
    """``{text | visible | swap | slot: property key}`` of the enclosing component."""
    given = node.get("componentPropertyReferences") or {}
    return {_WORDS.get(field, field): str(key) for field, key in given.items()}


def instance_of(node: Json, document: Document) -> dict[str, Any]:
    """``{id, name, set?, properties?}`` of an instance's component."""
    component_id = str(node.get("componentId") or "")
    known = document.components.get(component_id) or {}
    result: dict[str, Any] = {"id": component_id, "name": str(known.get("name") or "")}
    if set_id := known.get("componentSetId"):
        result["set"] = str(set_id)
    properties = {
        key: _value(key, given, result["name"])
        for key, given in (node.get("componentProperties") or {}).items()
        if isinstance(given, Mapping)
    }
    if properties:
        result["properties"] = properties
    return result


def _value(key: str, given: Json, component_name: str) -> Any:
    """The value of a property; re-saved captures drop a variant's, so its name tells."""
    if "value" in given:
        return given["value"]
    return variant_values(component_name).get(key)


def variant_values(name: str) -> dict[str, str]:
    """``"State=Hover, Size=L"`` gives ``{"State": "Hover", "Size": "L"}``."""
    pairs = (part.partition("=") for part in name.split(","))
    return {key.strip(): value.strip() for key, equals, value in pairs if equals}


def variables(node: Json) -> dict[str, str]:
    """Variable ids by property, ``size`` and corner maps flattened (``width``, ``topLeftRadius``).

    Variables on paints stand with the paints.
    """
    found: dict[str, str] = {}
    for field, bound in (node.get("boundVariables") or {}).items():
        if field in ("fills", "strokes", "effects", "componentProperties"):
            continue
        if isinstance(bound, list):
            bound = bound[0] if bound else None
        if isinstance(bound, Mapping):
            _collect(field, bound, found)
    return found


def _collect(field: str, bound: Json, found: dict[str, str]) -> None:
    if "id" in bound:
        found[field] = str(bound["id"])
        return
    names = {"x": "width", "y": "height"} if field == "size" else {}
    for part, alias in bound.items():
        if isinstance(alias, Mapping) and "id" in alias:
            found[names.get(part, f"{field}.{part}" if field != "size" else part)] = str(
                alias["id"]
            )
