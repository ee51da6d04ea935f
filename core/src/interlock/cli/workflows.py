"""Workflows as they are and as they were."""

from __future__ import annotations

import json
from collections.abc import Iterator
from difflib import unified_diff
from typing import Any

import click
import yaml

from interlock.cli.client import connect
from interlock.cli.graph import mermaid
from interlock.cli.output import json_option, print_json


@click.command(name="workflow-diff")
@click.argument("workflow")
@json_option
def workflow_diff(workflow: str, as_json: bool) -> None:
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


@click.command(name="workflow-graph")
@click.argument("workflow")
def workflow_graph(workflow: str) -> None:
    """Print the steps of WORKFLOW as a Mermaid flowchart."""
    current = connect().get(f"workflows/{workflow}/versions")["items"][0]
    for line in mermaid(json.loads(current["source"])):
        click.echo(line)


def _diff(old: dict[str, Any], new: dict[str, Any]) -> Iterator[str]:
    names = old["version"][:12], new["version"][:12]
    yield from unified_diff(_text(old), _text(new), *names, lineterm="")


def _text(version: dict[str, Any]) -> list[str]:
    source = json.loads(version["source"])
    if "python" in source:
        return [f"# {source['python']}", *str(source["code"]).splitlines()]
    return yaml.safe_dump(source, sort_keys=False, allow_unicode=True).splitlines()
