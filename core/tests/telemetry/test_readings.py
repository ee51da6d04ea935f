"""What an exporter of metrics gets."""

from typing import Any

from opentelemetry.sdk.metrics.export import (
    Histogram,
    MetricExporter,
    MetricExportResult,
    MetricsData,
    Sum,
)
from opentelemetry.sdk.resources import Resource

from interlock.sdk import RealWorld
from interlock.telemetry.metrics import Metrics
from interlock.telemetry.prometheus import Gauge
from interlock.telemetry.readings import Reader


class Kept(MetricExporter):
    """Keeps what it is given, or refuses it."""

    def __init__(self, *, refuses: bool = False) -> None:
        super().__init__()
        self.got: list[MetricsData] = []
        self.closed = False
        self._refuses = refuses

    def export(
        self, metrics_data: MetricsData, timeout_millis: float = 10_000, **kwargs: Any
    ) -> MetricExportResult:
        self.got.append(metrics_data)
        if self._refuses:
            raise ConnectionError("no collector")
        return MetricExportResult.SUCCESS

    def force_flush(self, timeout_millis: float = 10_000) -> bool:
        return True

    def shutdown(self, timeout_millis: float = 30_000, **kwargs: Any) -> None:
        self.closed = True


def exported(exporter: Kept) -> dict[str, Any]:
    metrics = Metrics()
    metrics.counter("calls", "how many", ("tool",)).add(3, "a.b")
    seconds = metrics.histogram("took", "how long")
    for each in (0.2, 90.0):
        seconds.record(each)
    gauges = [Gauge("open", "now", [({"status": "running"}, 2.0)])]
    resource = Resource({"service.name": "x"})
    reader = Reader(exporter, 3600, metrics, lambda: gauges, resource, RealWorld())
    reader.shutdown(5000)
    (of_resource,) = exporter.got[-1].resource_metrics
    assert of_resource.resource.attributes == {"service.name": "x"}
    return {each.name: each for each in of_resource.scope_metrics[0].metrics}


def test_every_instrument_leaves_under_its_own_name_and_as_what_it_is() -> None:
    exporter = Kept()
    found = exported(exporter)
    assert list(found) == ["calls", "took", "open"]
    calls, took = found["calls"].data, found["took"].data
    assert isinstance(calls, Sum) and calls.is_monotonic
    assert [(point.attributes, point.value) for point in calls.data_points] == [
        ({"tool": "a.b"}, 3)
    ]
    assert isinstance(took, Histogram) and found["took"].unit == "s"
    (point,) = took.data_points
    assert (point.count, point.sum, point.bucket_counts[-1]) == (2, 90.2, 1)
    assert len(point.bucket_counts) == len(point.explicit_bounds) + 1
    assert found["open"].data.data_points[0].value == 2.0
    assert exporter.closed


def test_a_collector_that_is_not_there_ends_nothing(caplog: Any) -> None:
    exporter = Kept(refuses=True)
    exported(exporter)
    assert exporter.closed
    assert "no collector" in caplog.text
