"""Load each plugin by itself, through recorded stages, so that a bad one harms nobody else."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import TypeVar

import pluggy

from interlock.actors.deadlines import TimeLimit
from interlock.host.blocking import Raised, outcome_of
from interlock.host.contributions import Contributions, check_api, collect, import_services
from interlock.host.discover import Candidate
from interlock.host.plugin_record import PluginRecord, PluginState
from interlock.sdk import SDK_API, World

STAGE_SECONDS = 15.0

_log = logging.getLogger(__name__)
T = TypeVar("T")

_HINTS = {
    PluginState.IMPORTED: "run `python -c 'import {module}'` to see the whole traceback",
    PluginState.COMPATIBLE: "install a version of {distribution} for SDK API {api}, "
    "or another version of interlock",
    PluginState.REGISTERED: "the hooks and their arguments are listed in interlock.sdk.hooks",
    PluginState.CONFIGURED: "install what it needs, often an extra of {distribution}",
}


@dataclass(frozen=True, slots=True)
class LoadedPlugin:
    """A record and, if it has come so far, what the plugin brings."""

    record: PluginRecord
    contributions: Contributions = field(default_factory=Contributions)


async def load(
    candidates: Iterable[Candidate],
    world: World,
    *,
    allow: Sequence[str] | None = None,
    block: Sequence[str] = (),
    wanted: Collection[str] | None = None,
    timeout: float = STAGE_SECONDS,
) -> list[LoadedPlugin]:
    """Take every candidate as far as it gets; never raises for a plugin's fault.

    Args:
        candidates: sorted by name.
        allow: names; None allows all.
        block: names; wins over ``allow``.
        wanted: the service types to import; None for all.
        timeout: seconds for each stage of each plugin. What hangs is left behind in its thread.
    """
    loaded = []
    for name, group in groupby(candidates, key=lambda candidate: candidate.name):
        claims = list(group)
        reason = _blocked(name, allow, block)
        if reason:
            plugin = LoadedPlugin(_record(claims).blocked(reason))
        elif len(claims) > 1:
            plugin = LoadedPlugin(_ambiguous(claims))
        else:
            plugin = await _Stages(claims[0], world, timeout).run(wanted)
        loaded.append(plugin)
    loaded = _without_conflicts(loaded)
    for plugin in loaded:
        _report(plugin.record)
    return loaded


class _StageFailed(Exception):
    def __init__(self, stage: PluginState, reason: str) -> None:
        self.stage = stage
        self.reason = reason


class _Stages:
    """The way of one plugin from found to registered, with what is wanted of it."""

    def __init__(self, candidate: Candidate, world: World, timeout: float) -> None:
        self._candidate = candidate
        self._world = world
        self._timeout = timeout

    async def run(self, wanted: Collection[str] | None) -> LoadedPlugin:
        name = self._candidate.name
        record = _record([self._candidate])
        try:
            module = await self._stage(PluginState.IMPORTED, self._candidate.entry_point.load)
            await self._stage(PluginState.COMPATIBLE, lambda: check_api(module))
            offered = await self._stage(PluginState.REGISTERED, lambda: collect(name, module))
            contributions = await self._stage(
                PluginState.CONFIGURED, lambda: import_services(offered, wanted)
            )
            return LoadedPlugin(_registered(record, contributions), contributions)
        except _StageFailed as failure:
            hint = _HINTS[failure.stage].format(
                module=self._candidate.entry_point.module,
                distribution=record.distribution,
                api=SDK_API,
            )
            return LoadedPlugin(record.failed(failure.stage, failure.reason, hint))

    async def _stage(self, stage: PluginState, work: Callable[[], T]) -> T:
        """Run foreign code in a thread, for it may block.

        Raises:
            _StageFailed: it raised, even SystemExit, or is not done in time.
        """
        try:
            with TimeLimit(self._world, self._timeout):
                outcome = await outcome_of(work, f"plugin {self._candidate.name}")
        except TimeoutError:
            raise _StageFailed(stage, f"not done after {self._timeout:g} s") from None
        if isinstance(outcome, Raised):
            raise _StageFailed(stage, _describe(outcome.error)) from outcome.error
        return outcome.value


def _describe(error: BaseException) -> str:
    text = str(error).strip()
    if isinstance(error, pluggy.PluginValidationError):
        text = " ".join(text.split())
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def _record(claims: Sequence[Candidate]) -> PluginRecord:
    return PluginRecord(
        claims[0].name,
        ", ".join(claim.distribution for claim in claims),
        ", ".join(claim.version for claim in claims),
    )


def _registered(record: PluginRecord, contributions: Contributions) -> PluginRecord:
    if contributions.empty:
        hint = "put @hookimpl over its `interlock_services`, or another of the hooks"
        record = replace(record, reason="it contributes nothing", hint=hint)
    return replace(
        record.reached(PluginState.REGISTERED),
        services=contributions.service_names,
        tools=contributions.tools,
        functions=sorted(contributions.functions),
        templates=contributions.template_names,
    )


def _blocked(name: str, allow: Sequence[str] | None, block: Sequence[str]) -> str:
    if name in block:
        return "it is in plugins.block"
    if allow is not None and name not in allow:
        return "it is not in plugins.allow"
    return ""


def _ambiguous(claims: Sequence[Candidate]) -> PluginRecord:
    both = " and ".join(claim.distribution for claim in claims)
    return _record(claims).failed(
        PluginState.FOUND,
        f"the distributions {both} have a plugin of this name each",
        "uninstall one of them, or put the name into plugins.block",
    )


def _without_conflicts(loaded: list[LoadedPlugin]) -> list[LoadedPlugin]:
    """Refuse all plugins that claim one name; which of them is meant is not ours to guess."""
    owners: dict[tuple[str, str], list[PluginRecord]] = defaultdict(list)
    for plugin in loaded:
        for service in plugin.contributions.service_names:
            owners["service type", service].append(plugin.record)
        for function in plugin.contributions.functions:
            owners["function", function].append(plugin.record)
    reasons = {
        record.name: _conflict(kind, name, records)
        for (kind, name), records in owners.items()
        if len(records) > 1
        for record in records
    }
    return [_refused(plugin, reasons.get(plugin.record.name, "")) for plugin in loaded]


def _conflict(kind: str, name: str, records: Sequence[PluginRecord]) -> str:
    claims = " and ".join(f"{record.name} ({record.distribution})" for record in records)
    return f"the {kind} {name!r} is registered by {claims}"


def _refused(plugin: LoadedPlugin, reason: str) -> LoadedPlugin:
    if not reason:
        return plugin
    hint = "uninstall one of the distributions, or put one plugin into plugins.block"
    return LoadedPlugin(plugin.record.failed(PluginState.REGISTERED, reason, hint))


def _report(record: PluginRecord) -> None:
    if record.state is PluginState.FAILED:
        _log.error(
            "plugin %s (%s) failed: %s; %s",
            record.name,
            record.distribution,
            record.reason,
            record.hint,
        )
