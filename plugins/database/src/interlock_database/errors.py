"""Errors of the databases in the words of Interlock's tree.

Sources: appendix A of PostgreSQL's manual (SQLSTATE), MySQL's and MariaDB's lists of error codes,
SQLite's list of result codes.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import exc

from interlock.sdk import (
    Conflict,
    InterlockError,
    InvalidInput,
    NeedsAttention,
    Rejected,
    Retryable,
    ServiceError,
)
from interlock_database import mysql_codes, postgres_codes, sqlite_codes

_DRIVERS = {"asyncpg", "asyncmy", "aiosqlite", "sqlite3"}
_REFUSED = {
    "ProgrammingError",
    "NotSupportedError",
    "UnsupportedClientFeatureError",  # asyncpg: types of a newer server
    "Warning",
}
_TOO_LONG = "narrow it, add an index, or raise statement_timeout and the call's deadline"


@contextmanager
def errors_of(service: str) -> Iterator[None]:
    """Raises: Retryable, Conflict, Rejected, NeedsAttention; without values or addresses."""
    try:
        yield
    except exc.DBAPIError as error:
        raise _of_database(service, error) from None
    except InterlockError:
        raise
    except exc.TimeoutError:
        hint = "raise pool_size, or lower the concurrency of the service"
        raise Retryable(f"{service}: no connection is free", hint=hint, sent=False) from None
    except exc.StatementError as error:
        raise InvalidInput(f"{service}: {error.orig or error.args[0]}", path="$.params") from None
    except OverflowError as error:  # of SQLite, which has integers of 64 bits
        raise InvalidInput(f"{service}: {error}", path="$.params") from None
    except exc.SQLAlchemyError as error:
        raise Rejected(f"{service}: {type(error).__name__}: {error}") from None
    except (OSError, TimeoutError) as error:
        reason = str(error) or type(error).__name__
        raise Retryable(f"{service}: the database does not answer: {reason}", sent=False) from None
    except Exception as error:
        # SQLAlchemy lets some errors of its drivers through while it fetches rows.
        if type(error).__module__.partition(".")[0] not in _DRIVERS:
            raise
        raise _of_driver(service, error) from None


def _of_database(service: str, error: exc.DBAPIError) -> ServiceError:
    origin: Any = error.orig
    if type(cause := getattr(origin, "__cause__", None)).__module__.startswith("asyncpg"):
        origin = cause
    made = _of_driver(service, origin)
    if error.connection_invalidated and not isinstance(made, Retryable | NeedsAttention):
        return Retryable(f"{service}: the connection is lost: {_line(origin)}")
    return made


def _of_driver(service: str, origin: Any) -> ServiceError:
    if origin.args and isinstance(origin.args[0], int):
        return mysql_codes.error_of(service, origin)
    if hasattr(origin, "sqlite_errorname"):
        return sqlite_codes.error_of(service, origin)
    # asyncpg gives states to what it finds out itself, too.
    if getattr(origin, "sqlstate", None) and not isinstance(origin, ValueError):
        return postgres_codes.error_of(service, origin)
    return _unknown(service, origin)


def _unknown(service: str, origin: Exception) -> ServiceError:
    """An error of the driver itself."""
    if isinstance(origin, ValueError | TypeError):
        hint = "give the type's shape, or say a type in the statement: CAST(:name AS integer)"
        return Rejected(f"{service}: an argument does not fit: {_line(origin)}", hint=hint)
    if type(origin).__name__ in _REFUSED:
        return Rejected(f"{service}: {_line(origin)}")
    return Retryable(f"{service}: the connection is lost: {_line(origin)}")


def constraint(
    service: str, name: str, reason: str, *, taken: bool, **details: Any
) -> ServiceError:
    """A row breaks a constraint; ``taken``: the one that there can be of it is there already."""
    kind = Conflict if taken else Rejected
    subject = f" {name}" if name else ""
    return kind(f"{service}: constraint{subject}: {reason}", constraint=name, **details)


def too_long(service: str) -> Rejected:
    return Rejected(f"{service}: the statement took too long", hint=_TOO_LONG)


def rolled_back(service: str, reason: str) -> Retryable:
    """Nothing has happened, so even a write may be repeated."""
    return Retryable(f"{service}: the transaction was rolled back: {reason}", sent=False)


def _line(error: Exception) -> str:
    return (str(error) or type(error).__name__).splitlines()[0]
