"""SQL databases: PostgreSQL, MySQL and MariaDB, SQLite."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from interlock.sdk import Service, hookimpl


@hookimpl
def interlock_services() -> Mapping[str, type[Service[Any]]]:
    from interlock_database.service import DatabaseService

    return {"database": DatabaseService}
