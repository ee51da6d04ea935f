"""What is sound of a configuration with faults, so that the names in it can be checked as well."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from interlock.config.annotations import key_names
from interlock.config.faults import Fault
from interlock.config.model import Config

_OF_ENTRIES = ("services", "schedules", "queues")


def sound_parts(
    data: Mapping[str, Any], faults: Iterable[Fault], services: Collection[str]
) -> dict[str, Any]:
    """``data`` without the entries and sections that have faults; settings of services aside.

    Args:
        services: those of types that there are.
    """
    parts = {key: data[key] for key in data if key in key_names(Config, ())}
    for fault in faults:
        section, *rest = fault.path or ("",)
        if rest[1:2] == ["settings"]:
            continue
        entries = parts.get(str(section))
        if section in _OF_ENTRIES and isinstance(entries, dict):
            parts[str(section)] = {key: entries[key] for key in entries if key not in rest[:1]}
        else:
            parts.pop(str(section), None)
    if isinstance(entries := parts.get("services"), dict):
        parts["services"] = {name: entries[name] for name in entries if name in services}
    return parts
