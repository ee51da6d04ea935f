"""What is measured, and where it goes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Exporter = Literal["none", "console", "otlp"]


@dataclass(frozen=True)
class TelemetryOptions:
    """Wishes of the operator.

    Attributes:
        exporter: ``otlp`` needs the extra ``interlock[otlp]``.
        endpoint: URL of the collector; default: the exporter's own.
        sample_ratio: share of traces that are recorded; a trace is recorded whole or not at all.
        metrics_interval: seconds between two exports of metrics.
    """

    service_name: str = "interlock"
    exporter: Exporter = "none"
    endpoint: str | None = None
    sample_ratio: float = 1.0
    metrics_interval: float = 30.0
