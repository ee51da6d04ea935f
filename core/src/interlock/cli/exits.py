"""How a command ends: a documented exit code, and errors that say what to do next."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click

from interlock.sdk.errors import InterlockError

FAILED = 1
NO_DAEMON = 3
BAD_CONFIG = 78  # EX_CONFIG of sysexits.h: a supervisor can tell it from a crash


class NoDaemon(InterlockError):
    """Nothing answers where the daemon should be."""

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
    return {"config-error": BAD_CONFIG, "no-daemon": NO_DAEMON}.get(error.code, FAILED)


def print_error(error: InterlockError) -> None:
    if error.code == "config-error":
        click.echo(str(error), err=True)
        return
    click.echo(f"{click.style('error:', fg='red', bold=True)} {error.message}", err=True)
    for fault in error.details.get("errors", [])[1:]:
        click.echo(f"       {fault.get('path', '')}: {fault.get('reason', '')}", err=True)
    if error.retry_after is not None:
        click.echo(f"{click.style('retry:', bold=True)} in {error.retry_after:g} s", err=True)
    if nearest := error.details.get("nearest"):
        click.echo(f"{click.style('hint:', bold=True)}  did you mean {nearest[0]!r}?", err=True)
    elif error.hint:
        click.echo(f"{click.style('hint:', bold=True)}  {error.hint}", err=True)
