"""Options that several commands have. What makes no sense is wrong usage, and nobody is asked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from interlock.sdk.quantities import parse_duration

# As ``journal.Status`` says, which takes longer to import than a command does.
STATES = (
    *("running", "waiting", "paused", "compensating"),
    *("succeeded", "failed", "cancelled", "compensated", "compensation_failed"),
)


class _Duration(click.ParamType[float]):
    """``30s`` or ``1h30m``, as seconds."""

    name = "duration"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        try:
            return parse_duration(value)
        except ValueError as error:
            self.fail(f"{value!r}: {error}.", param, ctx)


DURATION = _Duration()

status_option = click.option(
    "--status",
    type=click.Choice(STATES),
    metavar="STATUS",
    help=f"Only runs that stand so: {', '.join(STATES)}.",
)


def limit_option(usual: int = 50, most: int = 1000) -> Callable[..., Any]:
    """``--limit``: how many are listed, or acted upon, at the most."""
    return click.option(
        "--limit",
        type=click.IntRange(1, most),
        default=usual,
        show_default=True,
        metavar="NUMBER",
        help="At the most.",
    )
