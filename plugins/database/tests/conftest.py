"""A database of its own for each test, on real servers, and a runtime with one service on it."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import yaml
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from interlock.daemon.compose import open_runtime
from interlock.runtime import Runtime

POSTGRES = "postgresql+asyncpg://postgres@127.0.0.1:5432"
MARIADB = "mysql+asyncmy://root@127.0.0.1:3306"


@dataclass(frozen=True)
class Place:
    """An empty database."""

    kind: str
    url: str

    async def run(self, *statements: str) -> list[Any]:
        """Run statements beside the service; the rows of the last one."""
        engine = create_async_engine(self.url, poolclass=NullPool)
        async with engine.begin() as connection:
            for statement in statements:
                result = await connection.execute(text(statement))
            return list(result.fetchall()) if result.returns_rows else []


Open = Callable[..., Awaitable[Runtime]]


@asynccontextmanager
async def a_database(server: str, kind: str, hint: str) -> AsyncIterator[Place]:
    name = f"test_{uuid4().hex}"
    admin = create_async_engine(
        f"{server}/{'postgres' if kind == 'postgres' else 'mysql'}",
        poolclass=NullPool,
        isolation_level="AUTOCOMMIT",
    )
    try:
        async with admin.connect() as connection:
            await connection.execute(text(f"CREATE DATABASE {name}"))
    except (OSError, DBAPIError):
        if os.environ.get("INTERLOCK_TEST_REQUIRE_SERVICES") == "1":
            raise
        pytest.skip(hint)
    try:
        yield Place(kind, f"{server}/{name}")
    finally:
        force = " WITH (FORCE)" if kind == "postgres" else ""
        async with admin.connect() as connection:
            await connection.execute(text(f"DROP DATABASE {name}{force}"))


@pytest.fixture
async def postgres() -> AsyncIterator[Place]:
    hint = "needs PostgreSQL on 127.0.0.1:5432 that trusts the user postgres"
    async with a_database(POSTGRES, "postgres", hint) as place:
        yield place


@pytest.fixture
async def mariadb() -> AsyncIterator[Place]:
    hint = "needs MariaDB on 127.0.0.1:3306 with the user root without a password"
    async with a_database(MARIADB, "mariadb", hint) as place:
        yield place


@pytest.fixture
def sqlite(tmp_path: Path) -> Place:
    return Place("sqlite", f"sqlite+aiosqlite:///{tmp_path / 'some.db'}")


@pytest.fixture(params=["sqlite", "postgres", "mariadb"])
async def place(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Place]:
    """Once for each kind of database."""
    if request.param == "sqlite":
        yield Place("sqlite", f"sqlite+aiosqlite:///{tmp_path / 'some.db'}")
        return
    server = POSTGRES if request.param == "postgres" else MARIADB
    async with a_database(server, request.param, f"needs {request.param} on 127.0.0.1") as place:
        yield place


@pytest.fixture
async def opened(tmp_path: Path) -> AsyncIterator[Open]:
    """Open a runtime with one service named ``db``."""
    async with AsyncExitStack() as stack:

        async def open_it(url: str, attempts: int = 1, **settings: Any) -> Runtime:
            plain = url.replace("+asyncpg", "").replace("+asyncmy", "").replace("+aiosqlite", "")
            service = {"plugin": "database", "settings": {"url": plain, **settings}}
            config = {
                "version": 1,
                "daemon": {"state_dir": str(tmp_path / f"state-{uuid4().hex}")},
                "defaults": {"retry": {"attempts": attempts, "backoff": "50ms"}},
                "services": {"db": service},
            }
            path = tmp_path / "interlock.yaml"
            path.write_text(yaml.safe_dump(config))
            return await stack.enter_async_context(open_runtime(path))

        yield open_it
