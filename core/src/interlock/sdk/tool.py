"""The ``@tool`` mark, and the specification that core reads from it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

from interlock.sdk.facts import Effect, Facts
from interlock.sdk.policies import Policies
from interlock.sdk.signature import Signature

Method = TypeVar("Method", bound=Callable[..., Awaitable[Any]])


@dataclass(frozen=True)
class ToolSpec:
    """One tool of a service type.

    Attributes:
        name: without the service's name.
        aliases: global names under which it can be called as well.
        policies: defaults of this tool, over those of the service.
    """

    name: str
    method: Callable[..., Awaitable[Any]]
    facts: Facts
    policies: Policies
    aliases: tuple[str, ...] = ()

    @cached_property
    def signature(self) -> Signature:
        return Signature(self.name, self.method)

    @property
    def description(self) -> str:
        """The docstring, without its sections."""
        return self.signature.description


def tool(
    without_parentheses: None = None,
    /,
    *,
    name: str = "",
    effect: Effect = "write",
    idempotent: bool | None = None,
    cacheable: bool = False,
    destructive: bool = False,
    cost: float = 1.0,
    tier: str | None = None,
    transient: tuple[type[Exception], ...] = (),
    ordering_key: str | None = None,
    detached: bool = False,
    policies: Policies | None = None,
    aliases: tuple[str, ...] = (),
) -> Callable[[Method], Method]:
    """Make an async method a tool; its signature is its JSON Schema, its docstring its help.

    The arguments are :class:`Facts`, and a read is idempotent unless stated otherwise.

    Args:
        name: default: the method's name.
        policies: default guard rails of this tool alone.
        aliases: global names under which the tool can be called as well.
    """
    if without_parentheses is not None:
        raise TypeError("write `@tool()`, with parentheses, over the method")
    facts = Facts(
        effect=effect,
        idempotent=effect == "read" if idempotent is None else idempotent,
        cacheable=cacheable,
        destructive=destructive,
        cost=cost,
        tier=tier,
        transient=transient,
        ordering_key=ordering_key,
        detached=detached,
    )

    def decorate(method: Method) -> Method:
        spec = ToolSpec(name or method.__name__, method, facts, policies or Policies(), aliases)
        method.__interlock_tool__ = spec  # type: ignore[attr-defined]
        return method

    return decorate


def tools_of(service_type: type) -> Mapping[str, ToolSpec]:
    """The tools of a service type by name, inherited ones first.

    Raises:
        TypeError: two methods claim one name.
    """
    tools: dict[str, ToolSpec] = {}
    owners: dict[str, str] = {}
    for base in reversed(service_type.__mro__):
        for attribute, member in vars(base).items():
            spec = getattr(member, "__interlock_tool__", None)
            if not isinstance(spec, ToolSpec):
                continue
            if owners.setdefault(spec.name, attribute) != attribute:
                raise TypeError(f"{service_type.__name__} has two tools named {spec.name!r}")
            tools[spec.name] = spec
    return tools
