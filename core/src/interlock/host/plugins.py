"""All installed plugins, as far as each has come, and what they bring together."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.resources.abc import Traversable
from typing import Any

import anyio

from interlock.host.discover import Candidate, installed_plugins
from interlock.host.loader import STAGE_SECONDS, LoadedPlugin, load
from interlock.host.plugin_record import PluginRecord
from interlock.sdk import Function, Service, World


@dataclass(frozen=True)
class Plugins:
    """Those that failed or are blocked are among the records and bring nothing."""

    loaded: tuple[LoadedPlugin, ...] = ()

    @property
    def records(self) -> list[PluginRecord]:
        """By name."""
        return [plugin.record for plugin in self.loaded]

    @property
    def service_names(self) -> list[str]:
        """Of all service types, imported or not."""
        return [name for plugin in self.loaded for name in plugin.contributions.service_names]

    @cached_property
    def service_types(self) -> Mapping[str, type[Service[Any]]]:
        """Those that were wanted."""
        return {
            name: service
            for plugin in self.loaded
            for name, service in plugin.contributions.services.items()
        }

    @cached_property
    def functions(self) -> Mapping[str, Function]:
        return {
            name: function
            for plugin in self.loaded
            for name, function in plugin.contributions.functions.items()
        }

    @cached_property
    def templates(self) -> list[Traversable]:
        return [each for plugin in self.loaded for each in plugin.contributions.templates]

    @property
    def workflows(self) -> list[Callable[..., Awaitable[Any]]]:
        return [each for plugin in self.loaded for each in plugin.contributions.workflows]


async def load_plugins(
    world: World,
    allow: Sequence[str] | None = None,
    block: Sequence[str] = (),
    *,
    wanted: Collection[str] | None = None,
    discover: Callable[[], Sequence[Candidate]] = installed_plugins,
    stage_seconds: float = STAGE_SECONDS,
) -> Plugins:
    """Load everything that is installed; what failed is in the records, and nothing is raised.

    Args:
        allow: names of plugins; None allows all.
        block: names of plugins; wins over ``allow``.
        wanted: the service types to import, for they may be heavy; None for all.
        discover: which plugins there are; runs in a thread.
        stage_seconds: what one stage of loading one plugin may take.
    """
    candidates = await anyio.to_thread.run_sync(discover)
    loaded = await load(
        candidates, world, allow=allow, block=block, wanted=wanted, timeout=stage_seconds
    )
    return Plugins(tuple(loaded))
