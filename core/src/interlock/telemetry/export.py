"""Exporters of the OpenTelemetry SDK, private to one Telemetry; global ones are never set."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from opentelemetry.sdk.metrics.export import ConsoleMetricExporter, MetricExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import SpanProcessor
from opentelemetry.sdk.trace.export import BatchSpanProcessor, ConsoleSpanExporter, SpanExporter

from interlock.sdk import NeedsAttention, World
from interlock.telemetry.metrics import Metrics
from interlock.telemetry.options import TelemetryOptions
from interlock.telemetry.prometheus import Gauge
from interlock.telemetry.readings import Reader


def resource_of(options: TelemetryOptions) -> Resource:
    """Whom spans and metrics are from."""
    return Resource.create({"service.name": options.service_name})


def span_processors(options: TelemetryOptions) -> list[SpanProcessor]:
    """None, or one that exports in batches, off the event loop.

    Raises:
        NeedsAttention: the exporter is an extra that is not installed.
    """
    exporter = _span_exporter(options)
    return [] if exporter is None else [BatchSpanProcessor(exporter)]


def metric_reader(
    options: TelemetryOptions,
    metrics: Metrics,
    gauges: Callable[[], Sequence[Gauge]],
    world: World,
) -> Reader | None:
    """Exports our instruments every ``metrics_interval``; None if nobody wants them."""
    exporter = _metric_exporter(options)
    if exporter is None:
        return None
    return Reader(exporter, options.metrics_interval, metrics, gauges, resource_of(options), world)


def _span_exporter(options: TelemetryOptions) -> SpanExporter | None:
    if options.exporter == "console":
        return ConsoleSpanExporter()
    if options.exporter == "none":
        return None
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    except ImportError:
        raise _extra_missing() from None
    endpoint = f"{options.endpoint.rstrip('/')}/v1/traces" if options.endpoint else None
    exporter: SpanExporter = OTLPSpanExporter(endpoint=endpoint)
    return exporter


def _metric_exporter(options: TelemetryOptions) -> MetricExporter | None:
    if options.exporter == "console":
        return ConsoleMetricExporter()
    if options.exporter == "none":
        return None
    try:
        from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
    except ImportError:
        raise _extra_missing() from None
    endpoint = f"{options.endpoint.rstrip('/')}/v1/metrics" if options.endpoint else None
    exporter: MetricExporter = OTLPMetricExporter(endpoint=endpoint)
    return exporter


def _extra_missing() -> NeedsAttention:
    return NeedsAttention(
        "telemetry.exporter otlp needs a package that is not installed",
        hint="install interlock[otlp]",
    )
