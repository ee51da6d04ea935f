"""Notion: databases, pages, blocks and comments over the REST API."""

from __future__ import annotations

from interlock.sdk import hookimpl


@hookimpl
def interlock_services() -> dict[str, str]:
    return {"notion": "interlock_notion.service:Notion"}
