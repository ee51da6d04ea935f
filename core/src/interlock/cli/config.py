"""``interlock config``: checks and describes the configuration; needs no daemon."""

from __future__ import annotations

from pathlib import Path

import anyio
import click

from interlock.cli.client import connect
from interlock.cli.daemon import config_path
from interlock.cli.output import json_option, print_json

_config_option = click.option(
    "--config",
    "-c",
    "path",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The configuration file.",
)


@click.group()
def config() -> None:
    """Check, show or describe the configuration."""


@config.command()
@_config_option
@json_option
def check(path: Path | None, as_json: bool) -> None:
    """Check the file, its references and every template; all faults at once.

    Exit code 78 if there are any. Nothing is started and no service is asked.
    """
    from interlock.daemon import make_plan
    from interlock.sdk import RealWorld

    file = config_path(path)
    plan = anyio.run(make_plan, file, RealWorld())
    if as_json:
        print_json({"file": str(file), "warnings": [each.to_dict() for each in plan.warnings]})
        return
    for warning in plan.warnings:
        click.echo(str(warning), err=True)
    services, templates = len(plan.services), len(plan.templates)
    click.echo(f"{file}: no faults; {services} services, {templates} workflows")


@config.command()
@json_option
def schema(as_json: bool) -> None:
    """Print the JSON Schema of the file, with the settings of every installed service type."""
    from interlock.config import json_schema
    from interlock.host import load_plugins
    from interlock.sdk import RealWorld

    plugins = anyio.run(load_plugins, RealWorld())
    print_json(
        json_schema({name: kind.settings_type for name, kind in plugins.service_types.items()})
    )


@config.command(name="reload")
@click.option("--check", is_flag=True, help="Only tell what would change.")
@json_option
def reload_command(check: bool, as_json: bool) -> None:
    """Let the daemon read its file again; one with faults changes nothing."""
    told = connect().post("config/reload", {"check": check})
    if as_json:
        print_json(told)
        return
    for line in told["diff"]:
        click.echo(line)
    for part, names in told["changed"].items():
        click.echo(f"{part}: {', '.join(names)}")
    if not told["changed"]:
        click.echo("nothing changes")
    if told["needs_restart"]:
        click.echo(f"counts after a restart only: {', '.join(told['needs_restart'])}", err=True)


@config.command()
@json_option
def show(as_json: bool) -> None:
    """Print the running daemon's effective configuration as JSON; secrets stay references."""
    print_json(connect().get("config"))
