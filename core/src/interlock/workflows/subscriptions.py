"""``on:`` of a template: the events that start a run of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from interlock.config.faults import Path
from interlock.events import Trigger
from interlock.journal import digest_of
from interlock.sdk.events import EVENT_SCHEMA
from interlock.workflows.reading import Node, Reading
from interlock.workflows.scope import Scope

_SCOPE = Scope({"event": EVENT_SCHEMA})
_KEYS = ("event", "where", "with")


def subscriptions(reading: Reading, data: Mapping[str, Any], workflow: str) -> tuple[Trigger, ...]:
    """A name, ``{event, where, with}``, or a list of these."""
    given = data.get("on", [])
    places: list[tuple[Path, Any]] = [(("on",), given)]
    if isinstance(given, list):
        places = [(("on", index), each) for index, each in enumerate(given)]
    found = [_trigger(reading, path, each, workflow) for path, each in places]
    return tuple(trigger for trigger in found if trigger is not None)


def _trigger(reading: Reading, path: Path, given: Any, workflow: str) -> Trigger | None:
    given = {"event": given} if isinstance(given, str) else given
    if not isinstance(given, dict):
        expected = "the name of an event, or {event, where, with}"
        reading.faults.append(reading.document.fault(path, "it names no event", expected=expected))
        return None
    node = Node(reading, path, given, _SCOPE)
    node.only(_KEYS)
    event = node.text("event")
    if not event:
        node.fault(None, "it names no event", expected="event: figma.file_updated")
    # The rule itself is its identity, whatever else of the template changes.
    digest = digest_of(orjson.dumps([workflow, given], option=orjson.OPT_SORT_KEYS))
    return Trigger(
        name=f"{workflow} on {event} {digest}",
        on=event,
        start=workflow,
        input=node.mapping("with"),
        where=node.expression("where") if "where" in given else None,
    )
