"""Workflows: what there is, whether it is right, what it was."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from difflib import unified_diff
from pathlib import Path
from typing import Any

import anyio
import click
import yaml

from interlock.cli.client import connect
from interlock.cli.completion import workflow_argument
from interlock.cli.daemon import config_path
from interlock.cli.graph import mermaid
from interlock.cli.output import column, first_line, json_option, print_items, print_json
from interlock.cli.test import test


@click.group(invoke_without_command=True)
@json_option
@click.pass_context
def workflow(context: click.Context, as_json: bool) -> None:
    """List the workflows; or check, test, draw or compare some."""
    if context.invoked_subcommand is not None:
        return
    items = connect().get("workflows")["items"]
    columns = [
        column("WORKFLOW", "name"),
        ("VERSION", lambda item: item["version"][:12]),
        ("WHAT IT DOES", lambda item: first_line(item.get("description", ""))),
    ]
    print_items(items, columns, "no templates: see `workflows:` in the configuration", as_json)


@workflow.command()
@click.argument("paths", nargs=-1, type=click.Path(exists=True, path_type=Path))
@click.option(
    "--config",
    "-c",
    "config",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Says which tools there are; default: interlock.yaml, if there is one.",
)
@json_option
def check(paths: tuple[Path, ...], config: Path | None, as_json: bool) -> None:
    """Check the templates at PATHS (default: all of the configuration); all faults at once.

    Without a configuration every tool's name is believed. Exit code 78 if there are faults.
    """
    from interlock.daemon import check_templates
    from interlock.sdk import RealWorld

    file = config_path(config)
    known = file if config or not paths or file.exists() else None
    names = anyio.run(check_templates, list(_templates(paths)), known, RealWorld())
    if as_json:
        print_json({"workflows": names})
    else:
        click.echo(f"{len(names)} workflows, no faults: {', '.join(names)}")


def _templates(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        found = sorted(path.rglob("*.yaml")) if path.is_dir() else [path]
        yield from (file for file in found if not file.name.endswith(".test.yaml"))


@workflow.command()
@workflow_argument
@json_option
def diff(workflow: str, as_json: bool) -> None:
    """Show how WORKFLOW differs from the versions that runs still go on with."""
    current, *older = connect().get(f"workflows/{workflow}/versions")["items"]
    if as_json:
        print_json([current, *older])
        return
    click.echo(f"{workflow} {current['version'][:12]}: {current['runs']} runs under way")
    for each in older:
        click.echo(f"\n{each['version'][:12]}: {each['runs']} runs under way")
        for line in _diff(each, current):
            click.echo(line)


@workflow.command()
@workflow_argument
@json_option
def graph(workflow: str, as_json: bool) -> None:
    """Print the steps of WORKFLOW as a Mermaid flowchart; as JSON, the template."""
    source = json.loads(connect().get(f"workflows/{workflow}/versions")["items"][0]["source"])
    if as_json:
        print_json(source)
        return
    for line in mermaid(source):
        click.echo(line)


workflow.add_command(test)


def _diff(old: dict[str, Any], new: dict[str, Any]) -> Iterator[str]:
    names = old["version"][:12], new["version"][:12]
    yield from unified_diff(_text(old), _text(new), *names, lineterm="")


def _text(version: dict[str, Any]) -> list[str]:
    source = json.loads(version["source"])
    if "python" in source:
        return [f"# {source['python']}", *str(source["code"]).splitlines()]
    return yaml.safe_dump(source, sort_keys=False, allow_unicode=True).splitlines()
