"""``interlock init``: a folder to begin with."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import anyio
import click

if TYPE_CHECKING:
    from interlock.sdk import Settings


class _Asked(NamedTuple):
    """A setting that must be given, the variable it is taken from, and what it means."""

    name: str
    variable: str
    meaning: str


_PLACES = {
    "interlock.yaml.txt": "interlock.yaml",
    "workflows/greeting.yaml": "workflows/greeting.yaml",
    "workflows/greeting.test.yaml": "workflows/greeting.test.yaml",
}


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), default=Path())
@click.option(
    "--service",
    "-s",
    "services",
    multiple=True,
    metavar="TYPE",
    help="A service to begin with, such as notion; several times for several.",
)
def init(folder: Path, services: Sequence[str]) -> None:
    """Write a configuration and a first workflow, with its test, into FOLDER (default: here).

    Nothing that exists is overwritten.
    """
    from interlock.cli.scaffold import write_scaffold

    asked = {name: _asked_for(name, settings) for name, settings in _settings(services).items()}
    for path in write_scaffold("project", folder, _PLACES, services=_entries(asked)):
        click.echo(f"wrote {path}")
    click.echo()
    variables = [each.variable for settings in asked.values() for each in settings]
    for title, command in _next_steps(folder, variables):
        click.echo(f"{title:<8}{command}")


def _settings(services: Sequence[str]) -> dict[str, type[Settings]]:
    """By type of service, in the order in which they were asked for."""
    if not services:
        return {}
    from interlock.host import load_plugins
    from interlock.sdk import NotFound, RealWorld

    types = anyio.run(load_plugins, RealWorld()).service_types
    for name in services:
        if name not in types:
            raise NotFound(
                f"no plugin that is installed brings a service {name!r}",
                hint=f"there are {', '.join(sorted(types))}",
                nearest=get_close_matches(name, types),
            )
    return {name: types[name].settings_type for name in services}


def _asked_for(service: str, settings: type[Settings]) -> list[_Asked]:
    """What must be given; the rest has defaults."""
    return [
        _Asked(name, f"{service}_{name}".upper().replace("-", "_"), field.description or "")
        for name, field in settings.model_fields.items()
        if field.is_required()
    ]


def _entries(asked: Mapping[str, Sequence[_Asked]]) -> str:
    """What stands after ``services:``."""
    if not asked:
        return " {}"
    lines = []
    for service, settings in asked.items():
        lines.append(f"  {service}:" if settings else f"  {service}: {{}}")
        if settings:
            lines.append("    settings:")
        for each in settings:
            meaning = f"  # {each.meaning}" if each.meaning else ""
            lines.append(f"      {each.name}: {{env: {each.variable}}}{meaning}")
    return "\n" + "\n".join(lines)


def _next_steps(folder: Path, variables: Sequence[str]) -> Iterator[tuple[str, str]]:
    if folder != Path():
        yield "Go", f"cd {shlex.quote(str(folder))}"
    if variables:
        yield "Set", " ".join(variables)
    yield "Check", "interlock config check"
    yield "Test", "interlock test workflows"
    yield "Run", "interlock run"
    yield "Try", "interlock start greeting --arg name=Ada --wait"
    yield "Answer", "interlock approvals, or in a browser: http://127.0.0.1:7420"
