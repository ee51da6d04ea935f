"""The services: how they do, and what operators do to them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from interlock.cli.client import connect
from interlock.cli.completion import service_argument
from interlock.cli.output import (
    column,
    first_line,
    json_option,
    print_done,
    print_items,
    print_json,
)


@click.group(invoke_without_command=True)
@json_option
@click.pass_context
def services(context: click.Context, as_json: bool) -> None:
    """List the services: state, breaker, calls in flight, latency; or do something to one."""
    if context.invoked_subcommand is not None:
        return
    items = connect().get("services")["items"]
    columns = [
        column("SERVICE", "name"),
        column("TYPE"),
        ("STATE", lambda item: "paused" if item["paused"] else item["state"]),
        ("BREAKER", breaker_of),
        ("IN FLIGHT", in_flight),
        ("P50 / P95", latency),
        ("RESTARTS", lambda item: (item["actor"] or {}).get("restarts", "")),
        ("WHY", lambda item: first_line(item.get("reason") or "")),
    ]
    print_items(items, columns, "no services in the configuration", as_json)


@services.command()
@service_argument
@json_option
def show(service: str, as_json: bool) -> None:
    """Show all that is known of SERVICE, as JSON."""
    print_json(connect().get(f"services/{service}"))


@services.command()
@service_argument
@json_option
def pause(service: str, as_json: bool) -> None:
    """Refuse the calls of SERVICE until it is resumed."""
    _act(service, "pause", "is paused", as_json)


@services.command()
@service_argument
@json_option
def resume(service: str, as_json: bool) -> None:
    """Let the calls of SERVICE through again."""
    _act(service, "resume", "goes on", as_json)


@services.command()
@service_argument
@json_option
def reset(service: str, as_json: bool) -> None:
    """Close the breaker of SERVICE, whatever failed before."""
    _act(service, "reset-breaker", "is called again: its breaker is closed", as_json)


@services.command()
@service_argument
@json_option
def restart(service: str, as_json: bool) -> None:
    """Stop SERVICE and start it anew; its limits keep what they know."""
    _act(service, "restart", "is started anew", as_json)


def _act(service: str, action: str, done: str, as_json: bool) -> None:
    print_done(connect().post(f"services/{service}/{action}", {}), f"{service} {done}", as_json)


def breaker_of(item: Mapping[str, Any]) -> str:
    state = ((item["gates"] or {}).get("breaker") or {}).get("state", "")
    return str(state)


def in_flight(item: Mapping[str, Any]) -> str:
    found = (item["gates"] or {}).get("concurrency")
    if not found:
        return ""
    return (
        f"{found['in_flight']} of {found['limit']}" if found["limit"] else str(found["in_flight"])
    )


def latency(item: Mapping[str, Any]) -> str:
    found = (item["gates"] or {}).get("latency")
    return f"{found['p50'] * 1000:.0f} / {found['p95'] * 1000:.0f} ms" if found else ""
