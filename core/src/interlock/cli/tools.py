"""``interlock call`` and ``interlock tools``."""

from __future__ import annotations

import click

from interlock.cli.arguments import argument_options, read_arguments
from interlock.cli.client import connect
from interlock.cli.completion import tool_argument
from interlock.cli.options import DURATION
from interlock.cli.output import column, first_line, json_option, print_items, print_json
from interlock.cli.progress import show_call
from interlock.sdk.errors import InvalidInput


@click.command()
@tool_argument
@argument_options
@click.option("--timeout", type=DURATION, help="Bound the call, e.g. 30s.")
@click.option("--progress", is_flag=True, help="Print what the tool tells meanwhile, to stderr.")
@json_option
def call(
    tool: str,
    pairs: tuple[str, ...],
    source: str | None,
    timeout: float | None,
    progress: bool,
    as_json: bool,
) -> None:
    """Call TOOL and print its result as JSON.

    A workflow can be called like a tool: it is run to its end.
    """
    body = {"arguments": read_arguments(pairs, source), "timeout": timeout}
    path = f"tools/{tool}/call"
    client = connect()
    try:
        answer = show_call(client.stream(path, body)) if progress else client.post(path, body)
    except InvalidInput as error:
        error.hint = error.hint or f"`interlock tools {tool}` shows what it takes"
        raise
    print_json(answer["result"])


@click.command()
@click.argument("name", required=False)
@json_option
def tools(name: str | None, as_json: bool) -> None:
    """List the tools; with NAME, show one with its schemas."""
    if name:
        print_json(connect().get(f"tools/{name}"))
        return
    items = connect().get("tools")["items"]
    columns = [
        column("TOOL", "name"),
        ("EFFECT", lambda item: item["facts"]["effect"]),
        ("WHAT IT DOES", lambda item: first_line(item["description"])),
    ]
    print_items(items, columns, "no tools: the configuration has no services", as_json)
