"""A run's progress on standard error: a line for a step, one for all items of a loop."""

from __future__ import annotations

import shutil
import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import click

from interlock.cli.output import first_line, plain
from interlock.sdk.errors import InterlockError, from_problem

_MARKS = {
    "step-succeeded": ("✓", "green"),
    "step-failed": ("✗", "red"),
    "step-retrying": ("↻", "yellow"),
    "step-waiting": ("…", "yellow"),
    "step-undone": ("↶", "magenta"),
    "step-skipped": ("-", "white"),
}
_CLEARED = "\x1b[K"  # to the end of the line
# Of the many steps inside a loop, these are worth a line of their own.
_REMARKABLE = ("step-retrying", "step-waiting", "step-undone")


def show_progress(items: Iterable[dict[str, Any]], *, quiet: bool = False) -> None:
    """Consume ``items`` to their end, printing those that a person wants to see."""
    loop = _Loop()
    for item in items:
        if quiet:
            continue
        name = _loop_of(item)
        if item["kind"] == "step-progress":
            if not name:  # items of a loop are told of in one line, not in pieces of each
                _print(click.style(f"   {_call_line(item)}", dim=True))
            continue
        if name != loop.name:
            _print(loop.line())
            loop = _Loop(name)
        loop.count(item)
        if name:
            _passing(loop.line())
        if not name or item["kind"] in _REMARKABLE:
            _print(progress_line(item, shutil.get_terminal_size((1000, 0)).columns))


def show_call(items: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """Print what a call tells, to its end; the item with its result.

    Raises:
        InterlockError: what the call ended with.
    """
    for item in items:
        match item["kind"]:
            case "progress":
                _print(_call_line(item))
            case "failed":
                raise from_problem(item)
            case "result":
                return item
    raise InterlockError("the daemon ended the stream without a result")


def _call_line(item: dict[str, Any]) -> str:
    """``3/10  message``; without a total the message alone, for it may be a piece of text."""
    if item.get("total") is None:
        return plain(item["message"]).rstrip() or f"{item['done']:g}"
    return f"{item['done']:g}/{item['total']:g}  {plain(item['message'])}".rstrip()


def progress_line(item: dict[str, Any], width: int = 1000) -> str:
    """``✓ tokens  figma.extract_tokens  0.12 s``; empty for what is not worth a line.

    Args:
        width: of the terminal; what a service says gives way to it.
    """
    mark = _MARKS.get(item["kind"])
    if mark is None:
        return ""
    sign, colour = mark
    parts = [f"{item.get('path', ''):<28}", item.get("what") or ""]
    if (seconds := item.get("seconds")) is not None:
        parts.append(f"{seconds:.2f} s")
    line = "  ".join(part for part in parts if part)
    if message := item.get("message"):
        line += "  " + click.style(first_line(message, max(20, width - len(line) - 6)), dim=True)
    return f"{click.style(sign, fg=colour)}  {line}"


@dataclass
class _Loop:
    """The items of a ``for_each`` that have been seen in a row."""

    name: str = ""
    seen: set[str] = field(default_factory=set)
    kinds: Counter[str] = field(default_factory=Counter)

    def count(self, item: dict[str, Any]) -> None:
        self.seen.add(str(item.get("path", "")).partition("]")[0])
        self.kinds[item["kind"]] += 1

    def line(self) -> str:
        if not self.name:
            return ""
        parts = [f"{len(self.seen)} items", f"{self.kinds['step-succeeded']} steps done"]
        if failed := self.kinds["step-failed"]:
            parts.append(f"{failed} fell back")
        sign = click.style("✓", fg="green")
        return f"{sign}  {self.name:<28}  {', '.join(parts)}"


def _loop_of(item: dict[str, Any]) -> str:
    head, bracket, _ = str(item.get("path", "")).partition("[")
    return head if bracket else ""


def _passing(line: str) -> None:
    """Shown until the next line, and only where a line can be taken back."""
    if sys.stderr.isatty():
        click.echo(f"\r{line}{_CLEARED}\r", err=True, nl=False)


def _print(line: str) -> None:
    if line:
        click.echo(line + (_CLEARED if sys.stderr.isatty() else ""), err=True)
