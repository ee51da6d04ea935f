"""Starting workflows, and their runs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import click
import orjson

from interlock.cli.arguments import argument_options, read_arguments
from interlock.cli.client import Client, connect
from interlock.cli.completion import run_argument, workflow_argument
from interlock.cli.control import VERBS
from interlock.cli.exits import FAILED
from interlock.cli.options import limit_option, status_option
from interlock.cli.output import (
    column,
    first_line,
    json_option,
    local_time,
    plain,
    print_done,
    print_items,
    print_json,
    span,
)
from interlock.cli.progress import show_progress

SUCCEEDED = "succeeded"


@click.command()
@workflow_argument
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
        # From its beginning: some of it has happened by now.
        _follow(client, started, quiet=as_json, since=0.0)
    else:
        print_done({"run_id": started}, started, as_json)


@click.group(invoke_without_command=True)
@status_option
@click.option("--workflow", help="Only runs of this template.")
@click.option("--tag", help="Only runs with this label.")
@click.option("--text", help="Only runs with this in id, workflow, tags, input or problem.")
@click.option("--where", multiple=True, metavar="FIELD=VALUE", help="A field of the input.")
@limit_option()
@json_option
@click.pass_context
def runs(context: click.Context, /, as_json: bool, where: tuple[str, ...], **query: Any) -> None:
    """List runs, newest first; or do something to one.

    RUN is an id, or the beginning of one.
    """
    if context.invoked_subcommand is not None:
        return
    fields = {f"input.{key}": value for key, value in read_arguments(where, None).items()}
    query |= {key: _json(value) for key, value in fields.items()}
    items = connect().get("runs", **query)["items"]
    columns = [
        column("RUN", "id"),
        column("WORKFLOW"),
        column("STATUS"),
        ("STARTED", lambda item: local_time(item.get("created"))),
        ("WHY", lambda item: first_line(_why(item))),
    ]
    asked = any(value for name, value in query.items() if name != "limit")
    nothing = "no run fits" if asked else "no runs yet; start one with `interlock start WORKFLOW`"
    print_items(items, columns, nothing, as_json)


@runs.command()
@run_argument
@json_option
def show(run: str, as_json: bool) -> None:
    """Show RUN: input, output, steps, what it waits for."""
    client = connect()
    record = client.get(f"runs/{run}")
    steps = client.get(f"runs/{record['id']}/steps")["items"]
    if as_json:
        print_json({**record, "steps": steps})
        return
    for key, value in _facts(record):
        click.echo(f"{key + ':':<10}{value}")
    click.echo()
    columns = [
        column("STEP", "path"),
        column("STATUS"),
        column("TRIES", "attempts"),
        ("TIME", lambda step: span(step.get("seconds"))),
        ("RESULT", lambda step: first_line(_result(step), 60)),
    ]
    print_items(steps, columns, "no step has begun yet", as_json)
    if next_step := _next(record):
        click.echo(f"\nNext: {next_step}", err=True)


@runs.command()
@run_argument
@json_option
def watch(run: str, as_json: bool) -> None:
    """Follow RUN to its end, what it did before included, and print its output."""
    client = connect()
    _follow(client, client.get(f"runs/{run}")["id"], quiet=as_json, since=0.0)


for verb in VERBS:
    runs.add_command(verb)


def _follow(client: Client, run_id: str, *, quiet: bool, since: float | None = None) -> None:
    show_progress(client.stream(f"runs/{run_id}/watch", since=since), quiet=quiet)
    record = client.get(f"runs/{run_id}")
    if record["status"] != SUCCEEDED:
        click.echo(f"run {run_id} {record['status']}: {_why(record)}", err=True)
        raise click.exceptions.Exit(FAILED)
    print_json(record["output"])


def _facts(record: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for key in ("id", "workflow", "status"):
        yield key, record[key]
    yield "began", local_time(record["created"])
    if record["finished"] is not None:
        yield "took", span(record["finished"] - record["created"])
    for key in ("input", "output", "usage"):
        if record.get(key) not in (None, {}):
            yield key, first_line(_text(record[key]), 100)
    if error := record.get("error"):
        yield "failed", _why(record)
        for key in ("undone", "not_undone"):
            if paths := error.get("details", {}).get(key):
                yield key.replace("_", " "), ", ".join(paths)
    elif why := _why(record):
        yield "waits", why + _until(record["waiting"])
    if record.get("trace_url"):
        yield "trace", record["trace_url"]


def _result(step: dict[str, Any]) -> str:
    """What a step gave, what it failed with, or what it waits for."""
    if waiting := step.get("waiting"):
        return f"waits for {waiting.get('reason') or step['what']}"
    if step["finished"] is None:
        return f"{step['what']} is under way"
    error = step.get("error")
    return str(error.get("message", error)) if error else _text(step.get("output"))


def _next(record: dict[str, Any]) -> str:
    """What a person may want to do with a run that stands so."""
    run = record["id"]
    reason = _why(record)
    if reason.startswith("approval"):
        return "`interlock approvals` shows the question, `interlock approve ID` answers it"
    if record["status"] in ("failed", "compensated", "compensation_failed"):
        return f"`interlock runs retry {run}`, or `interlock runs fork {run} --step STEP`"
    return "" if record["finished"] else f"`interlock runs watch {run}`"


def _why(record: dict[str, Any]) -> str:
    if error := record.get("error"):
        return plain(str(error.get("message", error)))
    waiting = record.get("waiting") or {}
    return plain(str(waiting.get("reason", "")))


def _until(waiting: dict[str, Any]) -> str:
    moment = waiting.get("until")
    return f" (until {local_time(moment)})" if moment else ""


def _text(value: Any) -> str:
    return value if isinstance(value, str) else _json(value)


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()
