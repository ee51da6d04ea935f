"""Large files, read as a stream and without what no tree, component or token needs.

A file of 140 MB is 1.1 GB as Python objects. Read this way it is a third of that: fields that only
Figma's editor needs are skipped, and equal values are one object.
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import Any

import orjson

LARGE = 8 * 1024 * 1024
"""Bytes; below this the whole document is small enough to be read at once, ten times as fast."""

_BUFFER = 1024 * 1024
_UNUSED = frozenset(
    (
        *("absoluteRenderBounds", "interactions", "background", "annotations"),
        *("backgroundColor", "exportSettings", "strokeCap", "strokeJoin", "strokeMiterAngle"),
        *("transitionNodeID", "transitionDuration", "transitionEasing", "pluginData", "overrides"),
        *("sharedPluginData", "layoutGrids", "devStatus", "complexStrokeProperties"),
        *("flowStartingPoints", "prototypeStartNodeID", "prototypeDevice", "preserveRatio"),
    )
)  # fmt: skip
_SHORT = 32
_LEAF = 4


def read(body: bytes) -> Any:
    """The document of a file or nodes response, as far as trees, components and tokens need it."""
    if len(body) < LARGE:
        return orjson.loads(body)
    # Its library is needed for files of this size only.
    import ijson  # type: ignore[import-untyped]  # it ships no types

    return _built(ijson.basic_parse(io.BytesIO(body), buf_size=_BUFFER, use_float=True))


def _built(events: Iterable[tuple[str, Any]]) -> Any:
    """The value that the events spell."""
    root: list[Any] = []
    stack: list[tuple[Any, str]] = []
    shared: dict[Any, Any] = {}
    container: Any = root
    key = ""
    skipped = 0
    for event, value in events:
        if skipped:
            skipped += _DEPTH.get(event, 0)
            if skipped == 1:
                skipped = 0
        elif event == "map_key":
            if value in _UNUSED:
                skipped = 1
            else:
                key = shared.setdefault(value, value)
        elif event in ("start_map", "start_array"):
            stack.append((container, key))
            container = {} if event == "start_map" else []
        elif event in ("end_map", "end_array"):
            made, (container, key) = _shared(container, shared), stack.pop()
            _put(container, key, made)
        else:
            short = event == "string" and len(value) <= _SHORT
            _put(container, key, shared.setdefault(value, value) if short else value)
    return root[0]


_DEPTH = {"start_map": 1, "start_array": 1, "end_map": -1, "end_array": -1}


def _put(container: Any, key: str, value: Any) -> None:
    if type(container) is dict:
        container[key] = value
    else:
        container.append(value)


def _shared(made: Any, shared: dict[Any, Any]) -> Any:
    """An equal small value that was read before, so that colours and constraints stand once."""
    if len(made) > _LEAF:
        return made
    values = made.items() if type(made) is dict else made
    try:
        return shared.setdefault((type(made), *values), made)
    except TypeError:
        return made
