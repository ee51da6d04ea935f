"""What was asked and answered: counters and a log of the latest requests."""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import asdict, dataclass, field
from typing import Any

_KEPT = 1000


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and its outcome; ``status`` is 0 where no answer was sent."""

    id: int
    time: float
    vendor: str
    method: str
    path: str
    status: int
    fault: str | None
    idempotency_key: str | None = None


@dataclass
class _Counts:
    requests: int = 0
    faults: int = 0
    statuses: Counter[int] = field(default_factory=Counter)


class Traffic:
    """Counts for each vendor, and the last thousand exchanges."""

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        self._log: deque[Exchange] = deque(maxlen=_KEPT)
        self._counts: dict[str, _Counts] = {}
        self._last_id = 0

    def next_id(self) -> int:
        self._last_id += 1
        return self._last_id

    def add(self, exchange: Exchange) -> None:
        self._log.append(exchange)
        counts = self._counts.setdefault(exchange.vendor, _Counts())
        counts.requests += 1
        counts.faults += exchange.fault is not None
        counts.statuses[exchange.status] += 1

    def summary(self) -> dict[str, Any]:
        """``{requests, faults, vendors: {name: {requests, faults, statuses}}}``."""
        return {
            "requests": sum(counts.requests for counts in self._counts.values()),
            "faults": sum(counts.faults for counts in self._counts.values()),
            "vendors": {
                vendor: {
                    "requests": counts.requests,
                    "faults": counts.faults,
                    "statuses": {str(code): count for code, count in counts.statuses.items()},
                }
                for vendor, counts in sorted(self._counts.items())
            },
        }

    def latest(self, vendor: str | None, limit: int) -> list[dict[str, Any]]:
        """The last ``limit`` exchanges, newest last."""
        chosen = [entry for entry in self._log if vendor in (None, entry.vendor)]
        return [asdict(entry) for entry in chosen[-limit:]]
