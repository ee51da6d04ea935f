"""``python call_weather.py FOLDER URL CITY``: host what is installed in FOLDER, call its tool.

Runs in a process of its own, as a daemon would; prints what it saw as JSON.
"""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any

sys.path.insert(0, sys.argv[1])

from interlock.actors import ActorSystem
from interlock.host import Host, HttpWishes, ServiceSpec, load_plugins
from interlock.sdk import Event, InterlockError, RealWorld
from interlock.telemetry import Telemetry


class NoStores:
    blobs: Any = None

    def key_value(self, service: str) -> Any:
        return None


async def no_events(event: Event, service: str) -> bool:
    raise NotImplementedError


async def main(url: str, city: str) -> dict[str, Any]:
    world = RealWorld()
    plugins = await load_plugins(world, allow=["weather"])
    async with (
        ActorSystem(world) as actors,
        Host(world, Telemetry(), actors, NoStores(), no_events) as host,
    ):
        host.adopt(plugins)
        settings = plugins.service_types["weather"].settings_type(token="t0ken", url=url)
        wishes = HttpWishes(allow_private=True)
        spec = ServiceSpec("weather", "weather", settings, http=wishes)
        await host.services.start({"weather": spec})
        record = next(each for each in host.plugins if each.name == "weather")
        try:
            result = await host.call("current_weather", {"city": city})
        except InterlockError as error:
            result = error.to_problem()
        return {
            "plugin": record.to_dict(),
            "tool": host.catalog.get("weather.current").to_dict(),
            "result": result,
        }


print(json.dumps(asyncio.run(main(*sys.argv[2:]))))
