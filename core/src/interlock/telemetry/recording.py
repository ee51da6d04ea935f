"""Spans that are recorded, in OpenTelemetry's shape and handed to its processors.

The SDK's own tracer takes 18 us for a span that nothing happens in (a lock, bounded collections
and three context objects for each), twice as much as all guard rails of the call it is for. These
spans are written by one task and read when they are over, so they need none of that.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextvars import Token
from types import TracebackType
from typing import Any, Self

from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import Event, ReadableSpan, SpanProcessor
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import SpanContext, SpanKind, Status, StatusCode, TraceFlags

from interlock.sdk import World
from interlock.telemetry.spans import Contextual, Kind, current_span, ids, nanoseconds

_KINDS = {
    "internal": SpanKind.INTERNAL,
    "client": SpanKind.CLIENT,
    "server": SpanKind.SERVER,
    "consumer": SpanKind.CONSUMER,
}
_ROOT = TraceFlags(TraceFlags.SAMPLED | TraceFlags.RANDOM_TRACE_ID)
_SCOPE = InstrumentationScope("interlock")
_UNSET = Status(StatusCode.UNSET)


class Recorder:
    """Makes spans, and hands them to ``processors`` when they are over.

    Args:
        processors: only told of ends.
    """

    def __init__(
        self, resource: Resource, processors: Sequence[SpanProcessor], world: World
    ) -> None:
        self.resource = resource
        self.processors = processors
        self.world = world

    def begin(
        self,
        name: str,
        above: Contextual | None,
        *,
        kind: Kind = "internal",
        attributes: Mapping[str, Any] | None = None,
        began: float | None = None,
    ) -> RecordedSpan:
        """Begin a span.

        Args:
            above: its parent; None for the first one of a trace.
            began: seconds since the epoch; default: now.
        """
        return RecordedSpan(self, name, above, kind, attributes, began)

    def close(self, milliseconds: int) -> None:
        """Send what is left; blocks."""
        for processor in self.processors:
            processor.force_flush(milliseconds)
            processor.shutdown()


class RecordedSpan(ReadableSpan):
    """The current span of its task for as long as its block lasts."""

    def __init__(
        self,
        recorder: Recorder,
        name: str,
        above: Contextual | None,
        kind: Kind,
        attributes: Mapping[str, Any] | None,
        began: float | None,
    ) -> None:
        parent = None if above is None else above.get_span_context()
        self._recorder = recorder
        self._token: Token[Contextual | None] | None = None
        self.recording = True
        self._name = name
        self._context = self._made = _context(parent)
        self._parent = parent
        self._kind = _KINDS[kind]
        self._attributes = self._facts = _known(attributes) if attributes else {}
        self._events: list[Event] = []
        self._links = ()
        self._status = _UNSET
        self._resource = recorder.resource
        self._instrumentation_scope = _SCOPE
        self._instrumentation_info = None
        self._start_time = nanoseconds(recorder.world.time() if began is None else began)
        self._end_time = None

    def get_span_context(self) -> SpanContext:
        return self._made

    def event(self, name: str, **attributes: Any) -> None:
        if self.recording:
            now = nanoseconds(self._recorder.world.time())
            self._events.append(Event(name, _known(attributes), now))

    def set(self, key: str, value: Any) -> None:
        if self.recording and value is not None:
            self._facts[key] = value

    def fail(self, error: BaseException) -> None:
        """Mark as failed; the message of an error of ours never holds a secret."""
        if self.recording:
            self._status = Status(StatusCode.ERROR, str(error))
            self._facts["error.type"] = getattr(error, "code", type(error).__name__)

    def end(self) -> None:
        """Nothing is added after it; several times is as good as once."""
        if self.recording:
            self.recording = False
            self._end_time = nanoseconds(self._recorder.world.time())
            for processor in self._recorder.processors:
                processor.on_end(self)

    def __enter__(self) -> Self:
        self._token = current_span.set(self)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._token is not None:
            current_span.reset(self._token)
            self._token = None
        if error is not None:
            self.fail(error)
        self.end()


def _context(parent: SpanContext | None) -> SpanContext:
    if parent is None:
        trace, flags = ids.generate_trace_id(), _ROOT
    else:
        trace, flags = parent.trace_id, parent.trace_flags
    return SpanContext(trace, ids.generate_span_id(), is_remote=False, trace_flags=flags)


def _known(attributes: Mapping[str, Any]) -> dict[str, Any]:
    """Without what is None, which OpenTelemetry would complain about."""
    return {key: value for key, value in attributes.items() if value is not None}
