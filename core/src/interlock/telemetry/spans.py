"""Spans that cost next to nothing when nobody records them."""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar, Token
from functools import lru_cache
from types import TracebackType
from typing import Any, Literal, Protocol, Self

from opentelemetry import trace
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
from opentelemetry.trace import NonRecordingSpan, SpanContext, SpanKind, TraceFlags

Kind = Literal["internal", "client", "server", "consumer"]

KINDS = {
    "internal": SpanKind.INTERNAL,
    "client": SpanKind.CLIENT,
    "server": SpanKind.SERVER,
    "consumer": SpanKind.CONSUMER,
}

_ids = RandomIdGenerator()

current_span: ContextVar[trace.Span | None] = ContextVar("interlock_current_span", default=None)


class Span(Protocol):
    """A span while it is open; ``recording`` tells whether attributes are worth building."""

    @property
    def recording(self) -> bool: ...

    def event(self, name: str, **attributes: Any) -> None: ...

    def set(self, key: str, value: Any) -> None: ...

    def fail(self, error: BaseException) -> None: ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None: ...


class NoSpan:
    """Nobody records; one instance serves all."""

    __slots__ = ()
    recording = False

    def event(self, name: str, **attributes: Any) -> None:
        pass

    def set(self, key: str, value: Any) -> None:
        pass

    def fail(self, error: BaseException) -> None:
        pass

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass


class LiveSpan:
    """The current span of its task for as long as its block lasts."""

    __slots__ = ("_span", "_token", "recording")

    def __init__(self, span: trace.Span) -> None:
        self._span = span
        self._token: Token[trace.Span | None] | None = None
        self.recording = span.is_recording()

    def event(self, name: str, **attributes: Any) -> None:
        if self.recording:
            self._span.add_event(name, attributes)

    def set(self, key: str, value: Any) -> None:
        if self.recording:
            self._span.set_attribute(key, value)

    def fail(self, error: BaseException) -> None:
        """Mark as failed; the message of an error of ours never holds a secret."""
        if self.recording:
            self._span.set_status(trace.StatusCode.ERROR, str(error))
            self._span.set_attribute("error.type", getattr(error, "code", type(error).__name__))

    def __enter__(self) -> Self:
        self._token = current_span.set(self._span)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._token is not None:
            current_span.reset(self._token)
        if error is not None:
            self.fail(error)
        if self.recording:
            self._span.end()


class UnrecordedRoot(NonRecordingSpan):
    """The beginning of a trace that nobody records; it gets its ids if somebody asks for them."""

    def __init__(self) -> None:
        self._made: SpanContext | None = None

    def get_span_context(self) -> SpanContext:
        if self._made is None:
            ids = (_ids.generate_trace_id(), _ids.generate_span_id())
            self._made = SpanContext(*ids, is_remote=False)
        return self._made


def traceparent_of(span: trace.Span) -> str:
    """``00-<trace>-<span>-<flags>``, https://www.w3.org/TR/trace-context/."""
    context = span.get_span_context()
    return f"00-{context.trace_id:032x}-{context.span_id:016x}-{context.trace_flags:02x}"


def current_trace() -> str | None:
    """The id of the trace that this code is part of."""
    span = current_span.get()
    return None if span is None else f"{span.get_span_context().trace_id:032x}"


@lru_cache(maxsize=1024)
def remote_span(traceparent: str) -> trace.Span | None:
    """The span that a traceparent names; None if it names none. The steps of a run share one."""
    parts = traceparent.split("-")
    if len(parts) < 4 or len(parts[1]) != 32 or len(parts[2]) != 16:
        return None
    try:
        flags = TraceFlags(int(parts[3], 16))
        context = SpanContext(
            int(parts[1], 16), int(parts[2], 16), is_remote=True, trace_flags=flags
        )
    except ValueError:
        return None
    return NonRecordingSpan(context) if context.is_valid else None


def is_sampled(traceparent: str) -> bool:
    """Whether the flags of a traceparent say that its trace is recorded."""
    return traceparent[-1:] in "13579bdf"


def nanoseconds(moment: float) -> int:
    """As OpenTelemetry counts."""
    return int(moment * 1e9)


def attributes_of(attributes: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Without what is None, which OpenTelemetry would complain about."""
    if attributes is None:
        return None
    return {key: value for key, value in attributes.items() if value is not None}
