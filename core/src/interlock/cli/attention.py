"""What waits for a person: approvals and dead letters."""

from __future__ import annotations

import getpass
from urllib.parse import quote

import click

from interlock.cli.arguments import argument_options, read_arguments
from interlock.cli.client import connect
from interlock.cli.output import column, first_line, json_option, print_items, print_json


@click.command()
@click.option("--all", "every", is_flag=True, help="Also those that are decided.")
@click.option("--run", help="Only those of this run.")
@click.option("--limit", default=50, show_default=True)
@json_option
def approvals(every: bool, run: str | None, limit: int, as_json: bool) -> None:
    """List what people are asked, the oldest question first."""
    query = {"all": "1" if every else None, "run": run, "limit": limit}
    items = connect().get("approvals", **query)["items"]
    if as_json:
        print_json(items)
        return
    columns = [
        column("ID"),
        column("QUESTION", "title"),
        column("CHOICES"),
        column("WHO"),
        ("DECIDED", lambda item: (item.get("decision") or {}).get("choice", "")),
    ]
    print_items(items, columns, "nothing waits for a decision")


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
    if as_json:
        print_json(decided)
    else:
        click.echo(f"{approval}: {choice}")


@click.command(name="dead-letters")
@click.option("--limit", default=50, show_default=True)
@json_option
def dead_letters(limit: int, as_json: bool) -> None:
    """List messages, events and runs that could not be handled, newest first."""
    items = connect().get("dead-letters", limit=limit)["items"]
    if as_json:
        print_json(items)
        return
    columns = [
        column("ID"),
        column("KIND"),
        column("SUBJECT"),
        ("WHY", lambda item: first_line(str(item.get("reason", "")))),
    ]
    print_items(items, columns, "no dead letters")


@click.command(name="dead-letter-show")
@click.argument("letter")
def dead_letter_show(letter: str) -> None:
    """Show LETTER, with what is needed to handle it after all."""
    print_json(connect().get(f"dead-letters/{quote(letter, safe='')}"))


@click.command(name="dead-letter-replay")
@click.argument("letter")
def dead_letter_replay(letter: str) -> None:
    """Handle LETTER after all: deliver its event again, or retry its run."""
    connect().post(f"dead-letters/{quote(letter, safe='')}/replay", {})
    click.echo(f"{letter} is handled again")


@click.command(name="dead-letter-discard")
@click.argument("letter")
def dead_letter_discard(letter: str) -> None:
    """Forget LETTER."""
    connect().delete(f"dead-letters/{quote(letter, safe='')}")
    click.echo(f"{letter} is gone")
