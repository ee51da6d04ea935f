"""PostgreSQL's SQLSTATEs."""

from __future__ import annotations

from typing import Any

from interlock.sdk import Conflict, NeedsAttention, Rejected, Retryable, ServiceError
from interlock_database import errors

_UNIQUE, _EXCLUSION = "23505", "23P01"
_READ_ONLY, _CANCELLED, _PRIVILEGE = "25006", "57014", "42501"
# Serialisation, deadlock, a lock not to be had.
_ROLLED_BACK = {"40001", "40P01", "55P03"}
# Shutdown, crash, starting up, too many connections.
_LATER = {"57P01", "57P02", "57P03", "53300"}
# A table, or the type of its rows: two sessions that make one at once both find none first.
_EXISTS = {"42P07", "42710"}
_CLASSES_LATER = {"08", "53", "58", "XX"}
_CLASSES_FOR_PEOPLE = {"28", "3D"}


def error_of(service: str, origin: Any) -> ServiceError:
    """Args: origin: asyncpg's."""
    state, message = str(origin.sqlstate), str(origin.message or origin)
    details = {"sqlstate": state}
    if state == _CANCELLED:
        return errors.too_long(service)
    if state in _ROLLED_BACK:
        return errors.rolled_back(service, message)
    if state.startswith("23"):
        taken = state in (_UNIQUE, _EXCLUSION)
        name = origin.constraint_name or origin.column_name or ""
        return errors.constraint(service, name, message, taken=taken, **details)
    if state[:2] in _CLASSES_FOR_PEOPLE or state == _PRIVILEGE:
        hint = "check the user, the password, the database and what the user may do"
        return NeedsAttention(f"{service}: PostgreSQL refuses us: {message}", hint=hint)
    if state in _EXISTS:
        return Conflict(f"{service}: {message}", sqlstate=state)
    if state in _LATER or state[:2] in _CLASSES_LATER:
        return Retryable(f"{service}: PostgreSQL: {message}")
    return _rejected(service, message, origin, state)


def _rejected(service: str, message: str, origin: Any, state: str) -> Rejected:
    if state == _READ_ONLY:
        hint = "set read_only: false, and write with execute"
        return Rejected(f"{service}: {message}", hint=hint, sqlstate=state)
    position = getattr(origin, "position", None)
    place = f" (character {position} of the statement)" if position else ""
    details: dict[str, Any] = {"position": int(position)} if position else {}
    hint = str(getattr(origin, "hint", None) or "")
    if "query argument $" in message:
        hint = "say its type in the statement, such as CAST(:name AS integer)"
    return Rejected(f"{service}: {message}{place}", hint=hint, sqlstate=state, **details)
