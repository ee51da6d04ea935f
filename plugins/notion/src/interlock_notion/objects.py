"""Pages, databases, comments and users in the shape that tools answer.

``archived`` (until 2025-09-03) and ``in_trash`` (since 2024) say the same; either may be missing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from interlock_notion import properties
from interlock_notion.rich_text import plain

Object = Mapping[str, Any]


def page(found: Object) -> dict[str, Any]:
    """``{id, title, url, parent, properties, property_types, ...}``.

    ``cut_properties`` names those of which Notion gave the first 25 entries only.
    """
    given = found.get("properties") or {}
    return {
        "object": "page",
        "id": found.get("id"),
        "title": properties.title_of(given),
        "url": found.get("url"),
        "parent": parent(found),
        "properties": properties.flat(given),
        "property_types": properties.types(given),
        "cut_properties": [name for name, prop in given.items() if prop.get("has_more")],
        "created_time": found.get("created_time"),
        "last_edited_time": found.get("last_edited_time"),
        "last_edited_by": (found.get("last_edited_by") or {}).get("id"),
        "in_trash": in_trash(found),
        "icon": icon(found),
    }


def database(found: Object) -> dict[str, Any]:
    """``{id, title, description, url, data_sources, in_trash}``."""
    return {
        "object": "database",
        "id": found.get("id"),
        "title": plain(found.get("title")),
        "description": plain(found.get("description")),
        "url": found.get("url"),
        "parent": parent(found),
        "data_sources": sources_of(found),
        "in_trash": in_trash(found),
    }


def sources_of(found: Object) -> list[dict[str, Any]]:
    """Data sources of a database; before 2025-09-03 a database was its own only one."""
    if "data_sources" in found:
        return [
            {"id": source.get("id"), "name": source.get("name")} for source in found["data_sources"]
        ]
    return [{"id": found.get("id"), "name": plain(found.get("title"))}]


def data_source(found: Object) -> dict[str, Any]:
    """``{id, title, database_id, properties: {name: {id, type, options?}}}``."""
    return {
        "object": "data_source",
        "id": found.get("id"),
        "title": plain(found.get("title")),
        "url": found.get("url"),
        "database_id": (found.get("parent") or {}).get("database_id"),
        "properties": {
            name: _column(column) for name, column in (found.get("properties") or {}).items()
        },
        "in_trash": in_trash(found),
    }


def _column(column: Object) -> dict[str, Any]:
    kind = str(column.get("type", ""))
    said: dict[str, Any] = {"id": column.get("id"), "type": kind}
    options = (column.get(kind) or {}).get("options")
    if options is not None:
        said["options"] = [option.get("name") for option in options]
    return said


def search_result(found: Object) -> dict[str, Any]:
    """A page, data source or (in old versions) database, each in its shape."""
    kind = found.get("object")
    if kind == "page":
        return page(found)
    return data_source(found) if kind == "data_source" else database(found)


def comment(found: Object) -> dict[str, Any]:
    """``{id, discussion_id, text, created_by, created_time, parent}``."""
    return {
        "id": found.get("id"),
        "discussion_id": found.get("discussion_id"),
        "text": plain(found.get("rich_text")),
        "created_by": (found.get("created_by") or {}).get("id"),
        "created_time": found.get("created_time"),
        "parent": parent(found),
    }


def user(found: Object) -> dict[str, Any]:
    """``{id, name, type}``; e-mail addresses are not passed on."""
    return {"id": found.get("id"), "name": found.get("name"), "type": found.get("type")}


def parent(found: Object) -> dict[str, Any] | None:
    """``{type, id}``, e.g. ``{"type": "data_source_id", "id": "..."}``."""
    given = found.get("parent")
    if not isinstance(given, dict):
        return None
    kind = str(given.get("type", ""))
    return {"type": kind, "id": given.get(kind)}


def in_trash(found: Object) -> bool:
    return bool(found.get("in_trash") or found.get("archived"))


def icon(found: Object) -> str | None:
    """An emoji, or a link to an external picture; uploaded pictures have no lasting link."""
    given = found.get("icon")
    if not isinstance(given, dict):
        return None
    return given.get("emoji") or (given.get("external") or {}).get("url")
