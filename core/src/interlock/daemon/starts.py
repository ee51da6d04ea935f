"""What starts runs by itself: triggers and schedules, checked against the templates there are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from interlock.config import Config, Document, Fault, ScheduleConfig, TriggerConfig, config_error
from interlock.events import Cron, Every, Moments, Schedule, Trigger
from interlock.expr import compile_value, parse
from interlock.workflows import Template


@dataclass(frozen=True)
class Starts:
    """The triggers and schedules of a configuration."""

    triggers: list[Trigger]
    schedules: list[Schedule]


def make_starts(config: Config, templates: Sequence[Template], path: Path) -> Starts:
    """Raises ConfigError: workflows that there are not, times that make no sense."""
    names = {name for template in templates for name in (template.name, *template.aliases)}
    document = Document(path.read_text("utf-8"), str(path))
    faults = [*_unknown_workflows(document, config, names), *_impossible_times(document, config)]
    if faults:
        raise config_error(faults)
    return Starts(
        [_trigger(number, entry) for number, entry in enumerate(config.triggers, 1)],
        [_schedule(name, entry) for name, entry in config.schedules.items()],
    )


def _trigger(number: int, entry: TriggerConfig) -> Trigger:
    return Trigger(
        name=f"trigger-{number}",
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


def _unknown_workflows(document: Document, config: Config, names: set[str]) -> Iterator[Fault]:
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
