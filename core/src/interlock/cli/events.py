"""What is published, and was."""

from __future__ import annotations

import click

from interlock.cli.arguments import argument_options, read_arguments
from interlock.cli.client import connect
from interlock.cli.options import limit_option
from interlock.cli.output import (
    column,
    json_option,
    local_time,
    print_done,
    print_items,
)


@click.command()
@click.argument("event")
@argument_options
@click.option("--id", "event_id", default="", help="A second event of one id is dropped.")
@click.option("--key", default="", help="Correlation key that a waiting run may ask for.")
@json_option
def publish(
    event: str,
    pairs: tuple[str, ...],
    source: str | None,
    event_id: str,
    key: str,
    as_json: bool,
) -> None:
    """Publish EVENT with the arguments as its payload."""
    body = {
        "name": event,
        "payload": read_arguments(pairs, source),
        "id": event_id,
        "key": key,
    }
    answer = connect().post("events", body)
    print_done(answer, "published" if answer["published"] else "seen before; dropped", as_json)


@click.group(invoke_without_command=True)
@click.option("--name", help="Pattern of their names, such as figma.*")
@limit_option(20)
@json_option
@click.pass_context
def events(context: click.Context, name: str | None, limit: int, as_json: bool) -> None:
    """List what was published, newest first, for as long as it is kept; or deliver it again."""
    if context.invoked_subcommand is not None:
        return
    items = connect().get("events", name=name, limit=limit)["items"]
    columns = [
        ("AT", lambda item: local_time(item["created"])),
        column("EVENT", "name"),
        column("ID"),
        column("FROM", "source"),
        ("DELIVERED", lambda item: "no" if item["delivered"] is None else "yes"),
    ]
    print_items(items, columns, "no events", as_json)


@events.command()
@click.argument("name")
@click.option(
    "--since",
    type=click.FloatRange(0),
    default=0.0,
    help="Published at or after; seconds since 1970.",
)
@click.option("--until", type=click.FloatRange(0), help="Published before.")
@json_option
def replay(name: str, since: float, until: float | None, as_json: bool) -> None:
    """Deliver events whose names match NAME again. What they started is not started twice."""
    answer = connect().post("events/replay", {"name": name, "since": since, "until": until})
    print_done(answer, f"{answer['events']} events are delivered again", as_json)
