"""Data on standard output: a table for people, JSON for programs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import click
import orjson

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")

Column = tuple[str, Callable[[Mapping[str, Any]], Any]]


def print_json(value: Any) -> None:
    click.echo(orjson.dumps(value, option=orjson.OPT_INDENT_2).decode())


def print_items(items: Sequence[Mapping[str, Any]], columns: Sequence[Column], empty: str) -> None:
    """A table whose last column may wrap; ``empty`` goes to standard error instead of no rows."""
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
        table.add_row(*["" if cell is None else str(cell) for cell in row])
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


def first_line(text: str, width: int = 72) -> str:
    line = text.strip().partition("\n")[0]
    return line if len(line) <= width else line[: width - 1] + "…"
