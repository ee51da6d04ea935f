"""When a schedule is due: cron expressions with a time zone, and intervals.

Cron is cronsim's, which treats the hours that a time zone skips or repeats as Debian's cron does.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cronsim import CronSim, CronSimError

_UNITS = {"d": 86400, "h": 3600, "m": 60, "s": 1}


class Moments(Protocol):
    """Moments, in seconds since the epoch; as text, the rule that they follow."""

    def after(self, moment: float) -> Iterator[float]:
        """All that are later, the next one first."""
        ...


@dataclass(frozen=True, slots=True)
class Cron:
    """``minute hour day month weekday`` in a time zone.

    Raises:
        ValueError: of :meth:`checked`, for an expression or a zone that there is not.
    """

    expression: str
    zone: str = "UTC"

    def __str__(self) -> str:
        return f"{self.expression} {self.zone}"

    def checked(self) -> Cron:
        try:
            CronSim(self.expression, datetime.now(UTC))
        except CronSimError as error:
            message = f"{self.expression!r} is no cron expression: {str(error).lower()}"
            raise ValueError(message) from None
        try:
            ZoneInfo(self.zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError(f"there is no time zone {self.zone!r}") from None
        return self

    def after(self, moment: float) -> Iterator[float]:
        start = datetime.fromtimestamp(moment, ZoneInfo(self.zone))
        for due in CronSim(self.expression, start):
            # Begun in an hour that a zone repeats, cronsim gives the first one's times as well.
            if due.timestamp() > moment:
                yield due.timestamp()


@dataclass(frozen=True, slots=True)
class Every:
    """Every so many seconds, counted from the epoch, so that restarts change nothing."""

    seconds: float

    def __str__(self) -> str:
        """As the configuration says it: ``every 15m``."""
        whole = [each for each in _UNITS if self.seconds % _UNITS[each] == 0]
        unit = whole[0] if whole else "s"
        return f"every {self.seconds / _UNITS[unit]:g}{unit}"

    def after(self, moment: float) -> Iterator[float]:
        number = int(moment // self.seconds) + 1
        while True:
            yield number * self.seconds
            number += 1
