"""``interlock journal``: look after the file itself; needs no daemon."""

from __future__ import annotations

from pathlib import Path

import click

from interlock.cli.exits import FAILED
from interlock.cli.output import json_option, print_done, print_json

_file = click.option(
    "--file",
    "-f",
    "path",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path(".interlock/journal.db"),
    show_default=True,
    help="The journal.",
)
_into = click.argument("into", type=click.Path(path_type=Path, dir_okay=False))


@click.group()
def journal() -> None:
    """Check the journal, copy it, or save what is left of a damaged one."""


@journal.command()
@_file
@json_option
def check(path: Path, as_json: bool) -> None:
    """Read the whole journal and tell what is wrong with it. A daemon may run meanwhile.

    Exit code 1 if anything is.
    """
    from interlock.journal.maintenance import findings

    found = findings(path)
    if as_json:
        print_json({"file": str(path), "findings": found})
    else:
        for finding in found:
            click.echo(finding)
        hint = f"; save what is left: `interlock journal recover -f {path} NEW`" if found else ""
        click.echo(f"{path}: {len(found) or 'no'} faults{hint}", err=bool(found))
    if found:
        raise click.exceptions.Exit(FAILED)


@journal.command()
@_file
@_into
@json_option
def backup(path: Path, into: Path, as_json: bool) -> None:
    """Copy the journal to the new file INTO, also while a daemon writes it."""
    from interlock.journal.maintenance import back_up

    back_up(path, into)
    print_done({"file": str(path), "into": str(into)}, f"copied to {into}", as_json)


@journal.command()
@_file
@_into
@json_option
def recover(path: Path, into: Path, as_json: bool) -> None:
    """Save what can be read of a damaged journal into the new file INTO.

    The damaged one stays as it is, its daemon has to be stopped. If steps may be lost, runs that
    are not over are paused in the new one: look at them, then resume them.
    """
    from interlock.journal.maintenance import salvage

    salvaged = salvage(path, into)
    if as_json:
        print_json({"file": str(path), "into": str(into), **salvaged.to_dict()})
        return
    for table, count in salvaged.rows.items():
        lost = "some are lost" if table in salvaged.damaged else ""
        if count or lost:
            click.echo(f"{table:<14}{count:>9}  {lost}".rstrip())
    if salvaged.held:
        click.echo(f"{len(salvaged.held)} runs that were not over are paused")
    for run in salvaged.lost:
        click.echo(f"run {run} is lost: only steps or waits of it could be read")
    log = path.with_name(f"{path.name}-wal")
    old = f"{path} and {log}" if log.exists() else str(path)
    click.echo(
        f"saved in {into}; move {old} away, {into} to {path}, and start the daemon", err=True
    )
