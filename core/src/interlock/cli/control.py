"""What operators do to runs."""

from __future__ import annotations

from typing import Any

import click

from interlock.cli.arguments import argument_options, read_arguments
from interlock.cli.client import connect
from interlock.cli.exits import FAILED
from interlock.cli.output import json_option, print_json


@click.command(name="run-cancel")
@click.argument("run")
@click.option("--keep", is_flag=True, help="Undo nothing.")
@click.option("--within", help="Cut the run off after so long, e.g. 30s.")
def run_cancel(run: str, keep: bool, within: str | None) -> None:
    """Ask RUN to stop; completed steps are undone as its template says."""
    _act(run, "cancel", "is being cancelled", {"undo": not keep, "within": within})


@click.command(name="run-pause")
@click.argument("run")
def run_pause(run: str) -> None:
    """Let RUN begin nothing new; what is in flight is finished."""
    _act(run, "pause", "is being paused", {})


@click.command(name="run-resume")
@click.argument("run")
def run_resume(run: str) -> None:
    """Let a paused RUN go on."""
    _act(run, "resume", "goes on", {})


@click.command(name="run-retry")
@click.argument("run")
def run_retry(run: str) -> None:
    """Let a RUN that failed go on from the step that failed."""
    _act(run, "retry", "is tried again", {})


@click.command(name="run-fork")
@click.argument("run")
@click.option("--step", help="The first step to be done anew; default: all of them.")
@click.option("--latest", is_flag=True, help="With the template as it is now.")
@argument_options
@json_option
def run_fork(
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
    if as_json:
        print_json(started)
    else:
        click.echo(started["run_id"])


@click.command(name="run-move")
@click.argument("run")
@click.option("--check", is_flag=True, help="Only say whether it could.")
def run_move(run: str, check: bool) -> None:
    """Let a RUN that waits go on with its workflow as it is now, if its record fits that."""
    client = connect()
    record = client.get(f"runs/{run}")
    moved = client.post(f"runs/{record['id']}/move", {"check": check})
    can = "can go on" if check else "goes on"
    click.echo(f"{record['id']} {can} with version {moved['version'][:12]}")


@click.command(name="runs-each")
@click.argument("action", type=click.Choice(["cancel", "pause", "resume", "retry"]))
@click.option("--status", help="Only runs that stand so.")
@click.option("--workflow", help="Only runs of this template.")
@click.option("--tag", help="Only runs with this label.")
@click.option("--limit", default=1000, show_default=True)
@json_option
def runs_each(action: str, limit: int, as_json: bool, **where: Any) -> None:
    """Do ACTION to all runs that match."""
    if not any(where.values()):
        raise click.UsageError("say which runs: --status, --workflow or --tag")
    result = connect().post("runs/each", {"action": action, "where": where, "limit": limit})
    if as_json:
        print_json(result)
    else:
        click.echo(f"{len(result['done'])} runs: {action}")
        for run, problem in result["failed"].items():
            click.echo(f"{run}: {problem['message']}", err=True)
    if result["failed"]:
        raise click.exceptions.Exit(FAILED)


def _act(run: str, action: str, done: str, body: dict[str, Any]) -> None:
    client = connect()
    record = client.get(f"runs/{run}")
    client.post(f"runs/{record['id']}/{action}", body)
    click.echo(f"{record['id']} {done}")
