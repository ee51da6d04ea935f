"""``interlock run``."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from interlock.cli.exits import FAILED

DEFAULT_CONFIG = "interlock.yaml"


@click.command()
@click.option(
    "--config",
    "-c",
    "path",
    type=click.Path(path_type=Path, dir_okay=False),
    envvar="INTERLOCK_CONFIG",
    default=DEFAULT_CONFIG,
    show_default=True,
    help="The configuration file.",
)
def run(path: Path) -> None:
    """Run the daemon until SIGTERM or Ctrl-C, then drain.

    Runs that are under way continue at the next start. A second signal ends at once.
    """
    from interlock.daemon import run_daemon

    if not run_daemon(path, on_listening=_announce):
        sys.exit(FAILED)


def _announce(url: str) -> None:
    click.echo(f"interlock listens on {url}", err=True)
