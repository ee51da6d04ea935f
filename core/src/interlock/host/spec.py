"""What the host is given: wishes for each service, and the stores behind its context."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from interlock.sdk import Blobs, Event, KeyValue, Policies, Settings

Emit = Callable[[Event, str], Awaitable[bool]]
"""Publish an event of a service, named second; False if its id was published before."""


class Stores(Protocol):
    """Where services keep things; the journal offers it."""

    def key_value(self, service: str) -> KeyValue: ...

    @property
    def blobs(self) -> Blobs: ...


@dataclass(frozen=True, slots=True)
class HttpWishes:
    """The operator's wishes for a service's HTTP client; None leaves it to the plugin."""

    allow_private: bool = False
    http2: bool | None = None
    max_connections: int | None = None


@dataclass(frozen=True, slots=True)
class ServiceSpec:
    """One entry under ``services:``.

    Attributes:
        type: the name of a service type that some plugin registers.
        policies: guard rails of all its tools, over those of the plugin.
        tool_policies: wishes for single tools, by name without the service's, over ``policies``.
    """

    name: str
    type: str
    settings: Settings = field(repr=False)
    policies: Policies = field(default_factory=Policies)
    tool_policies: Mapping[str, Policies] = field(default_factory=dict)
    http: HttpWishes = HttpWishes()
