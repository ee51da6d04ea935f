"""The rules of a configuration (triggers, schedules, alerts), checked against what there is."""

from __future__ import annotations

from collections.abc import Iterator, Set
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from interlock.config import (
    AlertConfig,
    Config,
    Document,
    Fault,
    ScheduleConfig,
    TriggerConfig,
    config_error,
)
from interlock.events import Cron, Every, Moments, Schedule, Trigger
from interlock.expr import ExpressionError, compile_value, parse
from interlock.journal import digest_of
from interlock.runtime.alerts import AlertRule, scope_schemas
from interlock.sdk import NotFound
from interlock.workflows import ToolLookup


@dataclass(frozen=True)
class Rules:
    """What events start, what the clock starts, and what people are told."""

    triggers: list[Trigger]
    schedules: list[Schedule]
    alerts: dict[str, AlertRule]


def make_rules(config: Config, workflows: Set[str], path: Path, tools: ToolLookup) -> Rules:
    """Raises ConfigError: workflows and tools that there are not, times that make no sense."""
    document = Document(path.read_text("utf-8"), str(path))
    faults = [
        *_unknown_workflows(document, config, workflows),
        *_impossible_times(document, config),
        *_faulty_alerts(document, config, tools),
    ]
    if faults:
        raise config_error(faults)
    return Rules(
        [_trigger(entry) for entry in config.triggers],
        [_schedule(name, entry) for name, entry in config.schedules.items()],
        {name: _rule(name, entry) for name, entry in config.alerts.items()},
    )


def _rule(name: str, entry: AlertConfig) -> AlertRule:
    return AlertRule(
        name=name,
        when=parse(entry.when),
        lasts=entry.lasts,
        tool=entry.notify or "",
        arguments=compile_value(entry.with_),
        resolved=entry.resolved,
    )


def _trigger(entry: TriggerConfig) -> Trigger:
    # Known by what it says: where it stands in the file may change, and what it has started
    # from an event is still not to be started twice.
    digest = digest_of(entry.model_dump_json(by_alias=True).encode())
    return Trigger(
        name=f"trigger on {entry.on} {digest}",
        on=entry.on,
        start=entry.start,
        input=compile_value(entry.with_),
        where=parse(entry.where) if entry.where else None,
    )


def _schedule(name: str, entry: ScheduleConfig) -> Schedule:
    return Schedule(
        name=name,
        moments=_moments(entry),
        start=entry.start,
        input=compile_value(entry.with_),
        overlap=entry.overlap,
        catch_up=entry.catch_up,
        jitter=entry.jitter,
    )


def _faulty_alerts(document: Document, config: Config, tools: ToolLookup) -> Iterator[Fault]:
    schemas = scope_schemas(config.services, config.queues)
    for name, entry in config.alerts.items():
        try:
            problems = _rule(name, entry).when.check(schemas)
        except ExpressionError as error:
            problems = []
            key = "with" if error.location else "when"
            path = ("alerts", name, key, *error.location)
            yield document.fault(path, error.message, hint=error.hint, offset=error.offset)
        for problem in problems:
            hint = f"did you mean {problem.nearest!r}?" if problem.nearest else ""
            place = ("alerts", name, "when")
            yield document.fault(place, problem.message, hint=hint, offset=problem.offset)
        try:
            tools(entry.notify or "")
        except NotFound as error:
            if entry.notify:
                message = f"there is no tool {entry.notify!r}"
                hint = f"did you mean {error.nearest[0]!r}?" if error.nearest else ""
                yield document.fault(("alerts", name, "notify"), message, hint=hint)


def _moments(entry: ScheduleConfig) -> Moments:
    """Raises ValueError: no cron expression, or no time zone."""
    return Cron(entry.cron, entry.zone).checked() if entry.cron else Every(entry.every or 1.0)


def _impossible_times(document: Document, config: Config) -> Iterator[Fault]:
    for name, entry in config.schedules.items():
        try:
            _moments(entry)
        except ValueError as error:
            key = "zone" if "zone" in str(error) else "cron"
            expected = "such as 30 9 * * MON-FRI" if key == "cron" else "such as Europe/Berlin"
            yield document.fault(("schedules", name, key), str(error), expected=expected)


def _unknown_workflows(document: Document, config: Config, names: Set[str]) -> Iterator[Fault]:
    places: list[tuple[tuple[Any, ...], str]] = [
        (("triggers", index), entry.start) for index, entry in enumerate(config.triggers)
    ]
    places += [(("schedules", name), entry.start) for name, entry in config.schedules.items()]
    for place, start in places:
        if start not in names:
            nearest = get_close_matches(start, names, n=1)
            hint = f"did you mean {nearest[0]!r}?" if nearest else "see workflows.paths"
            message = f"there is no workflow {start!r}"
            yield document.fault((*place, "start"), message, hint=hint)
