"""Facts that a service reports: events, and the two ways they come in."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

Method = TypeVar("Method", bound=Callable[..., Awaitable[Any]])


@dataclass(frozen=True, slots=True)
class Event:
    """A named fact.

    Attributes:
        name: ``service.what_happened``, e.g. ``figma.file_updated``.
        payload: JSON.
        id: a second event of the same id is dropped; choose the sender's own delivery id.
        key: correlation key that a waiting run may ask for; may be empty.
    """

    name: str
    payload: Mapping[str, Any]
    id: str = ""
    key: str = ""

    def to_dict(self) -> dict[str, Any]:
        """What expressions and waiting steps see of it; :data:`EVENT_SCHEMA` describes that."""
        payload = dict(self.payload)
        return {"id": self.id, "name": self.name, "key": self.key, "payload": payload}


EVENT_SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "properties": {
        "id": {"type": "string"},
        "name": {"type": "string"},
        "key": {"type": "string"},
        "payload": {"type": "object", "additionalProperties": True},
    },
}


@dataclass(frozen=True, slots=True)
class WebhookRequest:
    """A delivery as it came in; signatures are made over ``body``, so it is raw."""

    body: bytes = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    query: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class WebhookReply:
    """What to answer when the sender wants more than "200 OK" (a handshake, say)."""

    events: Sequence[Event] = ()
    status: int = 200
    body: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class WebhookMark:
    """Left on a method by :func:`webhook`."""

    path: str


@dataclass(frozen=True, slots=True)
class PollMark:
    """Left on a method by :func:`poll`."""

    every: float


@dataclass(frozen=True, slots=True)
class EventMark:
    """Left on a method by :func:`on_event`."""

    event: str


def webhook(path: str = "") -> Callable[[Method], Method]:
    """Receive deliveries at ``/hooks/{service}/{path}``.

    The method is ``async (self, request: WebhookRequest) -> Sequence[Event] | WebhookReply``.
    It verifies the sender first and raises ``Rejected`` when it cannot. The sender is answered
    once the events are durable.
    """
    _refuse_method("webhook", path)
    return _marking(WebhookMark(path.strip("/")))


def poll(every: float) -> Callable[[Method], Method]:
    """Ask the service every ``every`` seconds.

    The method is ``async (self, cursor: Any) -> tuple[Sequence[Event], Any]``; core keeps the
    cursor and hands it back, first as None.
    """
    _refuse_method("poll", every)
    if not every > 0:
        raise ValueError(f"poll: `every` is seconds between two polls, not {every!r}")
    return _marking(PollMark(every))


def on_event(event: str) -> Callable[[Method], Method]:
    """Handle events of this name (``*`` matches the rest): ``async (self, event: Event)``."""
    _refuse_method("on_event", event)
    return _marking(EventMark(event))


def _refuse_method(decorator: str, argument: Any) -> None:
    if callable(argument):
        raise TypeError(f"write `@{decorator}(…)`, with parentheses, over the method")


Mark = WebhookMark | PollMark | EventMark


def _marking(mark: Mark) -> Callable[[Method], Method]:
    def decorate(method: Method) -> Method:
        marks_of(method).append(mark)
        return method

    return decorate


def marks_of(method: Any) -> list[Mark]:
    """The marks on a method, oldest first; the list is the method's own."""
    marks: list[Mark] = method.__dict__.setdefault("__interlock_marks__", [])
    return marks
