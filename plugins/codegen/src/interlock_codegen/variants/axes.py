"""What the variants of a set differ by: properties to choose, and states that CSS knows."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Json = Mapping[str, Any]

_STATE_AXIS = re.compile(r"^(\w+ )?(states?|status|interaction|mode)$", re.IGNORECASE)
_CODE = re.compile(r"^(?:[^a-z]+|[a-z]{1,2}-?\d+[^a-z]+)+", re.IGNORECASE)
"""What orders or decorates a name: ``S-01 Hover``, ``2. Hover``, ``🎨 State``."""
_STATES = {
    "hover": "hover",
    "hovered": "hover",
    "hovering": "hover",
    "mouseover": "hover",
    "press": "active",
    "pressed": "active",
    "pressing": "active",
    "active": "active",
    "clicked": "active",
    "focus": "focus-visible",
    "focused": "focus-visible",
    "disabled": "disabled",
    "disable": "disabled",
    "inactive": "disabled",
}
_RESTING = ("default", "rest", "resting", "normal", "enabled", "idle", "base", "placeholder")
_MAY_BE_STATUS = ("active", "inactive")
"""Of a contract or a user as well, where no option says that it is at rest."""


@dataclass(frozen=True)
class Axis:
    """A variant property.

    Attributes:
        states: CSS state by option, for the options that are states; these are no choice.
        options: the options that remain, the resting one of a state axis included.
    """

    name: str
    identifier: str
    default: str
    options: tuple[str, ...]
    states: Mapping[str, str]

    @property
    def is_choice(self) -> bool:
        """Whether anything is left for a property to choose."""
        return len(self.options) > 1


def axes(component: Json) -> list[Axis]:
    """The axes in the order of the properties."""
    return [_axis(prop) for prop in component["props"] if prop["type"] == "variant"]


def _axis(prop: Json) -> Axis:
    options = [str(option) for option in prop.get("options") or ()]
    states = _states_of(str(prop["name"]), options, str(prop.get("default") or ""))
    kept = tuple(option for option in options if option not in states)
    default = str(prop.get("default") or "")
    if default not in kept:
        default = _resting(kept) or default
    return Axis(str(prop["name"]), str(prop["identifier"]), default, kept, states)


def _states_of(name: str, options: Sequence[str], default: str) -> dict[str, str]:
    """The options that are states; none if there is no resting option beside them."""
    found = {option: _STATES[_word(option)] for option in options if _word(option) in _STATES}
    named = bool(_STATE_AXIS.match(_word(name))) or len(found) >= 2
    rest = [option for option in options if option not in found]
    plain = any(_word(option) not in _MAY_BE_STATUS for option in found)
    at_rest = _said_to_rest(rest) or (plain and (_resting(rest) or default in rest))
    return found if named and at_rest else {}


def _word(name: str) -> str:
    """A name without what orders or decorates it."""
    return _CODE.sub("", name).strip().lower().removesuffix(" state")


def _said_to_rest(options: Sequence[str]) -> str:
    return next((each for each in options if _word(each) in _RESTING), "")


def _resting(options: Sequence[str]) -> str:
    return _said_to_rest(options) or (options[0] if len(options) == 1 else "")
