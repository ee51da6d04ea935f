"""What is there and how it does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import anyio
import click

from interlock.cli.client import connect
from interlock.cli.exits import NoDaemon
from interlock.cli.output import column, first_line, json_option, print_items, print_json


@click.command()
@json_option
def services(as_json: bool) -> None:
    """List the services: state, breaker, calls in flight, restarts."""
    items = connect().get("services")["items"]
    if as_json:
        print_json(items)
        return
    columns = [
        column("SERVICE", "name"),
        column("TYPE"),
        column("STATE"),
        ("BREAKER", lambda item: _gate(item, "breaker", "state")),
        ("IN FLIGHT", lambda item: _gate(item, "concurrency", "in_flight")),
        ("WHY", lambda item: first_line(item.get("reason") or "")),
    ]
    print_items(items, columns, "no services in the configuration")


@click.command()
@json_option
def alerts(as_json: bool) -> None:
    """List the alerts, those that fire first."""
    items = connect().get("alerts")["items"]
    if as_json:
        print_json(items)
        return
    order = ("firing", "pending", "quiet")
    columns = [
        column("ALERT", "name"),
        column("STATE", "state"),
        column("RULE", "rule"),
        column("FAULT", "fault"),
    ]
    items.sort(key=lambda item: order.index(item["state"]))
    print_items(items, columns, "no alerts in the configuration")


@click.command()
@json_option
def plugins(as_json: bool) -> None:
    """List the plugins: name, version, what each brings, or why it failed to load.

    Without a daemon, this process loads them to see.
    """
    try:
        items = connect().get("plugins")["items"]
    except NoDaemon:
        items = anyio.run(_load_plugins)
    if as_json:
        print_json(items)
        return
    columns = [
        column("PLUGIN", "name"),
        column("VERSION"),
        column("STATE"),
        column("SERVICES"),
        column("TOOLS"),
        ("WHY", lambda item: first_line(item.get("reason") or "")),
    ]
    print_items(items, columns, "no plugins installed")


async def _load_plugins() -> list[dict[str, Any]]:
    from interlock.host import load_plugins
    from interlock.sdk import RealWorld

    plugins = await load_plugins(RealWorld())
    return [plugin.record.to_dict() for plugin in plugins.loaded]


def _gate(item: Mapping[str, Any], gate: str, field: str) -> Any:
    return (item.get("gates", {}).get(gate) or {}).get(field, "")
