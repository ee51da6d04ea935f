"""Values on their way into a column and back; what is large goes to ``blobs``."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

import orjson

from interlock.sdk.errors import InvalidInput

INLINE_BYTES = 64 * 1024
JSON = "application/json"

Column = bytes | str | None
"""JSON itself, the digest of the blob that holds it, or nothing."""


@dataclass(frozen=True, slots=True)
class Payload:
    """A value as it is stored: its column, and the blob to be stored with it if it is large."""

    column: Column
    blob: bytes | None = None


def packed(value: Any) -> bytes:
    """A value as JSON, for keeping: orjson's own result takes 4 KiB, however short it is (3.13).

    Raises:
        TypeError: it is not JSON.
    """
    return b"%b" % orjson.dumps(value)


def encode(value: Any, inline: int = INLINE_BYTES) -> Payload:
    """A JSON value, ready to be stored.

    Raises:
        InvalidInput: it is not JSON.
    """
    try:
        data = packed(value)
    except TypeError as error:
        raise InvalidInput(f"not a JSON value: {error}") from None
    if len(data) <= inline:
        return Payload(data)
    return Payload(digest_of(data), data)


def decode(stored: bytes | None) -> Any:
    """The value of a column that was read through ``resolved``."""
    return None if stored is None else orjson.loads(stored)


def digest_of(data: bytes) -> str:
    """SHA-256 in hexadecimal: the name of a blob, the version of a template."""
    return hashlib.sha256(data).hexdigest()


def resolved(column: str) -> str:
    """SQL for a payload column with a reference to a blob replaced by the blob's content."""
    return (
        f"CASE typeof({column}) WHEN 'text' THEN "
        f"(SELECT data FROM blobs WHERE digest = {column}) ELSE {column} END"
    )
