"""``--arg key=value`` and ``--input JSON`` as a tool's arguments."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import click
import orjson


def argument_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Adds ``--arg`` (repeatable) and ``--input`` to a command."""
    command = click.option(
        "--arg",
        "-a",
        "pairs",
        multiple=True,
        metavar="KEY=VALUE",
        help="One argument; the value is JSON, or else text. Repeatable.",
    )(command)
    return click.option(
        "--input",
        "-i",
        "source",
        metavar="JSON|@FILE|-",
        help="All arguments as one JSON object: literal, from a file, or from standard input.",
    )(command)


def read_arguments(pairs: Sequence[str], source: str | None) -> dict[str, Any]:
    """The object of ``--input`` with each ``--arg`` put over it.

    Raises:
        click.BadParameter: no such file, not JSON, not an object, or a pair without ``=``.
    """
    arguments = _read_object(source) if source else {}
    for pair in pairs:
        key, separator, value = pair.partition("=")
        if not separator or not key:
            raise click.BadParameter(f"{pair!r} is not KEY=VALUE", param_hint="--arg")
        arguments[key] = _value(value)
    return arguments


def _read_object(source: str) -> dict[str, Any]:
    if source == "-":
        text = sys.stdin.read()
    elif source.startswith("@"):
        text = _text_of(Path(source[1:]))
    else:
        text = source
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise click.BadParameter(f"not JSON: {error}", param_hint="--input") from None
    if not isinstance(value, dict):
        raise click.BadParameter("must be a JSON object", param_hint="--input")
    return value


def _text_of(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except OSError as error:
        raise click.BadParameter(f"{file}: {error.strerror}", param_hint="--input") from None


def _value(text: str) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return text
