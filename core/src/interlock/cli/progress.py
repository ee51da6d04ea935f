"""A run's progress on standard error: one line when a step ends, retries or waits."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import click

_MARKS = {
    "step-succeeded": ("✓", "green"),
    "step-failed": ("✗", "red"),
    "step-retrying": ("↻", "yellow"),
    "step-waiting": ("…", "yellow"),
    "step-undone": ("↶", "magenta"),
    "step-skipped": ("-", "white"),
}


def show_progress(items: Iterable[dict[str, Any]], *, quiet: bool = False) -> None:
    """Consume ``items`` to their end, printing those that a person wants to see."""
    for item in items:
        if not quiet and (line := progress_line(item)):
            click.echo(line, err=True)


def progress_line(item: dict[str, Any]) -> str:
    """``✓ tokens  figma.extract_tokens  0.12 s``; empty for what is not worth a line."""
    mark = _MARKS.get(item["kind"])
    if mark is None:
        return ""
    sign, colour = mark
    parts = [click.style(sign, fg=colour), f"{item.get('path', ''):<32}", item.get("what", "")]
    if (seconds := item.get("seconds")) is not None:
        parts.append(f"{seconds:.2f} s")
    if message := item.get("message"):
        parts.append(click.style(message, dim=True))
    return "  ".join(part for part in parts if part)
