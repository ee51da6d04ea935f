"""Notion: databases, pages, blocks and comments over the REST API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from interlock.sdk import Service, hookimpl


@hookimpl
def interlock_services() -> Mapping[str, type[Service[Any]]]:
    from interlock_notion.service import Notion

    return {"notion": Notion}
