"""What the clock starts, and where runs wait for their turn."""

from __future__ import annotations

from datetime import datetime

import click

from interlock.cli.client import connect
from interlock.cli.output import column, json_option, print_items, print_json


@click.command()
@json_option
def schedules(as_json: bool) -> None:
    """List the schedules: what each starts, and when next."""
    items = connect().get("schedules")["items"]
    if as_json:
        print_json(items)
        return
    columns = [
        column("SCHEDULE", "name"),
        column("STARTS", "start"),
        ("NEXT", lambda item: "paused" if item["paused"] else _clock(item["next"])),
        column("LAST RUN", "last_run"),
    ]
    print_items(items, columns, "no schedules in the configuration")


@click.command()
@json_option
def queues(as_json: bool) -> None:
    """List the queues: how many runs wait, how many have their turn."""
    items = connect().get("queues")["items"]
    if as_json:
        print_json(items)
        return
    columns = [
        column("QUEUE", "name"),
        column("WAITING", "waiting"),
        column("UNDER WAY", "active"),
        column("AT ONCE", "concurrency"),
        column("PER KEY", "per_key"),
        column("RATE", "rate"),
    ]
    print_items(items, columns, "no queues in the configuration")


@click.command(name="schedule-pause")
@click.argument("schedule")
def schedule_pause(schedule: str) -> None:
    """Let SCHEDULE start nothing until it is resumed."""
    connect().post(f"schedules/{schedule}/pause", {})
    click.echo(f"{schedule} is paused")


@click.command(name="schedule-resume")
@click.argument("schedule")
def schedule_resume(schedule: str) -> None:
    """Let SCHEDULE start runs again."""
    connect().post(f"schedules/{schedule}/resume", {})
    click.echo(f"{schedule} goes on")


@click.command(name="schedule-fire")
@click.argument("schedule")
@json_option
def schedule_fire(schedule: str, as_json: bool) -> None:
    """Start SCHEDULE's run now, beside those that are due."""
    started = connect().post(f"schedules/{schedule}/fire", {})
    if as_json:
        print_json(started)
    else:
        click.echo(started["run_id"])


def _clock(seconds: float) -> str:
    return datetime.fromtimestamp(seconds).strftime("%Y-%m-%d %H:%M:%S")
