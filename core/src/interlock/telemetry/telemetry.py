"""Spans and metrics of one process."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from opentelemetry.sdk.trace import SpanProcessor

from interlock.sdk import RealWorld, World
from interlock.telemetry.export import metric_reader, resource_of, span_processors
from interlock.telemetry.metrics import Counter, Histogram, Labels, Metrics
from interlock.telemetry.options import TelemetryOptions
from interlock.telemetry.prometheus import Gauge, exposition
from interlock.telemetry.recording import Recorder
from interlock.telemetry.spans import (
    PASSED_OVER,
    Contextual,
    Kind,
    NoSpan,
    Span,
    UnrecordedSpan,
    enclosing_span,
    is_sampled,
    remote_span,
    traceparent_of,
)

_NO_SPAN = NoSpan()
_FLUSH_MILLISECONDS = 5000


class Telemetry:
    """Hand one to whoever measures; :meth:`close` sends what is left.

    Args:
        world: draws which traces are recorded.
        processors: further receivers of spans, for tests.

    Attributes:
        gauges: exported beside the instruments, as they are at that moment.

    Raises:
        NeedsAttention: the exporter is an extra that is not installed.
    """

    def __init__(
        self,
        options: TelemetryOptions | None = None,
        *,
        world: World | None = None,
        processors: Sequence[SpanProcessor] = (),
    ) -> None:
        options = options or TelemetryOptions()
        self._metrics = Metrics()
        self._ratio = options.sample_ratio
        self._world = world or RealWorld()
        receivers = [*span_processors(options), *processors]
        self._recorder = (
            Recorder(resource_of(options), receivers, self._world) if receivers else None
        )
        self.gauges: Sequence[Gauge] = ()
        self._unrecorded = self._draw()
        self._reader = metric_reader(options, self._metrics, lambda: self.gauges, self._world)

    def span(
        self,
        name: str,
        *,
        kind: Kind = "internal",
        parent: str | None = None,
        attributes: Mapping[str, Any] | None = None,
    ) -> Span:
        """A context manager; its span is the current one inside the block.

        Args:
            parent: a W3C traceparent; default: the current span.
        """
        above = (remote_span(parent) if parent else None) or enclosing_span()
        span = self.begin(name, above, kind, attributes)
        return UnrecordedSpan() if span is PASSED_OVER else span

    def begin(
        self,
        name: str,
        above: Contextual | None,
        kind: Kind,
        attributes: Mapping[str, Any] | None,
    ) -> Span:
        """For what is no block but a call: whoever begins its span so keeps it there, and ends it.

        Args:
            above: None: a new trace begins.
        """
        if self._recorder is None:
            return _NO_SPAN
        if above is None:
            if self._unrecorded > 0:
                self._unrecorded -= 1
                return PASSED_OVER
            self._unrecorded = self._draw()
        elif not above.get_span_context().trace_flags.sampled:
            # The trace is not recorded: its context is handed on, and nothing else is made.
            return UnrecordedSpan(above.get_span_context())
        return self._recorder.begin(name, above, kind=kind, attributes=attributes)

    def _draw(self) -> float:
        """How many traces begin before one that is recorded.

        Drawn at once, each with the same chance: to draw for each trace takes 1 µs of its first
        call.
        """
        if not 0.0 < self._ratio < 1.0:
            return 0.0 if self._ratio else math.inf
        return math.log1p(-self._world.random()) // math.log1p(-self._ratio)

    def recorded(self, traceparent: str | None) -> bool:
        """Whether spans of the trace are recorded, for who would rather not build them."""
        return self._recorder is not None and traceparent is not None and is_sampled(traceparent)

    def record(
        self,
        name: str,
        parent: str,
        began: float,
        *,
        attributes: Mapping[str, Any],
        error: BaseException | None = None,
    ) -> None:
        """A span that is over, for what is no block of code.

        Args:
            parent: a W3C traceparent.
            began: seconds since the epoch; the span ends now.
        """
        above = remote_span(parent)
        if self._recorder is None or above is None:
            return
        span = self._recorder.begin(name, above, attributes=attributes, began=began)
        if error is not None:
            span.fail(error)
        span.end()

    def current(self) -> str | None:
        """The traceparent of the current span, for envelopes, the journal and requests."""
        span = enclosing_span()
        return None if span is None else traceparent_of(span)

    def counter(self, name: str, description: str = "", labels: Labels = ()) -> Counter:
        return self._metrics.counter(name, description, labels)

    def histogram(self, name: str, description: str = "", labels: Labels = ()) -> Histogram:
        return self._metrics.histogram(name, description, labels)

    def snapshot(self) -> list[dict[str, Any]]:
        """All metrics as they stand; see :meth:`Metrics.snapshot`."""
        return self._metrics.snapshot()

    def prometheus(self, gauges: Sequence[Gauge] = ()) -> str:
        """All metrics as they stand, in Prometheus' text format.

        Args:
            gauges: what is read at this moment, beside the instruments.
        """
        return exposition(self._metrics, gauges)

    def close(self) -> None:
        """Send what is left, within 5 s; blocks, so call it in a thread."""
        if self._recorder is not None:
            self._recorder.close(_FLUSH_MILLISECONDS)
        if self._reader is not None:
            self._reader.shutdown(_FLUSH_MILLISECONDS)
