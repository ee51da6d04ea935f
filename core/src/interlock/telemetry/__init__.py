"""Spans and metrics; the only package that knows OpenTelemetry."""

from interlock.telemetry.logbook import LogBook
from interlock.telemetry.metrics import BOUNDS, Buckets, Counter, Histogram
from interlock.telemetry.options import TelemetryOptions
from interlock.telemetry.prometheus import Gauge
from interlock.telemetry.spans import Span, current_trace, remote_span
from interlock.telemetry.telemetry import Telemetry

__all__ = [
    "BOUNDS",
    "Buckets",
    "Counter",
    "Gauge",
    "Histogram",
    "LogBook",
    "Span",
    "Telemetry",
    "TelemetryOptions",
    "current_trace",
    "remote_span",
]
