"""Named variables, as ``GET /v1/files/:key/variables/local`` gives them (Enterprise only)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from interlock_figma.tokens.model import Sighting
from interlock_figma.tree.colour import css_colour
from interlock_figma.tree.geometry import rounded

Json = Mapping[str, Any]

_SCOPES = {
    "CORNER_RADIUS": "radius",
    "STROKE_FLOAT": "stroke",
    "FONT_SIZE": "font_size",
    "FONT_WEIGHT": "font_weight",
    "LINE_HEIGHT": "line_height",
    "LETTER_SPACING": "letter_spacing",
    "FONT_FAMILY": "font",
}
_LONGEST_CHAIN = 32


def named_variables(payload: Any) -> Iterator[Sighting]:
    """Each variable of use in CSS, with the value of its collection's default mode.

    Args:
        payload: the response, its ``meta``, or None.
    """
    payload = payload if isinstance(payload, Mapping) else {}
    meta = payload.get("meta", payload) or {}
    variables = meta.get("variables") or {}
    collections = meta.get("variableCollections") or {}
    for variable_id, variable in variables.items():
        kind = _kind(variable)
        collection = collections.get(variable.get("variableCollectionId")) or {}
        if kind is None or variable.get("deletedButReferenced"):
            continue
        values = _values(variable, collection, variables, collections)
        if values:
            default, others = values
            label = str(variable.get("name") or "")
            yield Sighting(kind, str(variable_id), label, default, "variable", others)


def _kind(variable: Json) -> str | None:
    scopes = [_SCOPES[scope] for scope in variable.get("scopes") or () if scope in _SCOPES]
    resolved = variable.get("resolvedType")
    if resolved == "COLOR":
        return "color"
    if resolved == "FLOAT":
        return scopes[0] if scopes and scopes[0] != "font" else "spacing"
    return "font" if resolved == "STRING" and "font" in scopes else None


def _values(
    variable: Json, collection: Json, variables: Json, collections: Json
) -> tuple[Any, dict[str, Any]] | None:
    by_mode = variable.get("valuesByMode") or {}
    resolved = {
        mode: _plain(_resolve(value, mode, variables, collections, _LONGEST_CHAIN))
        for mode, value in by_mode.items()
    }
    default_mode = collection.get("defaultModeId") or next(iter(by_mode), None)
    default = resolved.pop(default_mode, None)
    if default is None:
        return None
    names = {mode.get("modeId"): str(mode.get("name")) for mode in collection.get("modes") or ()}
    others = {
        names.get(mode, str(mode)): value
        for mode, value in resolved.items()
        if value is not None and value != default
    }
    return default, others


def _resolve(value: Any, mode: str, variables: Json, collections: Json, left: int) -> Any:
    """Follow aliases; another collection's variable is taken in that collection's default mode."""
    if not isinstance(value, Mapping) or value.get("type") != "VARIABLE_ALIAS" or not left:
        return value
    target = variables.get(str(value.get("id"))) or {}
    by_mode = target.get("valuesByMode") or {}
    default = (collections.get(str(target.get("variableCollectionId"))) or {}).get("defaultModeId")
    following = by_mode.get(mode, by_mode.get(str(default)))
    return _resolve(following, mode, variables, collections, left - 1)


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return css_colour(value) if "r" in value else None
    if isinstance(value, bool):
        return None
    return rounded(value) if isinstance(value, int | float) else value
