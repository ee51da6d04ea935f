"""``interlock demo``: the real daemon, two real workflows, recorded vendors that misbehave."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from interlock.cli.client import Client, read_address
from interlock.cli.exits import FAILED
from interlock.cli.output import json_option, print_json, print_table, span
from interlock.cli.progress import show_progress
from interlock.config.environment import with_variables
from interlock.sdk.errors import InterlockError, NotFound

CONFIG = Path("config/demo/interlock.yaml")
# The documentation pages of github.com/nvlgzr/notion2svelte, as Notion recorded them.
NOTION_DATABASE = "1842fdf6-5e49-4c74-a388-cab1b3a6725e"
_START_SECONDS = 30.0


@dataclass(frozen=True)
class Scene:
    """One workflow of the demo."""

    title: str
    workflow: str
    input: dict[str, Any]
    results: str


SCENES = (
    Scene(
        "Figma file to typed React components, tokens and documentation",
        "design_to_code",
        {"figma_file_id": "figma-importer-example", "component_library": "react"},
        "design",
    ),
    Scene(
        "Notion database to a cited knowledge base",
        "knowledge_extraction",
        {"notion_database_id": NOTION_DATABASE, "analysis_goal": "set up and deploy"},
        "knowledge",
    ),
)


@click.command()
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("demo-out"),
    show_default=True,
    help="Where the results go.",
)
@json_option
def demo(out: Path, as_json: bool) -> None:
    """Run both headline workflows against recorded vendors; no keys, no network.

    The vendors answer with rate limits, server errors and resets, so that you can see the guard
    rails at work.
    """
    started = time.monotonic()
    out = out.resolve()
    click.echo("Starting a daemon, and recorded vendors that misbehave …", err=True)
    with _daemon(find_config(), out) as client:
        records = [_play(client, scene) for scene in SCENES]
        seen = _look_back(client, records, time.monotonic() - started)
    if as_json:
        print_json(seen)
    else:
        _tell(seen, out)
    if any(record["status"] != "succeeded" for record in records):
        raise click.exceptions.Exit(FAILED)


def find_config() -> Path:
    """The demo's configuration: in the current folder or above it, or in the checkout.

    Raises:
        NotFound: neither has it.
    """
    here = Path.cwd()
    checkout = Path(__file__).resolve().parents[4]
    for folder in (here, *here.parents, checkout):
        if (folder / CONFIG).is_file():
            return folder / CONFIG
    raise NotFound(
        f"{CONFIG} is neither here nor above", hint="run the demo in a checkout of Interlock"
    )


@contextmanager
def _daemon(config: Path, out: Path) -> Iterator[Client]:
    state = out / ".interlock"
    command = [sys.executable, "-m", "interlock", "run", "--config", str(config)]
    out.mkdir(parents=True, exist_ok=True)
    with (out / "daemon.log").open("wb") as log:
        process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            command,
            env=with_variables(_environment(out, state)),
            stderr=log,
            stdin=subprocess.DEVNULL,
        )
        try:
            yield _connected(process, state / "daemon.json", out / "daemon.log")
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait()


def _environment(out: Path, state: Path) -> dict[str, str]:
    vendors = f"http://127.0.0.1:{_free_port()}"
    return {
        "INTERLOCK_DEMO_OUT": str(out),
        "INTERLOCK_DEMO_STATE": str(state),
        "INTERLOCK_DEMO_DAEMON_PORT": "0",
        "INTERLOCK_DEMO_PORT": vendors.rpartition(":")[2],
        "INTERLOCK_DEMO_FIGMA": f"{vendors}/figma",
        "INTERLOCK_DEMO_NOTION": f"{vendors}/notion",
    }


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def _connected(process: subprocess.Popen[bytes], address: Path, log: Path) -> Client:
    deadline = time.monotonic() + _START_SECONDS
    while not address.exists():
        if process.poll() is not None or time.monotonic() > deadline:
            click.echo(log.read_text(errors="replace"), err=True)
            raise InterlockError("the demo's daemon did not start", hint=f"its log is {log}")
        time.sleep(0.05)
    client = Client(read_address(address))
    # Vendors and those who ask them start side by side.
    while not _all_ready(client) and time.monotonic() < deadline:
        time.sleep(0.05)
    return client


def _all_ready(client: Client) -> bool:
    return all(each["state"] == "ready" for each in client.get("services")["items"])


def _play(client: Client, scene: Scene) -> dict[str, Any]:
    click.secho(f"\n{scene.title}", bold=True, err=True)
    run_id = client.post(f"workflows/{scene.workflow}/start", {"input": scene.input})["run_id"]
    show_progress(client.stream(f"runs/{run_id}/watch"))
    record: dict[str, Any] = client.get(f"runs/{run_id}")
    if record["status"] != "succeeded":
        click.secho(
            f"{record['status']}: {(record.get('error') or {}).get('message')}", fg="red", err=True
        )
    return record


def _look_back(client: Client, records: list[dict[str, Any]], seconds: float) -> dict[str, Any]:
    """What was done, in numbers."""
    gates = [each["gates"] for each in client.get("services")["items"] if each.get("gates")]
    decisions = _added(gate["decisions"] for gate in gates)
    return {
        "runs": [{**record, "steps": _steps(client, record)} for record in records],
        "calls": sum(gate["calls"] for gate in gates),
        "retries": sum(gate["retries"] for gate in gates),
        "waits for a rate limit": decisions.get("rate-waited", 0),
        "429s that held a service": decisions.get("rate-held", 0),
        "breaker trips": decisions.get("breaker-open", 0),
        "calls refused by a breaker": decisions.get("breaker-refused", 0),
        "seconds": round(seconds, 1),
    }


def _steps(client: Client, record: dict[str, Any]) -> int:
    return len(client.get(f"runs/{record['id']}/steps")["items"])


def _tell(seen: dict[str, Any], out: Path) -> None:
    click.echo()
    rows = [
        (run["workflow"], run["status"], run["steps"], _took(run), _short(out / scene.results))
        for run, scene in zip(seen["runs"], SCENES, strict=True)
    ]
    print_table(["WORKFLOW", "STATUS", "STEPS", "TOOK", "RESULTS"], rows)
    click.echo()
    counts = [(name, seen[name]) for name in seen if name != "runs"]
    print_table(["WHAT THE GUARD RAILS DID", ""], counts)
    config = _short(find_config())
    click.echo()
    for title, command in (
        ("Look at the results", f"less {_short(out / 'knowledge' / 'knowledge-base.md')}"),
        ("See it in a browser", f"interlock run -c {config}"),
        ("", "then open http://127.0.0.1:7420 and sign in with `interlock token show`"),
        ("Use your own services", f"copy {config}, and interlock config check -c FILE"),
    ):
        click.echo(f"{title:<23}{command}")


def _took(run: dict[str, Any]) -> str:
    return span((run["finished"] or run["created"]) - run["created"])


def _short(path: Path) -> Path:
    """As one would type it here."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path


def _added(counts: Iterable[dict[str, int]]) -> Counter[str]:
    total: Counter[str] = Counter()
    for each in counts:
        total.update(each)
    return total
