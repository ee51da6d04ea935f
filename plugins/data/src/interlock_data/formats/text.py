"""JSON as a text, and what of other notations JSON can hold."""

from __future__ import annotations

import json
import math
from typing import Any, NoReturn

from interlock.sdk import InvalidInput
from interlock_data.paths import Step, json_path

_INTEGERS = range(-(2**63), 2**64)


def read_json(text: str) -> Any:
    """A value; InvalidInput with line and column, or with the path of what JSON cannot hold."""
    try:
        found = json.loads(text, parse_constant=_no_constant, object_pairs_hook=_each_once)
        return exact(found)
    except json.JSONDecodeError as error:
        raise InvalidInput(
            f"not JSON: {error.msg}, line {error.lineno} column {error.colno}", path="$.data"
        ) from None
    except ValueError:  # Python reads no more than some thousand digits
        raise InvalidInput(
            "not JSON that can be kept: a number is too long", path="$.data"
        ) from None


def write_json(value: Any, indent: int | None) -> str:
    return json.dumps(value, ensure_ascii=False, indent=indent or None)


def exact(value: Any, steps: tuple[Step, ...] = ()) -> Any:
    """The value as JSON holds it without loss.

    Raises:
        InvalidInput: a number is not finite or has more than 64 bits.
    """
    if isinstance(value, dict):
        return {key: exact(each, (*steps, key)) for key, each in value.items()}
    if isinstance(value, list):
        return [exact(each, (*steps, index)) for index, each in enumerate(value)]
    if isinstance(value, float) and not math.isfinite(value):
        raise _inexact(steps, "a number is not finite")
    if isinstance(value, int) and value not in _INTEGERS:
        raise _inexact(steps, "an integer has more than 64 bits; write it as a string")
    return value


def _inexact(steps: tuple[Step, ...], reason: str) -> InvalidInput:
    return InvalidInput(f"{json_path(steps)}: {reason}", path="$.data", at=json_path(steps))


def _each_once(members: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(members)
    if len(found) < len(members):
        names = [name for name, _ in members]
        name = next(name for name in names if names.count(name) > 1)
        raise InvalidInput(
            f"not JSON that can be kept: an object has {name!r} twice", path="$.data"
        )
    return found


def _no_constant(name: str) -> NoReturn:
    raise InvalidInput(f"not JSON: {name} is no number of JSON", path="$.data")
