"""The plugins: those that are loaded, and a new one."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import anyio
import click

from interlock import __version__
from interlock.cli.client import connect
from interlock.cli.exits import NoDaemon
from interlock.cli.output import column, first_line, json_option, print_items

_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


@click.group(invoke_without_command=True)
@json_option
@click.pass_context
def plugins(context: click.Context, as_json: bool) -> None:
    """List the plugins: name, version, what each brings, or why it failed to load.

    Without a daemon, this process loads them to see.
    """
    if context.invoked_subcommand is not None:
        return
    try:
        items = connect().get("plugins")["items"]
    except NoDaemon:
        items = anyio.run(_load_plugins)
    columns = [
        column("PLUGIN", "name"),
        column("VERSION"),
        column("STATE"),
        column("SERVICES"),
        column("TOOLS"),
        ("WHY", lambda item: first_line(item.get("reason") or "")),
    ]
    print_items(items, columns, "no plugins installed", as_json)


async def _load_plugins() -> list[dict[str, Any]]:
    from interlock.host import load_plugins
    from interlock.sdk import RealWorld

    plugins = await load_plugins(RealWorld())
    return [plugin.record.to_dict() for plugin in plugins.loaded]


@plugins.command()
@click.argument("name")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), required=False)
def new(name: str, folder: Path | None) -> None:
    """Write a plugin distribution with one tool and its test into FOLDER (default: NAME).

    NAME is in lower case, such as weather or price-list. Nothing that exists is overwritten.
    """
    from interlock.cli.scaffold import write_scaffold

    if not _NAME.fullmatch(name):
        raise click.BadParameter(
            "lower-case letters, digits, and hyphens between", None, None, "name"
        )
    module = name.replace("-", "_")
    places = {
        "pyproject.toml.txt": "pyproject.toml",
        "README.md.txt": "README.md",
        "service.py.txt": f"src/interlock_{module}/__init__.py",
        "test_service.py.txt": f"tests/test_{module}.py",
    }
    folder = folder or Path(name)
    for path in write_scaffold("plugin", folder, places, **_words(name, module)):
        click.echo(f"wrote {path}")
    click.echo()
    for title, command in (
        ("Install", f"pip install -e {folder}"),
        ("Test", f"pytest {folder}"),
        ("See", "interlock plugins"),
        ("Use", f"interlock init --service {name}"),
    ):
        click.echo(f"{title:<8}{command}")


def _words(name: str, module: str) -> dict[str, str]:
    major, minor = __version__.split(".")[:2]
    return {
        "name": name,
        "module": module,
        "type": "".join(word.title() for word in name.split("-")),
        "title": name.replace("-", " ").capitalize(),
        "variable": f"{module}_TOKEN".upper(),
        "version": f"{major}.{minor}",
        "next_version": f"{major}.{int(minor) + 1}",
    }
