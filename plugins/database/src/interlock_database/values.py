"""Values between SQL and JSON, the same for every database.

=====================  =======================================================
in the database        as JSON
=====================  =======================================================
decimals               string, no digit is lost: ``"12.30"``; so are integers
                       of more than 64 bits, which only documents have
date, time, timestamp  string, ISO 8601: ``"2026-11-23T10:00:00+00:00"``
intervals              string, as PostgreSQL writes it; MySQL's TIME: ``"26:00:00"``
zero dates of MySQL    string: ``"2026-00-00"``
uuid, inet             string
bits                   string: ``"101"``; of MySQL: number
ranges                 ``{"lower": 1, "upper": 5, "bounds": "[)"}``, an end that
                       is open is null; ``{"empty": true}``
multiranges            array of ranges
rows, hstore           object; rows of no type: array of texts
bytes                  ``{"base64": "…"}``; the same is accepted as argument;
                       so is text of SQLite that is not UTF-8
json, jsonb            the value itself (MySQL, MariaDB and SQLite: its text)
arrays                 array
NaN, infinity          string: ``"nan"``, ``"inf"``
=====================  =======================================================
"""

from __future__ import annotations

import base64
import binascii
import datetime
import json
import math
from collections.abc import Mapping
from typing import Any

from interlock.sdk import InvalidInput

_PLAIN = (str, int, bool, type(None))
_BYTES_SHAPE = {"base64"}
_JSON_SHAPE = {"json"}


def to_json(value: Any) -> Any:
    """A value of a row, as JSON."""
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, int) and not -(2**63) <= value < 2**64:
        return str(value)
    if isinstance(value, _PLAIN):
        return value
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    if isinstance(value, datetime.timedelta):
        return _clock(value)
    if isinstance(value, bytes | bytearray | memoryview):
        return {"base64": base64.b64encode(value).decode()}
    if isinstance(value, Mapping):
        return {str(name): to_json(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [to_json(inner) for inner in value]
    return str(value)


def _clock(span: datetime.timedelta) -> str:
    seconds, micros = divmod(abs(span) // datetime.timedelta(microseconds=1), 1_000_000)
    fraction = f".{micros:06}" if micros else ""
    sign = "-" if span < datetime.timedelta() else ""
    return f"{sign}{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}{fraction}"


def from_json(name: str, value: Any, *, postgres: bool) -> Any:
    """A JSON argument, as a driver takes it.

    Args:
        postgres: of PostgreSQL, which has arrays; elsewhere a list is JSON text.
    """
    if isinstance(value, Mapping):
        return _from_object(name, value)
    if isinstance(value, list):
        items = (from_json(name, each, postgres=postgres) for each in value)
        return list(items) if postgres else _text(value)
    return _Real(value) if postgres and isinstance(value, float) else value


class _Real(float):
    """asyncpg would make an integer of it, whatever its fraction."""

    def __int__(self) -> int:
        if not self.is_integer():
            raise ValueError(f"{self!r} is no integer")
        return super().__int__()


def _from_object(name: str, value: Mapping[str, Any]) -> Any:
    if set(value) == _BYTES_SHAPE and isinstance(value["base64"], str):
        try:
            return base64.b64decode(value["base64"], validate=True)
        except binascii.Error:
            raise InvalidInput(f"{name} is no base64", path=f"$.params.{name}") from None
    return _text(value["json"] if set(value) == _JSON_SHAPE else value)


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
