"""Property schemas: derived from recorded rows, and values of requests made complete by them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from interlock_simulator.notion.errors import invalid
from interlock_simulator.notion.rich_text import rich_text

_CHOICES = ("select", "status", "multi_select")
_COMPUTED = frozenset(
    {"formula", "rollup", "created_time", "created_by", "last_edited_time", "last_edited_by"}
)
_EMPTY: dict[str, Any] = {
    "title": [],
    "rich_text": [],
    "multi_select": [],
    "people": [],
    "files": [],
    "relation": [],
    "checkbox": False,
}


def schema_of(rows: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """The ``properties`` of a data source whose rows these are."""
    schema: dict[str, Any] = {}
    for row in rows:
        for name, value in row["properties"].items():
            kind = value["type"]
            entry = schema.setdefault(
                name, {"id": value["id"], "name": name, "description": None, "type": kind}
            )
            settings = entry.setdefault(kind, _settings(kind))
            if kind in _CHOICES:
                _collect(settings["options"], value[kind])
    return schema


def _settings(kind: str) -> dict[str, Any]:
    if kind in _CHOICES:
        return {"options": [], "groups": []} if kind == "status" else {"options": []}
    return {"number": {"format": "number"}, "formula": {"expression": ""}}.get(kind, {})


def _collect(options: list[dict[str, Any]], value: Any) -> None:
    known = {option["id"] for option in options}
    options.extend(
        {**choice, "description": None}
        for choice in (value if isinstance(value, list) else [value])
        if choice and choice["id"] not in known
    )


def declared(name: str, column: Mapping[str, Any], id: str) -> dict[str, Any]:
    """One property of a data source as a request declares it: ``{"select": {...}}``."""
    kind = str(column.get("type") or next((key for key in column if key != "name"), ""))
    settings = column.get(kind)
    if not kind or not isinstance(settings, dict):
        raise invalid(f"body failed validation: body.properties.{name}.{kind} should be defined.")
    made = {**_settings(kind), **settings}
    if kind in _CHOICES:
        options: list[dict[str, Any]] = []
        for option in made["options"]:
            _option(options, option)
        made["options"] = options
    short = "title" if kind == "title" else id[:4]
    return {"id": short, "name": name, "description": None, "type": kind, kind: made}


def values(given: Mapping[str, Any], schema: Mapping[str, Any]) -> dict[str, Any]:
    """Property values of a request, as a response shows them; keys are names or ids."""
    names = {entry["id"]: name for name, entry in schema.items()}
    made = {}
    for key, value in given.items():
        name = key if key in schema else names.get(key)
        if name is None:
            raise invalid(f"{key} is not a property that exists.")
        made[name] = _value(name, schema[name], value)
    return made


def empty_values(schema: Mapping[str, Any]) -> dict[str, Any]:
    """What a new row has where the request says nothing."""
    return {
        name: {
            "id": entry["id"],
            "type": entry["type"],
            entry["type"]: _EMPTY.get(entry["type"]),
        }
        for name, entry in schema.items()
        if entry["type"] not in _COMPUTED
    }


def _value(name: str, entry: Mapping[str, Any], given: Any) -> dict[str, Any]:
    kind = entry["type"]
    if kind in _COMPUTED:
        raise invalid(f"{name} is computed and cannot be set.")
    # A title may be given as its bare array.
    value = given if isinstance(given, list) else (given or {}).get(kind, _MISSING)
    if value is _MISSING:
        raise invalid(f"{name} is expected to be {kind}.")
    if kind in ("title", "rich_text"):
        value = rich_text(value)
    elif kind in _CHOICES and value:
        chosen = value if isinstance(value, list) else [value]
        options = [_option(entry[kind]["options"], option) for option in chosen]
        value = options if kind == "multi_select" else options[0]
    return {"id": entry["id"], "type": kind, kind: value}


_MISSING = object()


def _option(options: list[dict[str, Any]], given: Mapping[str, Any]) -> dict[str, Any]:
    """The option of this name or id; a new name becomes a new option, as with Notion."""
    for option in options:
        if given.get("id") == option["id"] or given.get("name") == option["name"]:
            return {key: option[key] for key in ("id", "name", "color")}
    name = given.get("name", "")
    made = {"id": f"opt-{len(options) + 1}", "name": name, "color": "default"}
    options.append({**made, "description": None})
    return made
