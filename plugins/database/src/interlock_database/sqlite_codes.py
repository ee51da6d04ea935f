"""SQLite's result codes."""

from __future__ import annotations

from typing import Any

from interlock.sdk import NeedsAttention, Rejected, Retryable, ServiceError
from interlock_database import errors

_BUSY = ("SQLITE_BUSY", "SQLITE_LOCKED")
_TAKEN = ("SQLITE_CONSTRAINT_UNIQUE", "SQLITE_CONSTRAINT_PRIMARYKEY", "SQLITE_CONSTRAINT_ROWID")
_FILE = ("SQLITE_CANTOPEN", "SQLITE_NOTADB", "SQLITE_CORRUPT", "SQLITE_PERM")
_DISK = ("SQLITE_FULL", "SQLITE_IOERR", "SQLITE_NOMEM")


def error_of(service: str, origin: Any) -> ServiceError:
    """Args: origin: of the module sqlite3."""
    name, message = str(origin.sqlite_errorname), str(origin)
    if name.startswith(_BUSY):
        return errors.rolled_back(service, message)
    if name == "SQLITE_INTERRUPT":
        return errors.too_long(service)
    if name.startswith("SQLITE_CONSTRAINT"):
        _, _, subject = message.partition("constraint failed: ")
        return errors.constraint(service, subject, message, taken=name in _TAKEN)
    if name.startswith(_FILE):
        hint = "check the path, its rights, and that it is a database"
        return NeedsAttention(f"{service}: SQLite cannot use the file: {message}", hint=hint)
    if name.startswith(_DISK):
        return Retryable(f"{service}: SQLite: {message}")
    if name.startswith("SQLITE_READONLY"):
        hint = "set read_only: false, and write with execute"
        return Rejected(f"{service}: {message}", hint=hint)
    if name.startswith("SQLITE_AUTH"):
        hint = "each database file is a service of its own"
        return Rejected(f"{service}: ATTACH is not allowed: {message}", hint=hint)
    return Rejected(f"{service}: {message}")
