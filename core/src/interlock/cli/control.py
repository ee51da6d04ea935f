"""What operators do to runs: the verbs of ``interlock runs``."""

from __future__ import annotations

import sys
from typing import Any

import click

from interlock.cli.arguments import argument_options, read_arguments
from interlock.cli.client import connect
from interlock.cli.completion import run_argument
from interlock.cli.exits import FAILED
from interlock.cli.options import DURATION, limit_option, status_option
from interlock.cli.output import json_option, print_done, print_json


@click.command(name="cancel")
@run_argument
@click.option("--keep", is_flag=True, help="Undo nothing.")
@click.option("--within", type=DURATION, help="Cut the run off after so long, e.g. 30s.")
@json_option
def cancel(run: str, keep: bool, within: float | None, as_json: bool) -> None:
    """Ask RUN to stop; completed steps are undone as its template says."""
    _act(run, "cancel", "is being cancelled", {"undo": not keep, "within": within}, as_json)


@click.command(name="pause")
@run_argument
@json_option
def pause(run: str, as_json: bool) -> None:
    """Let RUN begin nothing new; what is in flight is finished."""
    _act(run, "pause", "is being paused", {}, as_json)


@click.command(name="resume")
@run_argument
@json_option
def resume(run: str, as_json: bool) -> None:
    """Let a paused RUN go on."""
    _act(run, "resume", "goes on", {}, as_json)


@click.command(name="retry")
@run_argument
@json_option
def retry(run: str, as_json: bool) -> None:
    """Let a RUN that failed go on from the step that failed."""
    _act(run, "retry", "is tried again", {}, as_json)


@click.command(name="fork")
@run_argument
@click.option("--step", help="The first step to be done anew; default: all of them.")
@click.option("--latest", is_flag=True, help="With the template as it is now.")
@argument_options
@json_option
def fork(
    run: str,
    step: str | None,
    latest: bool,
    pairs: tuple[str, ...],
    source: str | None,
    as_json: bool,
) -> None:
    """Start a run that takes over what RUN did before a step.

    With --arg or --input, parts of its input are other than RUN's.
    """
    client = connect()
    record = client.get(f"runs/{run}")
    changes = read_arguments(pairs, source)
    body = {"step": step, "latest": latest, "input": {**record["input"], **changes}}
    started = client.post(f"runs/{record['id']}/fork", body)
    print_done(started, started["run_id"], as_json)


@click.command(name="move")
@run_argument
@click.option("--check", is_flag=True, help="Only say whether it could.")
@json_option
def move(run: str, check: bool, as_json: bool) -> None:
    """Let a RUN that waits go on with its workflow as it is now, if its record fits that."""
    client = connect()
    record = client.get(f"runs/{run}")
    moved = client.post(f"runs/{record['id']}/move", {"check": check})
    can = "can go on" if check else "goes on"
    text = f"{record['id']} {can} with version {moved['version'][:12]}"
    print_done(moved, text, as_json)


@click.command()
@click.argument("action", type=click.Choice(["cancel", "pause", "resume", "retry"]))
@status_option
@click.option("--workflow", help="Only runs of this template.")
@click.option("--tag", help="Only runs with this label.")
@click.option("--text", help="Only runs with this in id, input or problem.")
@limit_option(1000, most=100_000)
@click.option("--yes", is_flag=True, help="Do not ask before cancelling.")
@json_option
def each(action: str, limit: int, yes: bool, as_json: bool, **where: Any) -> None:
    """Do ACTION to all runs that match."""
    if not any(where.values()):
        raise click.UsageError("say which runs: --status, --workflow, --tag or --text")
    if action == "cancel" and not yes and sys.stdin.isatty():
        fitting = {key: value for key, value in where.items() if value}
        click.confirm(f"Cancel all runs with {fitting}, {limit} at most?", abort=True, err=True)
    result = connect().post("runs/each", {"action": action, "where": where, "limit": limit})
    if as_json:
        print_json(result)
    else:
        click.echo(f"{len(result['done'])} runs: {action}")
        for run, problem in result["failed"].items():
            click.echo(f"{run}: {problem['message']}", err=True)
    if result["failed"]:
        raise click.exceptions.Exit(FAILED)


def _act(run: str, action: str, done: str, body: dict[str, Any], as_json: bool) -> None:
    client = connect()
    record = client.get(f"runs/{run}")
    told = client.post(f"runs/{record['id']}/{action}", body)
    print_done({"id": record["id"], **told}, f"{record['id']} {done}", as_json)


VERBS = (cancel, pause, resume, retry, fork, move, each)
