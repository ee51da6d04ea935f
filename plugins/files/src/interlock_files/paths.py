"""Paths as callers write them: relative, with ``/``, inside the folder."""

from __future__ import annotations

from interlock.sdk import InvalidInput

_LONGEST_NAME = 255


def parts_of(path: str, argument: str = "path", *, empty: bool = False) -> tuple[str, ...]:
    """The names along a path.

    Args:
        argument: which argument it came as, for the error.
        empty: whether the folder itself may be meant.

    Raises:
        InvalidInput: it is absolute, leaves the folder or has a name that no file can have.
    """
    if path.startswith("/"):
        raise _invalid(path, argument, "a path is relative to the folder")
    parts = tuple(part for part in path.split("/") if part not in ("", "."))
    if ".." in parts:
        raise _invalid(path, argument, "a path cannot leave the folder")
    if not all(map(_possible, parts)):
        raise _invalid(path, argument, "a name is too long, or has a character that none can have")
    if not parts and not empty:
        raise _invalid(path, argument, "a file's name is needed")
    return parts


def _possible(name: str) -> bool:
    try:
        return "\0" not in name and len(name.encode()) <= _LONGEST_NAME
    except UnicodeEncodeError:  # half of a surrogate pair
        return False


def _invalid(path: str, argument: str, reason: str) -> InvalidInput:
    return InvalidInput(f"{path[:200]!r}: {reason}", path=f"$.{argument}")
