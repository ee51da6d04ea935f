"""What a service is given, and nothing else of core is reachable from a plugin."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from interlock.sdk.world import World

if TYPE_CHECKING:
    import httpx

    from interlock.sdk.events import Event


class KeyValue(Protocol):
    """Small durable facts of one service (cursors, tokens); values are JSON."""

    async def get(self, key: str) -> Any:
        """The value, or None."""
        ...

    async def put(self, key: str, value: Any) -> None:
        """Durable on return."""
        ...

    async def delete(self, key: str) -> None:
        """Durable on return; nothing happens if there is no such key."""
        ...


@dataclass(frozen=True, slots=True)
class BlobRef:
    """A large value kept beside the journal, named by its content."""

    digest: str
    size: int
    media_type: str = "application/octet-stream"


class Blobs(Protocol):
    """Content-addressed store for what is too large for a result."""

    async def put(self, data: bytes, media_type: str = "application/octet-stream") -> BlobRef:
        """Keep the bytes, once for each content."""
        ...

    async def get(self, digest: str) -> bytes:
        """The bytes; NotFound if retention has removed them."""
        ...


class ServiceContext(Protocol):
    """The world of one service instance."""

    @property
    def name(self) -> str:
        """The instance's name in the configuration, e.g. ``notion-team-b``."""
        ...

    @property
    def http(self) -> httpx.AsyncClient:
        """Pooled client built from the service's ``http_options``.

        Its time-outs follow the current call's deadline; a response of 400 and above raises
        what ``Service.read_error`` makes of it; private addresses are refused unless allowed.
        """
        ...

    @property
    def world(self) -> World:
        """Clocks, randomness and ids; a test may have its own."""
        ...

    @property
    def log(self) -> logging.Logger:
        """Under the service's name; its secrets are hidden in what is logged."""
        ...

    @property
    def state(self) -> KeyValue:
        """What the service keeps over restarts."""
        ...

    @property
    def blobs(self) -> Blobs:
        """For what is too large for a result."""
        ...

    def tools_changed(self) -> None:
        """Tell that :meth:`Service.tools` has another answer now; called in ``start`` or later."""
        ...

    async def emit(self, event: Event) -> bool:
        """Publish durably; False if an event of this id was published before."""
        ...


OnProgress = Callable[[float, float | None, str], None]
"""Hears ``done, total, message`` of a call; see :meth:`CallContext.progress`."""


class CallContext(Protocol):
    """The call that is running."""

    @property
    def tool(self) -> str:
        """Its full name, e.g. ``figma.get_file``."""
        ...

    @property
    def idempotency_key(self) -> str:
        """Stable across retries and restarts of the same call."""
        ...

    @property
    def attempt(self) -> int:
        """1 for the first try."""
        ...

    @property
    def run_id(self) -> str | None:
        """The run whose step this is; None for a call of its own."""
        ...

    @property
    def step(self) -> str | None:
        """Path of the step in its run."""
        ...

    def remaining(self) -> float:
        """Seconds until the deadline; never negative."""
        ...

    def progress(self, done: float, total: float | None = None, message: str = "") -> None:
        """Tell whoever watches; never waits.

        Args:
            done, total: in any unit, as long as ``done`` grows.
            message: for people; or a piece of the result, where that comes piece by piece.
        """
        ...

    async def admit(self, tier: str) -> None:
        """Wait for a place in the rate budget of ``tier``, as a tool of that tier does.

        For a request that only some calls make: one whose answer is at hand draws on no budget.

        Raises:
            RateLimited: the call would wait past its deadline.
        """
        ...

    def spent(self, **amounts: float) -> None:
        """Count what the call has used up, by unit: ``spent(input_tokens=12, usd=0.0004)``.

        It adds up, is kept even if the call fails later, and is what a ``budget`` is held against.
        Units in use: ``input_tokens``, ``output_tokens``, ``tokens`` (both), ``images``, ``usd``.
        """
        ...


running_call: ContextVar[CallContext] = ContextVar("interlock_running_call")
"""Set by core around every call; plugins ask :func:`current_call`."""


def current_call() -> CallContext:
    """The call this code runs in; LookupError outside of a tool."""
    return running_call.get()
