"""The methods of a service that carry marks: webhooks, polls, event handlers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from typing import Any, TypeVar

from interlock.sdk.events import EventMark, PollMark, WebhookMark

M = TypeVar("M", WebhookMark, PollMark, EventMark)


def marked(service_type: type, kind: type[M]) -> Iterator[tuple[M, str]]:
    """Marks of one kind with the name of their method, inherited ones first."""
    methods: dict[str, Any] = {}
    for base in reversed(service_type.__mro__):
        methods |= vars(base)
    for name, method in methods.items():
        for mark in getattr(method, "__interlock_marks__", ()):
            if isinstance(mark, kind):
                yield mark, name


def bound(service: object, name: str) -> Callable[..., Awaitable[Any]]:
    """The method of this name of an instance."""
    method: Callable[..., Awaitable[Any]] = getattr(service, name)
    return method
