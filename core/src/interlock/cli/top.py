"""``interlock top``: how everything stands, in the terminal, again and again."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from interlock.cli.client import Client, connect
from interlock.cli.output import first_line, json_option, print_json, span
from interlock.cli.services import breaker_of, in_flight, latency

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table

_BLOCKS = " ▁▂▃▄▅▆▇█"
_OPEN = ("running", "waiting", "paused", "compensating")
_COLOURS = {
    "ready": "green",
    "succeeded": "green",
    "running": "blue",
    "waiting": "yellow",
    "paused": "yellow",
    "failed": "red",
    "compensation_failed": "red",
    "needs-attention": "red",
    "open": "red",
    "half open": "yellow",
}
_NEEDS = {
    "approvals": "to approve",
    "dead_letters": "dead letters",
    "alerts": "alerts",
    "services": "of the services not ready",
}

State = dict[str, Any]


@click.command()
@click.option(
    "--every",
    type=click.FloatRange(0.1),
    default=1.0,
    show_default=True,
    help="Seconds between two looks.",
)
@click.option("--once", is_flag=True, help="Look once.")
@json_option
def top(every: float, once: bool, as_json: bool) -> None:
    """Watch runs, services and what needs a person, until Ctrl-C.

    With --json, or where the output is no terminal, it looks once.
    """
    client = connect()
    if as_json:
        print_json(_look(client))
        return
    from rich.console import Console

    console = Console(highlight=False)
    if once or not console.is_terminal:
        console.print(_shown(_look(client), console.height))
        return
    from rich.live import Live

    with Live(_shown(_look(client), console.height), console=console, screen=True) as live:
        try:
            while True:
                time.sleep(every)
                live.update(_shown(_look(client), console.height))
        except KeyboardInterrupt:
            return


def _look(client: Client) -> State:
    listings = {"services": {}, "queues": {}, "alerts": {}, "runs": {"limit": 50, "brief": "true"}}
    found = {name: client.get(name, **query)["items"] for name, query in listings.items()}
    return {**client.get("summary"), "latest": found.pop("runs"), **found}


def _shown(state: State, height: int) -> RenderableType:
    from rich.console import Group

    services, queues = _services(state), _queues(state)
    parts = [*_head(state), "", services, *([""] if queues else []), *queues, ""]
    taken = 8 + services.row_count + (3 + queues[0].row_count if queues else 0)
    return Group(*parts, _runs(state, max(3, height - taken)))


def _head(state: State) -> Iterator[RenderableType]:
    from rich.text import Text

    runs, minutes = state["runs"], state["minutes"]
    lately = sum(each["started"] for each in minutes[-5:]) / 5
    yield Text.assemble(
        ("interlock", "bold"),
        f"  {datetime.fromtimestamp(state['at']):%H:%M:%S}   ",
        ", ".join(f"{runs.get(each, 0)} {each}" for each in _OPEN if runs.get(each))
        or "no run under way",
    )
    yield Text(f"{lately:5.1f} runs a minute {_sparkline([each['started'] for each in minutes])}")
    needs = [f"{count} {_NEEDS[name]}" for name, count in state["needs"].items() if count]
    if state["fault"]:
        yield Text(f"nothing can be recorded: {state['fault']}", "bold red")
    firing = [each["name"] for each in state["alerts"] if each["state"] == "firing"]
    told = ", ".join(needs) + (f" ({', '.join(firing)})" if firing else "")
    yield Text(f"needs a person: {told}", "red") if needs else Text("nobody is needed", "green")


def _sparkline(values: list[int]) -> str:
    most = max(*values, 1)
    return "".join(_BLOCKS[-(-value * (len(_BLOCKS) - 1) // most)] for value in values)


def _services(state: State) -> Table:
    table = _table(
        "SERVICE", "STATE", "BREAKER", "IN FLIGHT", "P50 / P95", "CALLS", "RESTARTS", "WHY"
    )
    for each in state["services"]:
        how = "paused" if each["paused"] else each["state"]
        table.add_row(
            each["name"],
            _coloured(how),
            _coloured(breaker_of(each)),
            in_flight(each),
            latency(each),
            str((each["gates"] or {}).get("calls", "")),
            str((each["actor"] or {}).get("restarts", "")),
            first_line(each["reason"] or "", 60),
        )
    return table


def _queues(state: State) -> list[Table]:
    table = _table("QUEUE", "WAITING", "UNDER WAY", "AT ONCE")
    for each in state["queues"]:
        limit = each["concurrency"]
        table.add_row(each["name"], str(each["waiting"]), str(each["active"]), str(limit or ""))
    return [table] if state["queues"] else []


def _runs(state: State, rows: int) -> Table:
    """Those that are under way first."""
    table = _table("RUN", "WORKFLOW", "STATUS", "BEGAN", "TOOK", "WHY")
    latest = sorted(state["latest"], key=lambda run: run["finished"] is not None)
    for each in latest[:rows]:
        end = each["finished"] or state["at"]
        why = (each.get("error") or {}).get("message") or (each.get("waiting") or {}).get("reason")
        table.add_row(
            f"…{each['id'][-8:]}",
            each["workflow"],
            _coloured(each["status"]),
            f"{datetime.fromtimestamp(each['created']):%H:%M:%S}",
            span(end - each["created"]),
            first_line(why or "", 60),
        )
    return table


def _table(*headings: str) -> Table:
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="dim", expand=True)
    for heading in headings:
        # The last one takes what is left, and gives way first.
        last = heading == headings[-1]
        table.add_column(heading, no_wrap=True, overflow="ellipsis", ratio=1 if last else None)
    return table


def _coloured(word: str) -> Any:
    from rich.text import Text

    return Text(word.replace("_", " "), _COLOURS.get(word, ""))
