"""``interlock run``."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from interlock.cli.exits import FAILED
from interlock.config.environment import environment

DEFAULT_CONFIG = "interlock.yaml"


@click.command()
@click.option(
    "--config",
    "-c",
    "path",
    type=click.Path(path_type=Path, dir_okay=False),
    help=f"The configuration file; default: INTERLOCK_CONFIG, or {DEFAULT_CONFIG}.",
)
def run(path: Path | None) -> None:
    """Run the daemon until SIGTERM or Ctrl-C, then drain.

    Runs that are under way continue at the next start. A second signal ends at once.
    """
    from interlock.daemon import run_daemon

    if not run_daemon(config_path(path), on_listening=_announce):
        sys.exit(FAILED)


def _announce(url: str) -> None:
    click.echo(f"interlock listens on {url}", err=True)


def config_path(given: Path | None) -> Path:
    """The file named on the command line, else by ``INTERLOCK_CONFIG``, else the default."""
    return given or Path(environment().config or DEFAULT_CONFIG)
