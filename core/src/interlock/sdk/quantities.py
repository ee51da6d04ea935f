"""Typed strings of configuration: ``30s``, ``10/s``, ``5 MiB``. All parse to plain numbers."""

from __future__ import annotations

import re
from math import isfinite
from typing import Annotated, Any, NamedTuple

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema

_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0, "w": 604800.0}
_BYTES = {"": 1, "b": 1, "kb": 10**3, "mb": 10**6, "gb": 10**9}
_BYTES |= {"kib": 2**10, "mib": 2**20, "gib": 2**30}
_PERIODS = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0, "month": 2592000.0}

_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*(ms|s|m|h|d|w)")
_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([a-z]*)", re.IGNORECASE)
_RATE = re.compile(r"(\d+)\s*/\s*(\d+)?\s*(s|m|h|d|month)")


def parse_duration(value: Any) -> float:
    """Seconds from ``"1m30s"``, ``"250ms"`` or a number of seconds; ValueError otherwise."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _seconds(value)
    text = str(value).strip()
    parts = _DURATION.findall(text)
    if not parts or _DURATION.sub("", text).strip():
        raise ValueError("expected a duration such as 30s, 250ms or 1h30m")
    return _seconds(sum(float(number) * _SECONDS[unit] for number, unit in parts))


def _seconds(number: float) -> float:
    if number < 0:
        raise ValueError("a duration cannot be negative")
    return _finite(number, "duration")


def _finite(number: float, what: str) -> float:
    try:
        if isfinite(number):
            return float(number)
    except OverflowError:
        pass
    raise ValueError(f"a {what} has an end")


def parse_size(value: Any) -> int:
    """Bytes from ``"5 MiB"``, ``"200kb"`` or a number of bytes; ValueError otherwise."""
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    match = _SIZE.fullmatch(str(value).strip())
    if match is None or match[2].lower() not in _BYTES:
        raise ValueError("expected a size such as 500kB or 5MiB")
    return int(_finite(float(match[1]) * _BYTES[match[2].lower()], "size"))


class Rate(NamedTuple):
    """``limit`` calls in each ``period`` seconds."""

    limit: int
    period: float

    def __str__(self) -> str:
        for unit, seconds in reversed(_PERIODS.items()):
            if self.period >= seconds and self.period % seconds == 0:
                count = int(self.period // seconds)
                return f"{self.limit}/{count if count > 1 else ''}{unit}"
        return f"{self.limit}/{self.period}s"


def parse_rate(value: Any) -> Rate:
    """A Rate from ``"10/s"``, ``"6/month"`` or ``"100/15m"``; ValueError otherwise."""
    if isinstance(value, Rate):
        return value
    match = _RATE.fullmatch(str(value).strip())
    if match is None or int(match[1]) == 0 or int(match[2] or 1) == 0:
        raise ValueError("expected a rate such as 10/s, 100/15m or 6/month")
    return Rate(int(match[1]), int(match[2] or 1) * _PERIODS[match[3]])


Seconds = Annotated[
    float,
    BeforeValidator(parse_duration),
    WithJsonSchema({"type": ["string", "number"], "examples": ["30s", "250ms", "1h30m"]}),
]
Bytes = Annotated[
    int,
    BeforeValidator(parse_size),
    WithJsonSchema({"type": ["string", "integer"], "examples": ["500kB", "5MiB"]}),
]
PerTime = Annotated[
    Rate,
    BeforeValidator(parse_rate),
    PlainSerializer(str, return_type=str),
    WithJsonSchema({"type": "string", "examples": ["10/s", "6/month"]}),
]
