"""Functions on moments, written as ISO 8601 texts; none reads a clock."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from interlock.expr.functions.arguments import numeric, text
from interlock.sdk.quantities import parse_duration

# Those whose result neither depends on the machine's locale nor can be widened without bound.
_DIRECTIVES = frozenset("YmdHMSjfzyIGVu%")


def parse_moment(value: Any) -> datetime:
    """ISO 8601; a moment without an offset is in UTC."""
    try:
        moment = datetime.fromisoformat(text(value))
    except ValueError:
        raise ValueError("expected a moment such as 2026-01-31T12:00:00Z") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _written(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


def date(value: Any) -> str:
    """The day: ``2026-01-31``."""
    return parse_moment(value).date().isoformat()


def date_add(value: Any, duration: Any) -> str:
    """A moment later by ``"1d12h"`` or by a number of seconds, which may be negative."""
    seconds = numeric(duration) if not isinstance(duration, str) else parse_duration(duration)
    return _written(parse_moment(value) + timedelta(seconds=seconds))


def date_diff(later: Any, earlier: Any) -> float:
    """Seconds from ``earlier`` to ``later``."""
    return (parse_moment(later) - parse_moment(earlier)).total_seconds()


def date_format(value: Any, layout: Any) -> str:
    """As ``strftime``, with numeric directives only: ``%d.%m.%Y``."""
    moment = parse_moment(value)
    return re.sub(r"%(.?)", lambda found: _directive(moment, found[1]), text(layout))


def _directive(moment: datetime, letter: str) -> str:
    if letter not in _DIRECTIVES or not letter:
        raise ValueError(f"unknown directive %{letter}")
    return moment.strftime(f"%{letter}")


def timestamp(value: Any) -> float:
    """Seconds since 1970."""
    return parse_moment(value).timestamp()


def from_timestamp(seconds: Any) -> str:
    return _written(datetime.fromtimestamp(numeric(seconds), UTC))
