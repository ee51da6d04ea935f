"""How everything stands, as gauges."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Protocol

from interlock.host import Host
from interlock.journal import Journal
from interlock.telemetry import Gauge
from interlock.workflows import Engine

_BREAKER = {"closed": 0.0, "half-open": 0.5, "open": 1.0}


class Measured(Protocol):
    """What is asked of the runtime."""

    host: Host
    engine: Engine
    journal: Journal

    @property
    def alerts(self) -> Any: ...


async def all_gauges(runtime: Measured) -> list[Gauge]:
    """Of services, actors, runs, queues, and what waits for people."""
    recent, queues = runtime.journal.recent, await runtime.engine.queues.list()
    return [
        *service_gauges(runtime.host.services.health()),
        *actor_gauges(runtime.host.actors()),
        *queue_gauges(queues),
        _by(
            "interlock.runs.open",
            "Runs that are not over",
            "status",
            await runtime.journal.runs.counts(),
        ),
        _by(
            "interlock.dead_letters",
            "What could not be handled",
            "kind",
            await recent.dead_letters(),
        ),
        Gauge(
            "interlock.approvals.open",
            "Questions to people",
            [({}, float(await recent.questions()))],
        ),
        Gauge(
            "interlock.journal.failing",
            "1 if nothing can be recorded",
            [({}, float(runtime.journal.writer.condition.fault is not None))],
        ),
        _by(
            "interlock.alert.firing",
            "1 if the alert fires",
            "alert",
            {each["name"]: each["state"] == "firing" for each in runtime.alerts()},
        ),
    ]


def service_gauges(reports: Iterable[Mapping[str, Any]]) -> list[Gauge]:
    """From reports as ``Services.health`` makes them."""
    ready = Gauge("interlock.service.ready", "1 if the service takes calls")
    breaker = Gauge("interlock.breaker.open", "0 closed, 0.5 half open, 1 open")
    in_flight = Gauge("interlock.calls.in_flight", "Calls in the service now")
    waiting = Gauge("interlock.calls.waiting", "Calls that wait for a free place")
    available = Gauge("interlock.rate.available", "Calls that a rate limit would let through now")
    for report in reports:
        name = {"service": str(report["name"])}
        takes_calls = report["state"] == "ready" and not report["paused"]
        ready.points.append((name, float(takes_calls)))
        gates = report["gates"]
        if gates is None:
            continue
        if gates["breaker"] is not None:
            breaker.points.append((name, _BREAKER.get(gates["breaker"]["state"], 1.0)))
        in_flight.points.append((name, float(gates["concurrency"]["in_flight"])))
        waiting.points.append((name, float(gates["concurrency"]["waiting"])))
        for number, budget in enumerate(gates["rate"]["budgets"]):
            labels = {**name, "limit": budget["limit"], "budget": str(number)}
            available.points.append((labels, float(budget["available"])))
    return [ready, breaker, in_flight, waiting, available]


def actor_gauges(tree: Mapping[str, Any]) -> list[Gauge]:
    """From a tree as ``Host.actors`` makes it."""
    running = Gauge("interlock.actor.running", "1 if the actor takes messages")
    queued = Gauge("interlock.actor.queued", "Messages in its mailbox")
    busy = Gauge("interlock.actor.in_flight", "Messages that it works on")
    restarts = Gauge("interlock.actor.restarts", "Crashes within the restart window")
    for actor in _leaves(tree):
        name = {"actor": str(actor["name"])}
        running.points.append((name, float(actor["state"] == "running")))
        queued.points.append((name, float(actor["queued"])))
        busy.points.append((name, float(actor["in_flight"])))
        restarts.points.append((name, float(actor["restarts"])))
    return [running, queued, busy, restarts]


def queue_gauges(queues: Iterable[Mapping[str, Any]]) -> list[Gauge]:
    waiting = Gauge("interlock.queue.waiting", "Runs that wait for their turn")
    active = Gauge("interlock.queue.active", "Runs that have their turn")
    for queue in queues:
        name = {"queue": str(queue["name"])}
        waiting.points.append((name, float(queue["waiting"])))
        active.points.append((name, float(queue["active"])))
    return [waiting, active]


def _leaves(tree: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for child in tree.get("children", ()):
        if "children" in child:
            yield from _leaves(child)
        else:
            yield child


def _by(name: str, description: str, label: str, values: Mapping[str, float]) -> Gauge:
    return Gauge(name, description, [({label: key}, float(n)) for key, n in values.items()])
