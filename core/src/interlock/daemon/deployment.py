"""What the configuration describes and may describe otherwise while the daemon runs."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from difflib import unified_diff
from fnmatch import fnmatchcase
from functools import partial
from pathlib import Path
from typing import Any

import anyio
import yaml
from anyio.abc import TaskGroup

from interlock.config import Config, SharedConfig, redacted
from interlock.daemon.engines import limits_of
from interlock.daemon.housekeeping import keep_running
from interlock.daemon.plan import Plan, make_plan
from interlock.events import Schedule, Scheduler, Trigger
from interlock.host import Host
from interlock.runtime import PROCESS, Runtime, acting_as
from interlock.runtime.alerts import Alerts
from interlock.sdk import Event, World
from interlock.workflows import Engine

_log = logging.getLogger(__name__)

_FIXED = ("daemon", "journal", "engine", "telemetry", "plugins", "mcp")
"""Parts of the file that count from the next start on."""

Changes = dict[str, list[str]]


class Deployment:
    """Puts a plan to work, and another one in its place.

    Args:
        tasks: where schedules run.

    Attributes:
        listeners: told of each new configuration, for what lies outside of the system.
    """

    def __init__(
        self,
        path: Path,
        plan: Plan,
        runtime: Runtime,
        engine: Engine,
        world: World,
        tasks: TaskGroup,
    ) -> None:
        self.listeners: list[Callable[[Config], None]] = []
        self.runtime = runtime
        self._path = path
        self._plan = plan
        self._engine = engine
        self._world = world
        self._tasks = tasks
        self._consumers: list[Callable[[], None]] = []
        self._scopes: dict[str, anyio.CancelScope] = {}
        self._one_at_a_time = anyio.Lock()
        state = runtime.journal.key_value("alerts")
        self.alerts = Alerts(runtime, state, world, plan.config.daemon.look)

    @property
    def files(self) -> list[Path]:
        """The configuration file, what it includes, and the templates."""
        config = self._plan.config
        included = [
            found for pattern in config.include for found in self._path.parent.glob(pattern)
        ]
        return [self._path, *included, *config.workflows.files()]

    def begin(self) -> None:
        """Listen for events, start the clocks; the templates are registered by then."""
        bus = self.runtime.bus
        # A run that waits for an event takes what there is; it is no reason to make more.
        bus.consume("*", self._engine.event, asks=lambda _: False)
        bus.consume("*", self._start_subscribers, asks=lambda name: any(self._subscribers(name)))
        self._listen(self._plan)
        for schedule in self._plan.schedules:
            self._start(schedule)
        self.alerts.use(self._plan.alerts)
        self.runtime.alerts = self.alerts.list
        self._tasks.start_soon(keep_running, self.alerts.run, self._world, name="alerts")

    async def reload(self, *, check: bool = False) -> dict[str, Any]:
        """Read the file again, and let what has changed take effect.

        The whole file is checked first; one with faults changes nothing.

        Args:
            check: only tell what would change.

        Returns:
            ``{changed: {part: [names]}, needs_restart: [parts], diff: [lines], applied}``.

        Raises:
            ConfigError: all faults of the file.
        """
        async with self._one_at_a_time:
            plan = await make_plan(self._path, self._world)
            changed = dict(_changes(self._plan, plan))
            told = {
                "changed": changed,
                "needs_restart": _fixed(self._plan.config, plan.config),
                "diff": _diff(self._plan.config, plan.config),
                "applied": not check,
            }
            if not check:
                # What starts now outlives the request that asked for it.
                with acting_as(PROCESS):
                    await self._apply(plan, changed)
        return told

    async def _apply(self, plan: Plan, changed: Changes) -> None:
        old, self._plan = self._plan, plan
        host = self.runtime.host
        host.adopt(plan.plugins)
        share_gates(host, plan.config.shared)
        await host.services.start(plan.services, aliases=plan.config.aliases)
        names = {template.name for template in plan.templates}
        for template in old.templates:
            if template.name not in names:
                self._engine.unregister(template)
        for template in plan.templates:
            self.runtime.register(template)
        await self._engine.queues.limit(limits_of(plan.config.queues))
        self._listen(plan)
        self.alerts.use(plan.alerts)
        self._clock(plan, changed.get("schedules", []))
        self.runtime.effective_config = redacted(plan.config)
        for listener in self.listeners:
            listener(plan.config)
        _log.info("reloaded %s: %s", self._path, changed or "nothing has changed")

    async def _start_subscribers(self, event: Event) -> None:
        for trigger in list(self._subscribers(event.name)):
            await trigger.fire(event, self.runtime.start)

    def _subscribers(self, name: str) -> Iterator[Trigger]:
        """What the templates that there are now say under ``on``."""
        for template in self._engine.templates():
            yield from (each for each in template.triggers if fnmatchcase(name, each.on))

    def _listen(self, plan: Plan) -> None:
        """Nothing is awaited here, so that no event falls between old and new."""
        bus, runtime = self.runtime.bus, self.runtime
        for stop in self._consumers:
            stop()
        self._consumers = [
            bus.consume(trigger.on, partial(trigger.fire, start=runtime.start))
            for trigger in plan.triggers
        ]
        self._consumers += [
            bus.consume(pattern, handler) for pattern, handler in runtime.host.event_handlers()
        ]

    def _clock(self, plan: Plan, changed: list[str]) -> None:
        for name in changed:
            if name in self._scopes:
                self._scopes.pop(name).cancel()
                del self.runtime.schedules[name]
        for schedule in plan.schedules:
            if schedule.name in changed:
                self._start(schedule)

    def _start(self, schedule: Schedule) -> None:
        runtime = self.runtime
        state = runtime.journal.key_value(f"schedule:{schedule.name}")
        scheduler = Scheduler(schedule, state, self._world, runtime.start, runtime)
        runtime.schedules[schedule.name] = scheduler
        self._scopes[schedule.name] = scope = anyio.CancelScope()
        name = f"schedule {schedule.name}"
        self._tasks.start_soon(_within, scope, scheduler, self._world, name=name)


async def _within(scope: anyio.CancelScope, scheduler: Scheduler, world: World) -> None:
    with scope:
        await keep_running(scheduler.run, world)


def share_gates(host: Host, config: SharedConfig) -> None:
    """Have a service keep gates together with other daemons, or none."""
    name = config.service
    ask = partial(host.services.shared_gates, name) if name else None
    host.shared.use(name or "", ask, config.keeps)


def _changes(old: Plan, new: Plan) -> Iterator[tuple[str, list[str]]]:
    """The parts that change, and the names in them."""
    parts: list[tuple[str, Mapping[str, Any], Mapping[str, Any]]] = [
        ("services", old.services, new.services),
        ("workflows", _versions(old), _versions(new)),
        ("schedules", old.config.schedules, new.config.schedules),
        ("alerts", old.config.alerts, new.config.alerts),
        ("queues", old.config.queues, new.config.queues),
        ("aliases", old.config.aliases, new.config.aliases),
        ("triggers", _numbered(old.config), _numbered(new.config)),
    ]
    if old.config.api != new.config.api:
        yield "api", ["api"]
    if old.config.shared != new.config.shared:
        yield "shared", ["shared"]
    for part, before, after in parts:
        names = sorted(before.keys() | after.keys())
        changed = [name for name in names if before.get(name) != after.get(name)]
        if changed:
            yield part, changed


def _versions(plan: Plan) -> dict[str, str]:
    return {template.name: template.version for template in plan.templates}


def _numbered(config: Config) -> dict[str, Any]:
    return {f"{number} on {each.on}": each for number, each in enumerate(config.triggers, 1)}


def _fixed(old: Config, new: Config) -> list[str]:
    return [part for part in _FIXED if getattr(old, part, None) != getattr(new, part, None)]


def _diff(old: Config, new: Config) -> list[str]:
    """Of what is in force, with stars for secrets."""
    before, after = (
        yaml.safe_dump(redacted(config), sort_keys=False).splitlines() for config in (old, new)
    )
    return list(unified_diff(before, after, "in force", "new", lineterm="", n=2))
