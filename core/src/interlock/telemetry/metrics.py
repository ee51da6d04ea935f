"""Counters and histograms as plain integers; exporters read them when they want to.

An OpenTelemetry instrument costs 6 µs a record, an integer 0.2 µs; a tool call makes a dozen.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

Labels = tuple[str, ...]
_MOST_UNSORTED = _LATEST = 250

# Seconds; the buckets that OpenTelemetry's conventions recommend for durations.
BOUNDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)


@dataclass
class Counter:
    """Counts, by the values of ``labels``."""

    name: str
    description: str
    labels: Labels
    values: dict[Labels, float] = field(default_factory=dict)

    def add(self, count: float, *labels: str) -> None:
        self.values[labels] = self.values.get(labels, 0) + count

    def points(self) -> Iterator[dict[str, Any]]:
        for labels, value in self.values.items():
            yield {"attributes": dict(zip(self.labels, labels, strict=True)), "value": value}


class Buckets:
    """Durations in seconds, counted by which of ``bounds`` they are below.

    They are sorted many at a time, or when somebody asks: to find the place of one between two
    requests, when nothing that it needs is in a cache, takes 1 µs.
    """

    __slots__ = ("_bounds", "_counts", "_latest", "_new", "_sorting", "_total")

    def __init__(self, bounds: Sequence[float]) -> None:
        self._bounds = bounds
        self._counts = [0] * (len(bounds) + 1)
        self._total = 0.0
        self._latest: deque[float] = deque(maxlen=_LATEST)
        self._new: list[float] = []
        self._sorting = Lock()  # an exporter asks in a thread of its own

    def record(self, seconds: float) -> None:
        self._new.append(seconds)
        if len(self._new) >= _MOST_UNSORTED:
            self._sort()

    @property
    def counts(self) -> list[int]:
        """One for each bound, and one for what is above them all."""
        self._sort()
        return self._counts

    @property
    def total(self) -> float:
        """Seconds."""
        self._sort()
        return self._total

    @property
    def latest(self) -> Sequence[float]:
        """Seconds of the last ones."""
        self._sort()
        return self._latest

    def _sort(self) -> None:
        with self._sorting:
            new = self._new[:]
            for seconds in new:
                self._counts[bisect_left(self._bounds, seconds)] += 1
            self._total += sum(new)
            self._latest.extend(new)
            del self._new[: len(new)]


@dataclass
class Histogram:
    """Durations in seconds, by the values of ``labels``."""

    name: str
    description: str
    labels: Labels
    bounds: Sequence[float] = BOUNDS
    values: dict[Labels, Buckets] = field(default_factory=dict)

    def record(self, seconds: float, *labels: str) -> None:
        self.of(*labels).record(seconds)

    def of(self, *labels: str) -> Buckets:
        """Those of ``labels``, for whoever records there again and again."""
        buckets = self.values.get(labels)
        if buckets is None:
            buckets = self.values[labels] = Buckets(self.bounds)
        return buckets

    def points(self) -> Iterator[dict[str, Any]]:
        for labels, buckets in self.values.items():
            yield {
                "attributes": dict(zip(self.labels, labels, strict=True)),
                "count": sum(buckets.counts),
                "sum": buckets.total,
                "buckets": list(buckets.counts),
            }


class Metrics:
    """All instruments of a process; asking twice for a name gives the same instrument."""

    def __init__(self) -> None:
        self._counters: dict[str, Counter] = {}
        self._histograms: dict[str, Histogram] = {}

    def counter(self, name: str, description: str = "", labels: Labels = ()) -> Counter:
        return self._counters.setdefault(name, Counter(name, description, labels))

    def histogram(self, name: str, description: str = "", labels: Labels = ()) -> Histogram:
        return self._histograms.setdefault(name, Histogram(name, description, labels))

    def counters(self) -> list[Counter]:
        return list(self._counters.values())

    def histograms(self) -> list[Histogram]:
        return list(self._histograms.values())

    def snapshot(self) -> list[dict[str, Any]]:
        """``{"name", "kind", "description", "points"}`` of every instrument."""
        instruments: list[tuple[str, Counter | Histogram]] = [
            *(("counter", each) for each in self._counters.values()),
            *(("histogram", each) for each in self._histograms.values()),
        ]
        return [
            {
                "name": each.name,
                "kind": kind,
                "description": each.description,
                "points": list(each.points()),
            }
            for kind, each in instruments
        ]
