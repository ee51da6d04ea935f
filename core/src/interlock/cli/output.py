"""Data on standard output: a table for people, JSON for programs."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import click
import orjson

_WANTED = "interlock.json"
_OBEYED = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def _note(context: click.Context, parameter: click.Parameter, wanted: bool) -> bool:
    """Errors are printed outside of the command that has the option."""
    context.meta[_WANTED] = context.meta.get(_WANTED, False) or wanted
    return wanted


json_option = click.option(
    "--json", "as_json", is_flag=True, callback=_note, help="Print JSON, also of an error."
)


def wants_json() -> bool:
    """Whether the command that is running was asked for JSON."""
    context = click.get_current_context(silent=True)
    return context is not None and bool(context.meta.get(_WANTED))


Column = tuple[str, Callable[[Mapping[str, Any]], Any]]


def print_json(value: Any) -> None:
    click.echo(orjson.dumps(value, option=orjson.OPT_INDENT_2).decode())


def print_done(answer: Any, text: str, as_json: bool) -> None:
    """What was done: the daemon's answer, or a line for people."""
    if as_json:
        print_json(answer)
    else:
        click.echo(text)


def print_items(
    items: Sequence[Mapping[str, Any]], columns: Sequence[Column], empty: str, as_json: bool
) -> None:
    """A listing: as JSON, or as a table; ``empty`` goes to standard error instead of no rows."""
    if as_json:
        print_json(items)
        return
    if not items:
        click.echo(empty, err=True)
        return
    print_table(
        [name for name, _ in columns], ([cell(item) for _, cell in columns] for item in items)
    )


def print_table(headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for heading in headings:
        table.add_column(heading, overflow="fold")
    for row in rows:
        table.add_row(*["" if cell is None else plain(str(cell)) for cell in row])
    console = Console(markup=False, highlight=False)
    if not console.is_terminal:
        # A pipe has no width of its own; lines must not be folded for one it does not have.
        console.width = 10_000
    console.print(table)


def column(name: str, key: str | None = None) -> Column:
    """A column that shows ``item[key]``; lists are joined."""
    field = key or name.lower()

    def cell(item: Mapping[str, Any]) -> Any:
        value = item.get(field)
        return ", ".join(map(str, value)) if isinstance(value, list) else value

    return name, cell


def local_time(seconds: float | None) -> str:
    """A moment, in the time of whoever reads it."""
    if seconds is None:
        return ""
    return datetime.fromtimestamp(seconds).strftime("%Y-%m-%d %H:%M:%S")


def span(seconds: float | None) -> str:
    """``12 ms``, ``3.1 s``, ``4 min 5 s``, ``2.5 h``."""
    if seconds is None:
        return ""
    if seconds < 0.9995:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 59.95:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes < 60 else f"{seconds / 3600:.1f} h"


def plain(text: str) -> str:
    """What a service says, with escapes shown that a terminal would obey."""
    return _OBEYED.sub(lambda found: f"\\x{ord(found[0]):02x}", text)


def first_line(text: str, width: int = 72) -> str:
    line = plain(text).strip().partition("\n")[0]
    return line if len(line) <= width else line[: width - 1] + "…"
