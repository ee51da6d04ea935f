"""Who may use the daemon, and who did what."""

from __future__ import annotations

import click

from interlock.cli.client import connect, find_daemon
from interlock.cli.options import limit_option
from interlock.cli.output import (
    column,
    json_option,
    local_time,
    print_done,
    print_items,
    print_json,
)


@click.group()
def token() -> None:
    """Make bearer tokens, or show the one of this machine's daemon."""


@token.command()
@click.argument("name")
@click.option(
    "--role",
    type=click.Choice(["viewer", "operator", "admin"]),
    default="viewer",
    show_default=True,
)
@json_option
def new(name: str, role: str, as_json: bool) -> None:
    """Make a token for NAME; print it, and its entry for the configuration.

    Needs no daemon. The token is shown this once: the configuration holds its hash only.
    """
    from interlock.api.auth import hashed, new_token

    made = new_token()
    entry = {"name": name, "sha256": hashed(made), "role": role}
    if as_json:
        print_json({"token": made, **entry})
        return
    click.echo(made)
    click.echo("Keep it, and put this under api.tokens:", err=True)
    fields = ", ".join(f"{key}: {value}" for key, value in entry.items())
    click.echo(f"    - {{{fields}}}", err=True)


@token.command()
@json_option
def show(as_json: bool) -> None:
    """Print the token of the local admin, to sign in at the dashboard.

    The daemon keeps it in its state folder, which only its owner can read.
    """
    address = find_daemon()
    print_done({"url": address.url, "token": address.token}, address.token, as_json)


@click.command()
@click.option("--actor", help="Only what this token did.")
@click.option("--action", help="Only this, e.g. tool.call.")
@limit_option()
@json_option
def audit(actor: str | None, action: str | None, limit: int, as_json: bool) -> None:
    """List who did what, newest first."""
    items = connect().get("audit", actor=actor, action=action, limit=limit)["items"]
    columns = [
        ("AT", lambda item: local_time(item["at"])),
        column("ACTOR"),
        column("ACTION"),
        column("TARGET"),
        column("OUTCOME"),
        column("RUN"),
    ]
    print_items(items, columns, "nothing was done yet", as_json)
