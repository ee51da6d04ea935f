"""What the clock starts, and where runs wait for their turn."""

from __future__ import annotations

import click

from interlock.cli.client import connect
from interlock.cli.output import (
    column,
    json_option,
    local_time,
    print_done,
    print_items,
)


@click.group(invoke_without_command=True)
@json_option
@click.pass_context
def schedules(context: click.Context, as_json: bool) -> None:
    """List the schedules: what each starts, and when next; or pause, resume, fire one."""
    if context.invoked_subcommand is not None:
        return
    items = connect().get("schedules")["items"]
    columns = [
        column("SCHEDULE", "name"),
        column("STARTS", "start"),
        column("WHEN", "when"),
        ("NEXT", lambda item: "paused" if item["paused"] else local_time(item["next"])),
        column("LAST RUN", "last_run"),
    ]
    print_items(items, columns, "no schedules in the configuration", as_json)


@click.command()
@json_option
def queues(as_json: bool) -> None:
    """List the queues: how many runs wait, how many have their turn."""
    items = connect().get("queues")["items"]
    columns = [
        column("QUEUE", "name"),
        column("WAITING", "waiting"),
        column("UNDER WAY", "active"),
        column("AT ONCE", "concurrency"),
        column("PER KEY", "per_key"),
        column("RATE", "rate"),
    ]
    print_items(items, columns, "no queues in the configuration", as_json)


@schedules.command()
@click.argument("schedule")
@json_option
def pause(schedule: str, as_json: bool) -> None:
    """Let SCHEDULE start nothing until it is resumed."""
    print_done(connect().post(f"schedules/{schedule}/pause", {}), f"{schedule} is paused", as_json)


@schedules.command()
@click.argument("schedule")
@json_option
def resume(schedule: str, as_json: bool) -> None:
    """Let SCHEDULE start runs again."""
    print_done(connect().post(f"schedules/{schedule}/resume", {}), f"{schedule} goes on", as_json)


@schedules.command()
@click.argument("schedule")
@json_option
def fire(schedule: str, as_json: bool) -> None:
    """Start SCHEDULE's run now, beside those that are due."""
    started = connect().post(f"schedules/{schedule}/fire", {})
    print_done(started, started["run_id"], as_json)
