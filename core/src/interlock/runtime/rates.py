"""How calls went since somebody last looked, from counters that only grow."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from interlock.telemetry import BOUNDS

_DURATIONS = "interlock.call.duration"
_BAD = frozenset({"failure", "throttled"})
_NEUTRAL = "neutral"

Buckets = list[int]


class Rates:
    """Remembers the counters of the last look."""

    def __init__(self) -> None:
        self._before: dict[tuple[str, str], Buckets] = {}

    def since_the_last_look(
        self, metrics: Sequence[Mapping[str, Any]]
    ) -> dict[str, dict[str, Any]]:
        """``{calls, errors, error_rate, p50, p95, p99}`` of each service that was called.

        Calls that say nothing about the service, because we refused them, do not count.
        """
        durations = next((each for each in metrics if each["name"] == _DURATIONS), None)
        now = {} if durations is None else _by_labels(durations["points"])
        grown = {
            labels: [
                count - old for count, old in zip(counts, self._old(labels, counts), strict=True)
            ]
            for labels, counts in now.items()
        }
        self._before = now
        services: dict[str, dict[str, Buckets]] = defaultdict(dict)
        for (tool, outcome), counts in grown.items():
            of_service = services[tool.partition(".")[0]]
            of_service[outcome] = _sum(of_service.get(outcome), counts)
        return {name: _rates(outcomes) for name, outcomes in services.items()}

    def _old(self, labels: tuple[str, str], counts: Buckets) -> Buckets:
        return self._before.get(labels, [0] * len(counts))


def _by_labels(points: Sequence[Mapping[str, Any]]) -> dict[tuple[str, str], Buckets]:
    return {
        (point["attributes"]["tool"], point["attributes"]["outcome"]): point["buckets"]
        for point in points
    }


def _sum(one: Buckets | None, other: Buckets) -> Buckets:
    return other if one is None else [a + b for a, b in zip(one, other, strict=True)]


def _rates(outcomes: Mapping[str, Buckets]) -> dict[str, Any]:
    counted = {name: counts for name, counts in outcomes.items() if name != _NEUTRAL}
    calls = sum(map(sum, counted.values()))
    errors = sum(sum(counts) for name, counts in counted.items() if name in _BAD)
    together: Buckets | None = None
    for counts in counted.values():
        together = _sum(together, counts)
    return {
        "calls": calls,
        "errors": errors,
        "error_rate": errors / calls if calls else 0.0,
        **{f"p{part}": _percentile(together or [], part / 100) for part in (50, 95, 99)},
    }


def _percentile(counts: Buckets, part: float) -> float:
    """Seconds, as the upper bound of the bucket that it falls into."""
    wanted, seen = sum(counts) * part, 0
    for bound, count in zip([*BOUNDS, BOUNDS[-1]], counts, strict=False):
        seen += count
        if count and seen >= wanted:
            return bound
    return 0.0
