"""A template as a Mermaid flowchart (https://mermaid.js.org/syntax/flowchart.html)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import count
from typing import Any

_KINDS = (
    "call",
    "for_each",
    "parallel",
    "if",
    "switch",
    "while",
    "until",
    "steps",
    "transform",
    "publish",
    "sleep_until",
    "sleep",
    "wait_for",
    "approve",
    "fail",
    "return",
    "include",
    "run",
)
_BLOCKS = ("do", "then", "else", "steps", "default", "on_timeout")
_LONGEST = 40


def mermaid(source: Mapping[str, Any]) -> Iterator[str]:
    """The lines of a chart; steps that hold steps are boxes around them."""
    yield "flowchart TD"
    if "python" in source:
        yield f"  code[{_quoted(str(source['python']))}]"
        return
    chart = _Chart()
    yield from chart.block(source.get("steps") or (), "  ")


class _Chart:
    def __init__(self) -> None:
        self._numbers = count(1)

    def block(self, steps: Sequence[Any], indent: str) -> Iterator[str]:
        """Steps, each with an arrow to the next."""
        before = ""
        for number, step in enumerate(steps, 1):
            name = f"n{next(self._numbers)}"
            yield from self._step(step, name, number, indent)
            if before:
                yield f"{indent}{before} --> {name}"
            before = name

    def _step(self, step: Mapping[str, Any], name: str, number: int, indent: str) -> Iterator[str]:
        kind = next((kind for kind in _KINDS if kind in step), "step")
        label = _quoted(_label(step, kind, number))
        inner = list(self._inside(step, kind))
        if not inner:
            yield f"{indent}{name}[{label}]"
            return
        yield f"{indent}subgraph {name} [{label}]"
        for title, steps in inner:
            if title:
                yield f"{indent}  subgraph {name}_{next(self._numbers)} [{_quoted(title)}]"
                yield from self.block(steps, f"{indent}    ")
                yield f"{indent}  end"
            else:
                yield from self.block(steps, f"{indent}  ")
        yield f"{indent}end"

    def _inside(self, step: Mapping[str, Any], kind: str) -> Iterator[tuple[str, Sequence[Any]]]:
        for key in ("parallel", "cases"):
            if isinstance(branches := step.get(key), Mapping):
                yield from ((str(title), steps) for title, steps in branches.items())
        for key in _BLOCKS:
            if isinstance(steps := step.get(key), Sequence) and not isinstance(steps, str):
                yield "" if key in ("do", "steps") else key, steps


def _label(step: Mapping[str, Any], kind: str, number: int) -> str:
    value = step.get(kind)
    text = value if isinstance(value, str | int | float) else ""
    name = step.get("id") or f"{kind}-{number}"
    what = f"{kind} {text}".strip()[:_LONGEST]
    return f"{name}: {what}" if what else str(name)


def _quoted(text: str) -> str:
    return '"' + text.replace('"', "#quot;") + '"'
