"""Rules that bind parts of the configuration to each other."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from functools import partial
from typing import Any

from interlock.config.faults import Fault, Path
from interlock.config.sources import Sources
from interlock.expr import Expression, ExpressionError, Value, compile_value, did_you_mean, parse
from interlock.sdk.events import EVENT_SCHEMA
from interlock.sdk.hooks import Function

SCHEDULE_SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "properties": {"name": {"type": "string"}, "due": {"type": "string"}},
}
"""What ``schedule`` is in the expressions of schedules."""


def broken_rules(
    sources: Sources, service_types: Collection[str], functions: Mapping[str, Function]
) -> list[Fault]:
    """One fault for each unknown name and each expression that cannot work."""
    return [
        *_unknown_service_types(sources, service_types),
        *_unknown_alias_targets(sources),
        *_triggers(sources, functions),
        *_schedules(sources, functions),
    ]


def _unknown_service_types(sources: Sources, known: Collection[str]) -> Iterator[Fault]:
    for name, entry in _mapping(sources, "services"):
        kind = entry.get("plugin") or name if isinstance(entry, dict) else name
        if not isinstance(kind, str) or kind in known:
            continue
        named = isinstance(entry, dict) and bool(entry.get("plugin"))
        path: Path = ("services", name, "plugin") if named else ("services", name)
        yield sources.fault(
            path,
            f"unknown service type {kind!r}",
            hint=did_you_mean(kind, known) or _unresembled(named, known),
            on_key=not named,
        )


def _unresembled(named: bool, known: Collection[str]) -> str:
    types = f"known types: {', '.join(sorted(known)) or 'none; no plugin is loaded'}"
    return types if named else f"name it with `plugin:`; {types}"


def _unknown_alias_targets(sources: Sources) -> Iterator[Fault]:
    services = [name for name, _ in _mapping(sources, "services")]
    for alias, target in _mapping(sources, "aliases"):
        service, dot, _ = str(target).partition(".")
        if dot and service not in services:
            yield sources.fault(
                ("aliases", alias),
                f"there is no service {service!r}",
                hint=did_you_mean(service, services),
            )


def _triggers(sources: Sources, functions: Mapping[str, Function]) -> Iterator[Fault]:
    triggers = sources.data.get("triggers")
    for index, trigger in enumerate(triggers if isinstance(triggers, list) else ()):
        if not isinstance(trigger, dict):
            continue
        if isinstance(where := trigger.get("where"), str):
            path: Path = ("triggers", index, "where")
            yield from _expression(sources, path, partial(parse, where, functions))
        if "with" in trigger:
            path = ("triggers", index, "with")
            yield from _expression(
                sources, path, partial(compile_value, trigger["with"], functions)
            )


def _schedules(sources: Sources, functions: Mapping[str, Function]) -> Iterator[Fault]:
    for name, entry in _mapping(sources, "schedules"):
        if isinstance(entry, dict) and "with" in entry:
            compiled = partial(compile_value, entry["with"], functions)
            names = {"schedule": SCHEDULE_SCHEMA}
            yield from _expression(sources, ("schedules", name, "with"), compiled, names)


def _expression(
    sources: Sources,
    path: Path,
    compiled: Callable[[], Expression | Value],
    names: Mapping[str, Mapping[str, Any]] | None = None,
) -> Iterator[Fault]:
    try:
        problems = compiled().check(names or {"event": EVENT_SCHEMA})
    except ExpressionError as error:
        place = (*path, *error.location)
        yield sources.fault(place, error.message, hint=error.hint, offset=error.offset)
        return
    for problem in problems:
        hint = f"did you mean {problem.nearest!r}?" if problem.nearest else ""
        place = (*path, *problem.location)
        yield sources.fault(place, problem.message, hint=hint, offset=problem.offset)


def _mapping(sources: Sources, section: str) -> list[tuple[str, Any]]:
    value = sources.data.get(section)
    return list(value.items()) if isinstance(value, dict) else []
