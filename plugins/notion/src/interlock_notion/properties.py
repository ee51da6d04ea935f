"""Properties of a page as plain JSON, and plain JSON as properties."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from interlock.sdk import InvalidInput
from interlock_notion.limits import TEXT, TEXTS, rich_text
from interlock_notion.rich_text import plain

Property = Mapping[str, Any]


def flat(properties: Mapping[str, Property]) -> dict[str, Any]:
    """Each property's value as plain JSON, by name."""
    return {name: value_of(prop) for name, prop in properties.items()}


def types(properties: Mapping[str, Property]) -> dict[str, str]:
    """Each property's type, by name."""
    return {name: str(prop.get("type", "")) for name, prop in properties.items()}


def value_of(prop: Property) -> Any:
    """A property's (or property item's) value; a type that is not known stays as it is."""
    kind = str(prop.get("type", ""))
    value = prop.get(kind)
    read = _READERS.get(kind)
    return value if value is None or read is None else read(value)


def title_of(properties: Mapping[str, Property]) -> str:
    """The page's title, whatever its property is called; may be empty."""
    found = (prop for prop in properties.values() if prop.get("type") == "title")
    return plain(next(found, {}).get("title"))


def _name(value: Mapping[str, Any]) -> Any:
    return value.get("name")


def _names(values: list[Mapping[str, Any]]) -> list[Any]:
    return [value.get("name") for value in values]


def _date(value: Mapping[str, Any]) -> Any:
    if value.get("end") is None:
        return value.get("start")
    return {"start": value.get("start"), "end": value["end"]}


def _person(value: Mapping[str, Any]) -> Any:
    return value.get("name") or value.get("id")


def _people(values: Any) -> Any:
    return [_person(value) for value in values] if isinstance(values, list) else _person(values)


def _relation(values: Any) -> Any:
    if isinstance(values, list):
        return [value.get("id") for value in values]
    return values.get("id")


def _texts(value: Any) -> str:
    return plain(value if isinstance(value, list) else [value])


def _typed(value: Mapping[str, Any]) -> Any:
    """Formulas and roll-ups wrap a value of a type of its own."""
    if value.get("type") == "array":
        return [value_of(item) for item in value.get("array") or ()]
    return value_of(value)


def _unique_id(value: Mapping[str, Any]) -> str | None:
    prefix, number = value.get("prefix"), value.get("number")
    if number is None:
        return None
    return f"{prefix}-{number}" if prefix else str(number)


def _file(value: Mapping[str, Any]) -> dict[str, Any]:
    external = (value.get("external") or {}).get("url")
    return {"name": value.get("name"), **({"url": external} if external else {})}


def _files(values: list[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [_file(value) for value in values]


def _state(value: Mapping[str, Any]) -> Any:
    return value.get("state")


_READERS: dict[str, Callable[[Any], Any]] = {
    "title": _texts,
    "rich_text": _texts,
    "text": _texts,
    "select": _name,
    "status": _name,
    "multi_select": _names,
    "date": _date,
    "people": _people,
    "created_by": _person,
    "last_edited_by": _person,
    "relation": _relation,
    "formula": _typed,
    "rollup": _typed,
    "unique_id": _unique_id,
    "files": _files,
    "verification": _state,
}


def to_notion(values: Mapping[str, Any], schema: Mapping[str, str]) -> dict[str, Any]:
    """Property values of a request from plain JSON.

    Args:
        values: by name; Notion's own value objects pass through.
        schema: types of the properties, by name.

    Raises:
        InvalidInput: no such property, or its type cannot be written.
    """
    return {name: _written(name, value, schema) for name, value in values.items()}


def _written(name: str, value: Any, schema: Mapping[str, str]) -> Any:
    kind = schema.get(name)
    if isinstance(value, dict) and (kind is None or kind in value or "type" in value):
        return value
    path = f"$.properties.{name}"
    if kind is None:
        known = ", ".join(sorted(schema)) or "none"
        raise InvalidInput(f"no property {name!r}; there are: {known}", path=path)
    write = _WRITERS.get(kind)
    if write is None:
        raise InvalidInput(f"property {name!r} of type {kind} cannot be written", path=path)
    try:
        written = None if value is None and kind in _NULLABLE else write(value)
    except (TypeError, KeyError, AttributeError):
        message = f"property {name!r} of type {kind} cannot hold {value!r}"
        raise InvalidInput(message, path=path) from None
    _check_size(name, kind, written)
    return {kind: written}


def _as_list(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _write_text(value: Any) -> list[dict[str, Any]]:
    return [] if value in (None, "") else rich_text(str(value))


def _check_size(name: str, kind: str, written: Any) -> None:
    """Arrays are written whole or not at all, so what is too long is the caller's to shorten."""
    most = TEXTS if isinstance(written, list) else _LONGEST.get(kind)
    if most is not None and written is not None and len(written) > most:
        of = "entries" if isinstance(written, list) else "characters"
        raise InvalidInput(
            f"property {name!r} has {len(written)} {of}; Notion takes {most}",
            path=f"$.properties.{name}",
        )


def _write_files(value: Any) -> list[dict[str, Any]]:
    """Links, or ``{name?, url}``, or ``{name?, upload_id}`` of a file that was uploaded."""
    return [_write_file({"url": one} if isinstance(one, str) else one) for one in _as_list(value)]


def _write_file(item: Mapping[str, Any]) -> dict[str, Any]:
    if upload_id := item.get("upload_id"):
        name = {"name": item["name"]} if item.get("name") else {}
        return {**name, "type": "file_upload", "file_upload": {"id": upload_id}}
    return {"name": item.get("name") or item["url"], "external": {"url": item["url"]}}


_LONGEST = {"url": TEXT, "email": 200, "phone_number": 200}
_NULLABLE = frozenset({"select", "status", "date", "number", "url", "email", "phone_number"})
_WRITERS: dict[str, Callable[[Any], Any]] = {
    "title": _write_text,
    "rich_text": _write_text,
    "number": lambda value: value,
    "checkbox": bool,
    "url": str,
    "email": str,
    "phone_number": str,
    "select": lambda value: {"name": str(value)},
    "status": lambda value: {"name": str(value)},
    "multi_select": lambda value: [{"name": str(one)} for one in _as_list(value)],
    "date": lambda value: value if isinstance(value, dict) else {"start": str(value)},
    "people": lambda value: [{"id": str(one)} for one in _as_list(value)],
    "relation": lambda value: [{"id": str(one)} for one in _as_list(value)],
    "files": _write_files,
}
