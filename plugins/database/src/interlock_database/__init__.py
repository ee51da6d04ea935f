"""SQL databases: PostgreSQL, MySQL and MariaDB, SQLite."""

from __future__ import annotations

from interlock.sdk import hookimpl


@hookimpl
def interlock_services() -> dict[str, str]:
    return {"database": "interlock_database.service:DatabaseService"}
