"""Workflows and their runs."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import click
import orjson

from interlock.cli.arguments import argument_options, read_arguments
from interlock.cli.client import Client, connect
from interlock.cli.exits import FAILED
from interlock.cli.output import column, first_line, json_option, print_items, print_json
from interlock.cli.progress import show_progress

SUCCEEDED = "succeeded"


@click.command()
@click.argument("workflow")
@argument_options
@click.option("--run-id", help="Makes the start idempotent: a run of this id starts once.")
@click.option("--tag", "tags", multiple=True, help="A label to find the run by. Repeatable.")
@click.option("--wait", is_flag=True, help="Follow the run and print its output.")
@json_option
def start(
    workflow: str,
    pairs: tuple[str, ...],
    source: str | None,
    run_id: str | None,
    tags: tuple[str, ...],
    wait: bool,
    as_json: bool,
) -> None:
    """Start WORKFLOW and print the run's id."""
    client = connect()
    body = {"input": read_arguments(pairs, source), "run_id": run_id, "tags": list(tags)}
    started = client.post(f"workflows/{workflow}/start", body)["run_id"]
    if wait:
        _follow(client, started, quiet=as_json)
    elif as_json:
        print_json({"run_id": started})
    else:
        click.echo(started)


@click.command()
@click.option("--status", help="running, waiting, succeeded, failed, cancelled, …")
@click.option("--workflow", help="Only runs of this template.")
@click.option("--tag", help="Only runs with this label.")
@click.option("--where", multiple=True, metavar="FIELD=VALUE", help="A field of the input.")
@click.option("--limit", default=50, show_default=True)
@json_option
def runs(as_json: bool, where: tuple[str, ...], **query: Any) -> None:
    """List runs, newest first."""
    fields = {f"input.{key}": value for key, value in read_arguments(where, None).items()}
    query |= {key: _json(value) for key, value in fields.items()}
    items = connect().get("runs", **query)["items"]
    if as_json:
        print_json(items)
        return
    columns = [
        column("RUN", "id"),
        column("WORKFLOW"),
        column("STATUS"),
        ("STARTED", lambda item: _clock(item.get("created"))),
        ("WHY", lambda item: first_line(_why(item))),
    ]
    print_items(items, columns, "no runs yet; start one with `interlock start WORKFLOW`")


@click.command(name="run-show")
@click.argument("run")
@json_option
def run_show(run: str, as_json: bool) -> None:
    """Show RUN (its id, or the beginning of it) and its steps."""
    client = connect()
    record = client.get(f"runs/{run}")
    steps = client.get(f"runs/{record['id']}/steps")["items"]
    if as_json:
        print_json({**record, "steps": steps})
        return
    for key in ("id", "workflow", "status", "input", "output", "error", "usage"):
        if record.get(key) not in (None, {}):
            click.echo(f"{key + ':':<10}{first_line(_text(record[key]), 100)}")
    click.echo()
    columns = [
        column("STEP", "path"),
        column("STATUS"),
        column("TRIES", "attempts"),
        ("TIME", lambda step: _seconds(step.get("seconds"))),
        ("RESULT", lambda step: first_line(_text(step.get("error") or step.get("output")), 60)),
    ]
    print_items(steps, columns, "no step has ended yet")


@click.command(name="run-watch")
@click.argument("run")
@json_option
def run_watch(run: str, as_json: bool) -> None:
    """Follow RUN to its end and print its output."""
    client = connect()
    _follow(client, client.get(f"runs/{run}")["id"], quiet=as_json)


@click.command()
@json_option
def workflows(as_json: bool) -> None:
    """List the workflow templates."""
    items = connect().get("workflows")["items"]
    if as_json:
        print_json(items)
        return
    columns = [
        column("WORKFLOW", "name"),
        ("VERSION", lambda item: item["version"][:12]),
        ("WHAT IT DOES", lambda item: first_line(item.get("description", ""))),
    ]
    print_items(items, columns, "no templates: see `workflows:` in the configuration")


def _follow(client: Client, run_id: str, *, quiet: bool) -> None:
    show_progress(client.stream(f"runs/{run_id}/watch"), quiet=quiet)
    record = client.get(f"runs/{run_id}")
    if record["status"] != SUCCEEDED:
        click.echo(f"run {run_id} {record['status']}: {_why(record)}", err=True)
        raise click.exceptions.Exit(FAILED)
    print_json(record["output"])


def _why(record: dict[str, Any]) -> str:
    if error := record.get("error"):
        return str(error.get("message", error))
    waiting = record.get("waiting") or {}
    return str(waiting.get("reason", ""))


def _text(value: Any) -> str:
    return value if isinstance(value, str) else _json(value)


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()


def _clock(seconds: float | None) -> str:
    return "" if seconds is None else datetime.fromtimestamp(seconds).strftime("%Y-%m-%d %H:%M:%S")


def _seconds(seconds: float | None) -> str:
    return "" if seconds is None else f"{seconds:.3f} s"
