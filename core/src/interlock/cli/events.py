"""``interlock publish``."""

from __future__ import annotations

import click

from interlock.cli.arguments import argument_options, read_arguments
from interlock.cli.client import connect
from interlock.cli.output import json_option, print_json


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
    if as_json:
        print_json(answer)
    else:
        click.echo("published" if answer["published"] else "seen before; dropped")
