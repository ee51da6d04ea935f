"""Providers of the OpenTelemetry SDK, private to one Telemetry; global ones are never set."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from opentelemetry.metrics import CallbackOptions, Meter, Observation
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import (
    ConsoleMetricExporter,
    MetricExporter,
    PeriodicExportingMetricReader,
)
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, ConsoleSpanExporter, SpanExporter
from opentelemetry.sdk.trace.sampling import ALWAYS_ON

from interlock.sdk import NeedsAttention
from interlock.telemetry.metrics import Counter, Histogram, Metrics
from interlock.telemetry.options import TelemetryOptions


def tracer_provider(
    options: TelemetryOptions, processors: Sequence[SpanProcessor]
) -> TracerProvider:
    provider = TracerProvider(
        # Which traces are recorded is drawn before a span is made: see Telemetry.span.
        sampler=ALWAYS_ON,
        resource=Resource.create({"service.name": options.service_name}),
        shutdown_on_exit=False,
    )
    for processor in processors:
        provider.add_span_processor(processor)
    return provider


def span_processors(options: TelemetryOptions) -> list[SpanProcessor]:
    """None, or one that exports in batches, off the event loop.

    Raises:
        NeedsAttention: the exporter is an extra that is not installed.
    """
    exporter = _span_exporter(options)
    return [] if exporter is None else [BatchSpanProcessor(exporter)]


def meter_provider(options: TelemetryOptions, metrics: Metrics) -> MeterProvider | None:
    """Exports our instruments every ``metrics_interval``; None if nobody wants them."""
    exporter = _metric_exporter(options)
    if exporter is None:
        return None
    reader = PeriodicExportingMetricReader(exporter, options.metrics_interval * 1000)
    provider = MeterProvider(
        [reader], Resource.create({"service.name": options.service_name}), shutdown_on_exit=False
    )
    _observe(provider.get_meter("interlock"), metrics)
    return provider


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


def _observe(meter: Meter, metrics: Metrics) -> None:
    """One gauge-like instrument for each of ours; those made later are read as well."""

    def counts(options: CallbackOptions) -> Iterable[Observation]:
        return [_observation(each, point) for each in metrics.counters() for point in each.points()]

    def totals(options: CallbackOptions) -> Iterable[Observation]:
        return [
            _observation(each, {**point, "value": point["sum"]})
            for each in metrics.histograms()
            for point in each.points()
        ]

    meter.create_observable_counter("interlock.count", [counts], description="events by name")
    meter.create_observable_counter("interlock.seconds", [totals], "s", "time spent by name")


def _observation(instrument: Counter | Histogram, point: dict[str, object]) -> Observation:
    attributes = point["attributes"]
    assert isinstance(attributes, dict)  # noqa: S101 - made by points()
    value = point["value"]
    assert isinstance(value, int | float)  # noqa: S101 - made by points()
    return Observation(value, {"name": instrument.name, **attributes})
