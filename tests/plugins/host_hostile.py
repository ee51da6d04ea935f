"""``python host_hostile.py FOLDER``: host everything that is installed in FOLDER.

Runs in a process of its own, for some of it would like to end the process. Prints as JSON what
became of plugins and services, and how calls of every service ended.
"""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any

sys.path.insert(0, sys.argv[1])

from interlock.actors import ActorSystem
from interlock.host import Candidate, Host, ServiceSpec, installed_plugins, load_plugins
from interlock.sdk import Event, InterlockError, RealWorld, Settings
from interlock.telemetry import Telemetry

IMPORT_SECONDS = 2.0


class NoStores:
    blobs: Any = None

    def key_value(self, service: str) -> Any:
        return None


async def no_events(event: Event, service: str) -> bool:
    raise NotImplementedError


def hostile() -> list[Candidate]:
    return [each for each in installed_plugins() if each.distribution.startswith("hostile-")]


async def main() -> dict[str, Any]:
    world = RealWorld()
    async with (
        ActorSystem(world) as actors,
        Host(world, Telemetry(), actors, NoStores(), no_events) as host,
    ):
        host.adopt(await load_plugins(world, discover=hostile, stage_seconds=IMPORT_SECONDS))
        specs = {
            name: ServiceSpec(name, name, Settings())
            for name in host.services.plugins.service_types
        }
        await host.services.start(
            specs | {"mail": ServiceSpec("mail", "mail", Settings())}, settle=1
        )
        calls = {name: await outcome(host, f"{name}.answer") for name in (*specs, "mail")}
        await outcome(host, "blocks-the-loop.compute")
        return {
            "plugins": {record.name: record.to_dict() for record in host.plugins},
            "services": {report["name"]: report for report in host.services.health()},
            "calls": calls,
        }


async def outcome(host: Host, tool: str) -> Any:
    try:
        return await host.call(tool, {}, timeout=1.0)
    except InterlockError as error:
        return error.to_problem()


print(json.dumps(asyncio.run(main())))
