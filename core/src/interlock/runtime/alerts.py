"""Alerts: rules over how things stand, told by any tool when they hold for long enough."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from interlock.expr import Expression, ExpressionError, Value
from interlock.journal import JournalError
from interlock.runtime.rates import Rates
from interlock.sdk import InterlockError, World
from interlock.sdk.context import KeyValue

if TYPE_CHECKING:
    from interlock.runtime.runtime import Runtime

_OF_A_SERVICE = (
    *("state", "paused", "breaker", "in_flight", "waiting", "spent_today"),
    *("calls", "errors", "error_rate", "p50", "p95", "p99"),
)

State = Literal["quiet", "pending", "firing"]

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class AlertRule:
    """When an alert fires, and who is told.

    Attributes:
        when: over ``services``, ``runs``, ``queues``, ``dead_letters``, ``approvals``, ``journal``.
        lasts: seconds for which it has to hold.
        tool: told when it begins to fire, and with ``resolved`` when it ends; "" for nobody.
        arguments: of the tool, over ``alert``: ``{name, state, rule, since}``.
    """

    name: str
    when: Expression
    lasts: float
    tool: str
    arguments: Value
    resolved: bool = True


class Alerts:
    """Looks now and then; what fires is durable, so that a restart tells nobody twice.

    Args:
        state: holds the rules that are not quiet: ``{name: {state, since}}``.
        every: seconds between two looks.
    """

    def __init__(self, runtime: Runtime, state: KeyValue, world: World, every: float) -> None:
        self._runtime = runtime
        self._state = state
        self._world = world
        self._every = every
        self._rules: dict[str, AlertRule] = {}
        self._rates = Rates()
        self._found: dict[str, dict[str, Any]] = {}
        self._recorded: dict[str, dict[str, Any]] = {}
        self._faults: dict[str, str] = {}

    def use(self, rules: Mapping[str, AlertRule]) -> None:
        """Have these rules from now on."""
        self._rules = dict(rules)

    async def run(self) -> None:
        """Until cancelled."""
        # What fired before a restart.
        self._found = self._recorded = await self._state.get("found") or {}
        while True:
            if self._rules:
                await self.look()
            await self._world.sleep(self._every)

    def list(self) -> list[dict[str, Any]]:
        """Each rule: ``{name, rule, state, since, fault}``."""
        quiet = {"state": "quiet", "since": None}
        return [
            {
                "name": name,
                "rule": rule.when.text,
                **self._found.get(name, quiet),
                "fault": self._faults.get(name),
            }
            for name, rule in self._rules.items()
        ]

    async def look(self) -> None:
        """Look once, and tell what has changed."""
        scope = await self._scope()
        found = {
            name: state
            for name, rule in self._rules.items()
            if (state := self._judged(rule, scope)) is not None
        }
        before, self._found = self._found, found
        if self._recorded != found:
            await self._record(found)
        for name, rule in self._rules.items():
            was, now = _firing(before.get(name)), _firing(found.get(name))
            if now and not was:
                await self._tell(rule, "firing", found[name]["since"])
            elif was and not now and rule.resolved:
                await self._tell(rule, "resolved", before[name]["since"])

    async def _record(self, found: dict[str, dict[str, Any]]) -> None:
        """First on record, then told: better told once too seldom than at each restart.

        Unless nothing can be recorded, which is worth being told itself.
        """
        try:
            await self._state.put("found", found)
        except JournalError as error:
            _log.error("what fires is not on record, and may be told again: %s", error)
        else:
            self._recorded = found

    def _judged(self, rule: AlertRule, scope: Mapping[str, Any]) -> dict[str, Any] | None:
        """``{state, since}`` of a rule that holds."""
        try:
            holds = bool(rule.when.evaluate(scope))
        except ExpressionError as error:
            if rule.name not in self._faults:
                _log.error("alert %s cannot be judged: %s", rule.name, error)
            self._faults[rule.name] = str(error)
            return self._found.get(rule.name)
        self._faults.pop(rule.name, None)
        if not holds:
            return None
        now = self._world.time()
        since = self._found.get(rule.name, {}).get("since", now)
        state: State = "firing" if now - since >= rule.lasts else "pending"
        return {"state": state, "since": since}

    async def _tell(self, rule: AlertRule, state: str, since: float) -> None:
        _log.warning("alert %s is %s: %s", rule.name, state, rule.when.text)
        if not rule.tool:
            return
        alert = {"name": rule.name, "state": state, "rule": rule.when.text, "since": since}
        try:
            await self._runtime.call(rule.tool, rule.arguments.evaluate({"alert": alert}))
        except (InterlockError, ExpressionError) as error:
            _log.error("alert %s could not be told by %s: %s", rule.name, rule.tool, error)

    async def _scope(self) -> dict[str, Any]:
        runtime = self._runtime
        rates = self._rates.since_the_last_look(runtime.metrics())
        services = {
            report["name"]: _service(report, rates.get(report["name"], {}))
            for report in runtime.services()
        }
        counts = await runtime.journal.runs.counts()
        return {
            "services": services,
            "runs": counts,
            "queues": {each["name"]: each for each in await runtime.queues()},
            "dead_letters": sum((await runtime.journal.recent.dead_letters()).values()),
            "approvals": await runtime.journal.recent.questions(),
            "journal": {"failing": await runtime.journal.fault() is not None},
        }


def scope_schemas(services: Iterable[str], queues: Iterable[str]) -> dict[str, Any]:
    """What rules may read, as JSON Schemas, to find their mistakes before they are judged."""
    service: dict[str, Any] = {"properties": {name: {} for name in _OF_A_SERVICE}}
    return {
        "services": {"properties": dict.fromkeys(services, service)},
        "queues": {"properties": {name: {} for name in queues}},
        "journal": {"properties": {"failing": {"type": "boolean"}}},
        "runs": {},
        "dead_letters": {"type": "integer"},
        "approvals": {"type": "integer"},
    }


def _service(report: Mapping[str, Any], rates: Mapping[str, Any]) -> dict[str, Any]:
    gates = report["gates"] or {}
    breaker = (gates.get("breaker") or {}).get("state", "closed")
    concurrency = gates.get("concurrency") or {}
    nothing = {"calls": 0, "errors": 0, "error_rate": 0.0, "p50": 0.0, "p95": 0.0, "p99": 0.0}
    return {
        "state": report["state"],
        "paused": report["paused"],
        "breaker": breaker,
        "in_flight": concurrency.get("in_flight", 0),
        "waiting": concurrency.get("waiting", 0),
        "spent_today": gates.get("spent_today", {}),
        **nothing,
        **rates,
    }


def _firing(found: Mapping[str, Any] | None) -> bool:
    return found is not None and found["state"] == "firing"
