"""How a command ends: a documented exit code, and errors that say what to do next."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click
import orjson

from interlock.cli.output import plain, wants_json
from interlock.sdk.errors import InterlockError

FAILED = 1
NO_DAEMON = 3
NOT_ALLOWED = 4
BAD_CONFIG = 78  # EX_CONFIG of sysexits.h: a supervisor can tell it from a crash


_CODES = {
    "config-error": BAD_CONFIG,
    "no-daemon": NO_DAEMON,
    "unauthorized": NOT_ALLOWED,
    "forbidden": NOT_ALLOWED,
}


class NoDaemon(InterlockError):
    """Nothing answers where the daemon should be, or something else."""

    code = "no-daemon"


@contextmanager
def reporting_errors() -> Iterator[None]:
    """Print an InterlockError as ``error:`` and ``hint:`` lines and exit with its code."""
    try:
        yield
    except InterlockError as error:
        print_error(error)
        sys.exit(exit_code(error))
    except BrokenPipeError:
        # The reader of our output has seen enough.
        sys.stderr.close()
        sys.exit(0)


def exit_code(error: InterlockError) -> int:
    return _CODES.get(error.code, FAILED)


def print_error(error: InterlockError) -> None:
    """On standard error: lines for people, or the problem as JSON if JSON was asked for."""
    if wants_json():
        click.echo(
            orjson.dumps({"error": error.to_problem()}, option=orjson.OPT_INDENT_2), err=True
        )
        return
    if error.code == "config-error":
        click.echo(str(error), err=True)
        return
    click.echo(f"{click.style('error:', fg='red', bold=True)} {plain(error.message)}", err=True)
    for fault in error.details.get("errors", [])[1:]:
        said = plain(f"{fault.get('path', '')}: {fault.get('reason', '')}")
        click.echo(f"       {said}", err=True)
    if error.retry_after is not None:
        click.echo(f"{click.style('retry:', bold=True)} in {error.retry_after:g} s", err=True)
    if nearest := error.details.get("nearest"):
        click.echo(f"{click.style('hint:', bold=True)}  did you mean {nearest[0]!r}?", err=True)
    elif error.hint:
        click.echo(f"{click.style('hint:', bold=True)}  {plain(error.hint)}", err=True)
