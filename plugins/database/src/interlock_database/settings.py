"""Settings of the database service."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, SecretStr

from interlock.sdk import Bytes, Seconds, Settings

_IDENTIFIER = r"^[A-Za-z_][A-Za-z0-9_]*$"


class NamedQuery(Settings):
    """A statement that becomes a tool of its own name."""

    sql: str = Field(description="one statement; :name stands for an argument")
    description: str = Field("", description="of the tool; default: the statement")
    effect: Literal["read", "write"] = Field("read", description="write: it changes something")
    idempotent: bool | None = Field(None, description="default: reads are, writes are not")
    returns: Literal["many", "one", "value", "count"] = Field(
        "many",
        description="rows; the only row or null; its only column; or how many rows were changed",
    )
    params: dict[str, Any] = Field(
        default_factory=dict, description="arguments: a type's name, or a JSON Schema, for each"
    )
    optional: tuple[str, ...] = Field((), description="arguments that may be left out: NULL")


class Watch(Settings):
    """A query asked again and again for rows past a cursor; each row becomes an event."""

    sql: str = Field(description="takes :cursor; ordered by the cursor's column")
    cursor: str = Field(description="column that only grows, such as id or updated_at")
    id: str = Field("", description="column that tells changes apart; default: the cursor's")
    key: str = Field("", description="column with the correlation key")
    event: str = Field("", description="the event's name after the service's; default: the watch's")
    start: Any = Field(0, description="the first cursor")
    overlap: float = Field(
        0, ge=0, description="how far back each round looks again, in units of the cursor (seconds)"
    )
    every: Seconds = Field(10.0, description="between two rounds")
    batch: int = Field(500, ge=2, le=10_000, description="rows read at once")
    notify: str = Field("", description="PostgreSQL: a NOTIFY on this channel starts a round")


class DatabaseSettings(Settings):
    """One database."""

    url: SecretStr = Field(
        description="postgresql://user:password@host/name, mysql://…, sqlite:////path/to.db"
    )
    read_only: bool = Field(True, description="the database refuses writes; no tool offers any")
    allow_sql: bool = Field(True, description="false: only the named queries are tools")
    queries: dict[str, NamedQuery] = Field({}, description="statements that become tools, by name")
    watch: dict[str, Watch] = Field({}, description="queries whose rows become events, by name")
    statement_timeout: Seconds = Field(30.0, description="the call's deadline, if that is sooner")
    max_rows: int = Field(1000, ge=1, description="rows of one result")
    max_result: Bytes = Field(4 * 2**20, description="bytes of one result, as JSON")
    export_part: Bytes = Field(8 * 2**20, description="bytes of one part of an export")
    pool_size: int = Field(10, ge=1, le=200, description="connections; watches have their own")
    once_table: str = Field(
        "",
        pattern=rf"{_IDENTIFIER}|^$",
        description="table, made if missing, that lets each write happen once for its key",
    )
