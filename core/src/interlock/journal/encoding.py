"""JSON as it lies in the journal, with what is large kept outside."""

from __future__ import annotations

from typing import Any

import orjson

from interlock.sdk import InterlockError


def encode(value: Any) -> bytes:
    """Bytes for a JSON value.

    Raises:
        InterlockError: it is not JSON.
    """
    try:
        return orjson.dumps(value)
    except TypeError as error:
        raise InterlockError(f"cannot be recorded: {error}") from None


def decode(data: bytes | None) -> Any:
    return None if data is None else orjson.loads(data)
