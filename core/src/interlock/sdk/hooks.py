"""All hooks of a plugin, on one page.

A plugin is a module named by an entry point of the group ``interlock.plugins``; its name is the
entry point's. It implements any of these functions under ``@hookimpl``. Hooks are synchronous,
return records or classes, never do work and never see the runtime.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pluggy

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

    from interlock.sdk.service import Service

PROJECT = "interlock"
ENTRY_POINT_GROUP = "interlock.plugins"

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


@dataclass(frozen=True, slots=True)
class Function:
    """A pure function for expressions; ``cost`` is charged to the expression's step budget."""

    call: Callable[..., Any]
    cost: int = 10


class Hooks:
    """The specifications."""

    @hookspec
    def interlock_services(self) -> Mapping[str, type[Service[Any]] | str]:  # type: ignore[empty-body]
        """Service types by name, e.g. ``{"figma": "interlock_figma.service:Figma"}``.

        A text names module and class; the module is imported when a service of the type is
        configured, so that what is installed and not used costs nothing. A class does as well.
        """

    @hookspec
    def interlock_functions(self) -> Mapping[str, Function]:  # type: ignore[empty-body]
        """Functions that expressions may call, by name."""

    @hookspec
    def interlock_workflows(self) -> Iterable[Callable[..., Awaitable[Any]]]:  # type: ignore[empty-body]
        """Coroutine functions under ``@workflow``."""

    @hookspec
    def interlock_templates(self) -> Iterable[Traversable]:  # type: ignore[empty-body]
        """Workflow templates that the plugin packages, as YAML resources."""
