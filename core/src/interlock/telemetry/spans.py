"""Spans that cost next to nothing when nobody records them."""

from __future__ import annotations

from contextvars import ContextVar, Token
from functools import lru_cache
from types import TracebackType
from typing import Any, Literal, Protocol, Self

from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
from opentelemetry.trace import NonRecordingSpan, SpanContext, TraceFlags

from interlock.sdk.context import running_call

Kind = Literal["internal", "client", "server", "consumer"]

ids = RandomIdGenerator()


class Contextual(Protocol):
    """What a trace is handed on from: a span of ours, or of OpenTelemetry."""

    def get_span_context(self) -> SpanContext: ...


current_span: ContextVar[Contextual | None] = ContextVar("interlock_current_span", default=None)


class Span(Protocol):
    """A span while it is open; ``recording`` tells whether attributes are worth building."""

    @property
    def recording(self) -> bool: ...

    def event(self, name: str, **attributes: Any) -> None: ...

    def set(self, key: str, value: Any) -> None: ...

    def fail(self, error: BaseException) -> None: ...

    def end(self) -> None: ...

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

    def end(self) -> None:
        pass

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass


class UnrecordedSpan(NoSpan):
    """A span that nobody records, the current one in its block so that its trace is handed on.

    Args:
        context: of the trace that it is part of; None: it begins one, which gets its ids when
            somebody asks for them.
    """

    __slots__ = ("_context", "_token")

    _token: Token[Contextual | None]

    def __init__(self, context: SpanContext | None = None) -> None:
        self._context = context

    def get_span_context(self) -> SpanContext:
        if self._context is None:
            self._context = SpanContext(
                ids.generate_trace_id(), ids.generate_span_id(), is_remote=False
            )
        return self._context

    def __enter__(self) -> Self:
        self._token = current_span.set(self)
        return self

    def __exit__(self, *_: object) -> None:
        current_span.reset(self._token)


def traceparent_of(span: Contextual) -> str:
    """``00-<trace>-<span>-<flags>``, https://www.w3.org/TR/trace-context/."""
    context = span.get_span_context()
    return f"00-{context.trace_id:032x}-{context.span_id:016x}-{context.trace_flags:02x}"


PASSED_OVER = NoSpan()
"""Begins a trace that nobody records; :func:`enclosing_span` puts one with ids in its place."""


def enclosing_span() -> Contextual | None:
    """What this code is part of: the span of the call that it runs in, or of a block around it."""
    call = running_call.get(None)
    span = getattr(call, "span", None)
    if span is PASSED_OVER:
        call.span = span = UnrecordedSpan()  # type: ignore[union-attr]
    return span if hasattr(span, "get_span_context") else current_span.get()


def current_trace() -> str | None:
    """The id of the trace that this code is part of."""
    span = enclosing_span()
    return None if span is None else f"{span.get_span_context().trace_id:032x}"


@lru_cache(maxsize=1024)
def remote_span(traceparent: str) -> Contextual | None:
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
