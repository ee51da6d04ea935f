"""Constants of a module that tell what differs from variant to variant."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product

from interlock_codegen.element import Expression
from interlock_codegen.variants.axes import Axis

Values = Mapping[str, str]

_IDENTIFIER = re.compile(r"[A-Za-z_$][\w$]*", re.ASCII)
_SPARSE = 2
"""Times as many combinations as values: a table of all of them would be mostly empty."""


@dataclass
class Tables:
    """The constants, each once; ``taken`` are names that the function gives a meaning of its own.

    ``lines`` are their declarations in the order in which they were asked for.
    """

    taken: Iterable[str] = ()
    lines: list[str] = field(default_factory=list)
    _known: dict[str, str] = field(default_factory=dict)

    def lookup(
        self, subject: str, axes: Sequence[Axis], entries: Sequence[tuple[Values, str]]
    ) -> Expression:
        """TypeScript that looks a value up by the properties of some axes.

        Args:
            subject: what the values are of, e.g. ``labelClasses``.
        """
        known: dict[str, str] = {}
        for values, value in entries:
            known.setdefault(variant_key(axes, values), value)
        filled = {key: value for key, value in known.items() if value}
        if math.prod(len(axis.options) for axis in axes) > _SPARSE * len(filled):
            name = self._name(subject, _flat(filled), ": Record<string, string>")
            return Expression(f'({name}[{key_expression(axes)}] ?? "")')
        name = self._name(subject, _nested(axes, known), "")
        return Expression(name + "".join(f"[{axis.identifier}]" for axis in axes))

    def _name(self, subject: str, body: str, annotation: str) -> str:
        if body not in self._known:
            used = {name.lower() for name in (*self.taken, *self._known.values())}
            name, number = subject, 1
            while name.lower() in used:
                number += 1
                name = f"{subject}{number}"
            self._known[body] = name
            self.lines.append(f"const {name}{annotation} = {body};")
        return self._known[body]


def variant_key(axes: Sequence[Axis], values: Values) -> str:
    """The key of a variant among others, e.g. ``Large/On``."""
    return "/".join(values.get(axis.name, axis.default) for axis in axes)


def key_expression(axes: Sequence[Axis]) -> str:
    """TypeScript that gives :func:`variant_key` from the properties."""
    if len(axes) == 1:
        return axes[0].identifier
    return "`" + "/".join(f"${{{axis.identifier}}}" for axis in axes) + "`"


def _flat(entries: Mapping[str, str]) -> str:
    lines = "".join(f"  {_key(key)}: {_quoted(value)},\n" for key, value in entries.items())
    return "{\n" + lines + "}"


def _nested(axes: Sequence[Axis], entries: Mapping[str, str]) -> str:
    """An object for each axis in the next one's; combinations that no variant has are empty."""
    values = iter(
        entries.get("/".join(chosen), "") for chosen in product(*(a.options for a in axes))
    )

    def level(depth: int) -> str:
        if depth == len(axes):
            return _quoted(next(values))
        pad = "  " * depth
        lines = [f"{pad}  {_key(key)}: {level(depth + 1)},\n" for key in axes[depth].options]
        return "{\n" + "".join(lines) + pad + "}"

    return level(0)


def _key(key: str) -> str:
    # As a plain key it would be the object's prototype.
    if key == "__proto__":
        return '["__proto__"]'
    return key if _IDENTIFIER.fullmatch(key) else _quoted(key)


def _quoted(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)
