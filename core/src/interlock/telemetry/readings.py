"""Our instruments as OpenTelemetry's, under their own names, whenever they are to be exported."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from math import inf
from typing import Any

from opentelemetry.sdk.metrics.export import (
    AggregationTemporality,
    HistogramDataPoint,
    Metric,
    MetricExporter,
    MetricsData,
    NumberDataPoint,
    ResourceMetrics,
    ScopeMetrics,
    Sum,
)
from opentelemetry.sdk.metrics.export import Gauge as GaugeData
from opentelemetry.sdk.metrics.export import Histogram as HistogramData
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.util.instrumentation import InstrumentationScope

from interlock.sdk import World
from interlock.telemetry.metrics import Counter, Histogram, Metrics
from interlock.telemetry.prometheus import Gauge
from interlock.telemetry.spans import nanoseconds

_log = logging.getLogger(__name__)
_SO_FAR = AggregationTemporality.CUMULATIVE


class Reader:
    """Exports all instruments, and the gauges that ``gauges()`` gives, in a thread of its own.

    The SDK's reader takes the SDK's instruments only, and those would count everything once more.

    Args:
        interval: seconds between two exports.
    """

    def __init__(
        self,
        exporter: MetricExporter,
        interval: float,
        metrics: Metrics,
        gauges: Callable[[], Sequence[Gauge]],
        resource: Resource,
        world: World,
    ) -> None:
        self._exporter = exporter
        self._interval = interval
        self._metrics = metrics
        self._gauges = gauges
        self._resource = resource
        self._world = world
        self._began = nanoseconds(world.time())
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._work, name="metrics", daemon=True)
        self._thread.start()

    def shutdown(self, milliseconds: float) -> None:
        """Export once more, and end."""
        self._over.set()
        self._thread.join(milliseconds / 1000)
        self._exporter.shutdown(milliseconds)

    def _work(self) -> None:
        while not self._over.wait(self._interval):
            self._export()
        self._export()

    def _export(self) -> None:
        now = nanoseconds(self._world.time())
        scope = ScopeMetrics(InstrumentationScope("interlock"), list(self._all(now)), "")
        try:
            self._exporter.export(MetricsData([ResourceMetrics(self._resource, [scope], "")]))
        except Exception as error:  # noqa: BLE001 - whatever an exporter raises, the next may do
            _log.warning("metrics could not be exported: %r", error)

    def _all(self, now: int) -> Iterator[Metric]:
        for counter in self._metrics.counters():
            yield _counter(counter, self._began, now)
        for histogram in self._metrics.histograms():
            yield _histogram(histogram, self._began, now)
        for gauge in self._gauges():
            points = [
                NumberDataPoint(dict(at), self._began, now, value) for at, value in gauge.points
            ]
            yield Metric(gauge.name, gauge.description, "", GaugeData(points))


def _counter(counter: Counter, began: int, now: int) -> Metric:
    points = [
        NumberDataPoint(point["attributes"], began, now, point["value"])
        for point in counter.points()
    ]
    return Metric(counter.name, counter.description, "", Sum(points, _SO_FAR, is_monotonic=True))


def _histogram(histogram: Histogram, began: int, now: int) -> Metric:
    points = [_spread(point, histogram.bounds, began, now) for point in histogram.points()]
    return Metric(histogram.name, histogram.description, "s", HistogramData(points, _SO_FAR))


def _spread(
    point: dict[str, Any], bounds: Sequence[float], began: int, now: int
) -> HistogramDataPoint:
    return HistogramDataPoint(
        attributes=point["attributes"],
        start_time_unix_nano=began,
        time_unix_nano=now,
        count=point["count"],
        sum=point["sum"],
        bucket_counts=point["buckets"],
        explicit_bounds=bounds,
        # As the SDK writes them where nobody keeps them.
        min=inf,
        max=-inf,
    )
