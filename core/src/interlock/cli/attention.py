"""What waits for a person: approvals and dead letters."""

from __future__ import annotations

import getpass
from typing import Any
from urllib.parse import quote

import click

from interlock.cli.arguments import argument_options, read_arguments
from interlock.cli.client import Client, connect
from interlock.cli.options import limit_option
from interlock.cli.output import (
    column,
    first_line,
    json_option,
    print_done,
    print_items,
    print_json,
)


@click.command()
@click.option("--all", "every", is_flag=True, help="Also those that are decided.")
@click.option("--run", help="Only those of this run.")
@limit_option()
@json_option
def approvals(every: bool, run: str | None, limit: int, as_json: bool) -> None:
    """List what people are asked, the oldest question first."""
    query = {"all": "1" if every else None, "run": run, "limit": limit}
    items = connect().get("approvals", **query)["items"]
    columns = [
        column("ID"),
        column("QUESTION", "title"),
        column("CHOICES"),
        column("WHO"),
        ("DECIDED", lambda item: (item.get("decision") or {}).get("choice", "")),
    ]
    print_items(items, columns, "nothing waits for a decision", as_json)


@click.command()
@click.argument("approval")
@click.argument("choice", default="approve")
@click.option("--comment", default="", help="Why.")
@click.option("--by", default=getpass.getuser, help="Who decides; default: your user name.")
@argument_options
@json_option
def approve(
    approval: str,
    choice: str,
    comment: str,
    by: str,
    pairs: tuple[str, ...],
    source: str | None,
    as_json: bool,
) -> None:
    """Answer APPROVAL with CHOICE; --arg fills in its form."""
    body = {
        "choice": choice,
        "values": read_arguments(pairs, source),
        "by": by,
        "comment": comment,
    }
    decided = connect().post(f"approvals/{quote(approval, safe='')}/decide", body)
    print_done(decided, f"{approval}: {choice}", as_json)


@click.group(name="dead-letters", invoke_without_command=True)
@limit_option()
@json_option
@click.pass_context
def dead_letters(context: click.Context, limit: int, as_json: bool) -> None:
    """List messages, events and runs that could not be handled, newest first; or handle one."""
    if context.invoked_subcommand is not None:
        return
    items = connect().get("dead-letters", limit=limit)["items"]
    columns = [
        column("ID"),
        column("KIND"),
        column("SUBJECT"),
        ("WHY", lambda item: first_line(str(item.get("reason", "")))),
    ]
    print_items(items, columns, "no dead letters", as_json)


@dead_letters.command()
@click.argument("letter")
@json_option
def show(letter: str, as_json: bool) -> None:
    """Show LETTER, with what is needed to handle it after all, as JSON."""
    print_json(connect().get(_path(letter)))


@dead_letters.command()
@click.argument("letter")
@argument_options
@json_option
def replay(letter: str, pairs: tuple[str, ...], source: str | None, as_json: bool) -> None:
    """Handle LETTER after all: deliver its event again, or retry its run.

    With --arg or --input, parts of the event's payload or of the run's input are others; that
    makes a new event or a new run.
    """
    client, changes = connect(), read_arguments(pairs, source)
    body = {"payload": {**_content(client, letter), **changes}} if changes else {}
    print_done(client.post(f"{_path(letter)}/replay", body), f"{letter} is handled again", as_json)


@dead_letters.command()
@click.argument("letter")
@json_option
def discard(letter: str, as_json: bool) -> None:
    """Forget LETTER."""
    print_done(connect().delete(_path(letter)), f"{letter} is gone", as_json)


def _content(client: Client, letter: str) -> dict[str, Any]:
    """The payload of a letter's event, or the input of its run."""
    found = client.get(_path(letter))["payload"]
    content = client.get(f"runs/{found['run']}")["input"] if "run" in found else found["payload"]
    return dict(content)


def _path(letter: str) -> str:
    return f"dead-letters/{quote(letter, safe='')}"
