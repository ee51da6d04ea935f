"""What the installed plugins bring, all of them together."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from importlib.resources.abc import Traversable
from typing import Any

import anyio

from interlock.host.discover import Candidate, installed_plugins
from interlock.host.loader import LoadedPlugin, load
from interlock.sdk import Function, Service, World


class Plugins:
    """Loaded plugins, good and bad; iterating gives them by name."""

    def __init__(self, loaded: Sequence[LoadedPlugin] = ()) -> None:
        self.loaded = tuple(loaded)

    @property
    def service_types(self) -> Mapping[str, type[Service[Any]]]:
        return {
            name: service
            for plugin in self.loaded
            for name, service in plugin.contributions.services.items()
        }

    @property
    def functions(self) -> Mapping[str, Function]:
        return {
            name: function
            for plugin in self.loaded
            for name, function in plugin.contributions.functions.items()
        }

    @property
    def templates(self) -> list[Traversable]:
        return [each for plugin in self.loaded for each in plugin.contributions.templates]


async def load_plugins(
    world: World,
    allow: Sequence[str] | None = None,
    block: Sequence[str] = (),
    *,
    discover: Callable[[], Sequence[Candidate]] = installed_plugins,
) -> Plugins:
    """Load all installed plugins; what failed is in the records, and nothing is raised.

    Args:
        allow: names of plugins; None allows all.
        block: names of plugins; wins over ``allow``.
        discover: which plugins there are; runs in a thread.
    """
    candidates = await anyio.to_thread.run_sync(discover)
    return Plugins(await load(candidates, world, allow=allow, block=block))
