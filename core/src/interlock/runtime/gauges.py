"""How the services do, as gauges."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from interlock.telemetry import Gauge

_BREAKER = {"closed": 0.0, "half-opened": 0.5, "opened": 1.0}


def service_gauges(reports: Iterable[Mapping[str, Any]]) -> list[Gauge]:
    """From reports as ``Host.health`` makes them."""
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
