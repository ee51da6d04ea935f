"""What is there and how it does."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import click
import orjson

from interlock.cli.client import connect
from interlock.cli.options import limit_option
from interlock.cli.output import column, first_line, json_option, plain, print_items, print_json


@click.command()
@json_option
def alerts(as_json: bool) -> None:
    """List the alerts, those that fire first."""
    items = connect().get("alerts")["items"]
    order = ("firing", "pending", "quiet")
    columns = [
        column("ALERT", "name"),
        column("STATE", "state"),
        column("RULE", "rule"),
        column("FAULT", "fault"),
    ]
    items.sort(key=lambda item: order.index(item["state"]))
    print_items(items, columns, "no alerts in the configuration", as_json)


@click.command()
@json_option
def actors(as_json: bool) -> None:
    """Show the supervisors, the actors that they look after, and how those do."""
    tree = connect().get("actors")
    if as_json:
        print_json(tree)
        return
    for line in _branch(tree, ""):
        click.echo(line)


def _branch(each: dict[str, Any], indent: str) -> Iterator[str]:
    if "children" not in each:
        about = f"{each['queued']} queued, works on {each['in_flight']}"
        if each["restarts"]:
            about += f", {each['restarts']} restarts"
        yield f"{indent}{each['name']}  {each['state']}, {about}"
        if each["last_error"]:
            yield f"{indent}  {first_line(each['last_error'])}"
        return
    yield f"{indent}{each['name']}  supervisor, {each['strategy'].replace('_', ' ')}"
    for child in each["children"]:
        yield from _branch(child, f"{indent}  ")


@click.command()
@click.option("--follow", "-f", is_flag=True, help="Go on with what comes.")
@click.option(
    "--level",
    type=click.Choice(["debug", "info", "warning", "error"]),
    default="debug",
    help="The least severe lines.",
)
@click.option("--text", default="", help="Only lines that hold this.")
@limit_option()
@json_option
def log(follow: bool, level: str, text: str, limit: int, as_json: bool) -> None:
    """Show the last lines of the daemon's log; with --json one object a line."""
    client = connect()
    lines = client.get("log", level=level, text=text, limit=limit)["items"]
    for line in lines:
        _say(line, as_json)
    if follow:
        after = lines[-1]["number"] if lines else 0
        for line in client.stream("log/watch", level=level, text=text, after=after):
            _say(line, as_json)


def _say(line: dict[str, Any], as_json: bool) -> None:
    if as_json:
        click.echo(orjson.dumps(line))
        return
    moment = f"{datetime.fromtimestamp(line['at']):%H:%M:%S}"
    click.echo(f"{moment} {line['level'].upper():<7} {line['logger']}: {plain(line['message'])}")
    if line.get("exception"):
        click.echo(plain(line["exception"]))
