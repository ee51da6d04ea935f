"""pydantic's errors as :class:`InvalidInput`, with the path and the reason of each fault."""

from __future__ import annotations

from pydantic import ValidationError

from interlock.sdk.errors import InvalidInput


def invalid_input(subject: str, error: ValidationError) -> InvalidInput:
    """A pydantic error as an InvalidInput that names path and reason of each fault."""
    errors = [
        {"path": _json_path(fault["loc"]), "reason": _reason(fault["type"], fault["msg"])}
        for fault in error.errors(include_url=False, include_input=False, include_context=False)
    ]
    first = errors[0]
    more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
    return InvalidInput(
        f"{subject}: {first['path']}: {first['reason']}{more}", path=first["path"], errors=errors
    )


def _json_path(location: tuple[int | str, ...]) -> str:
    """``$.items[2].id`` from pydantic's ``("items", 2, "id")``."""
    return "$" + "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in location)


def _reason(kind: str, message: str) -> str:
    if kind == "extra_forbidden":
        return "unknown argument"
    if kind == "missing":
        return "required, but missing"
    return message[0].lower() + message[1:]
