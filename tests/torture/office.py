"""``uv run python tests/torture/office.py --kills N [--json]``: what runs wait for, under kills.

An order waits in a queue, takes a room, asks a person, waits for an event, runs a child, starts
one on its own, and tells of its end, which starts another run; the clock starts runs meanwhile.
The daemon is killed all the while. A model says what must have happened in the end: each order
with its output, as many runs of each kind as there were reasons for one, no effect twice, never
more rooms taken than the queue allows. The long form is ``--kills 60``. Exit code 1 if not so.
"""

from __future__ import annotations

import random
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import httpx
from command import main
from counting import CountingService
from victim import Victim

ROOMS = 3
ORDERS_A_LIFE = 3
LAST_PATIENCE = 60.0
"""Seconds without the end of any run, after which nothing more is waited for."""
_INPUT = "input: {type: object, required: [n], properties: {n: {type: integer}}}"
MORE = f"""
queues: {{rooms: {{concurrency: {ROOMS}}}}}
schedules:
  tick: {{every: 2s, start: tick, with: {{due: "${{{{ schedule.due }}}}"}}, catch_up: all}}
"""
TEMPLATES = {
    "order": f"""
workflow: order
{_INPUT}
queue: rooms
steps:
  - id: room
    call: counter.book
    with: {{n: "${{{{ input.n }}}}"}}
  - id: ask
    approve: "may ${{{{ input.n }}}}?"
    form: {{type: object, properties: {{extra: {{type: integer}}}}}}
  - id: both
    parallel:
      paid: [{{id: paid, wait_for: office.paid, key: "${{{{ str(input.n) }}}}"}}]
      child: [{{id: kid, run: child, with: {{n: "${{{{ input.n }}}}"}}}}]
  - {{id: loose, run: loose, detach: true, with: {{n: "${{{{ input.n }}}}"}}}}
  - {{id: left, call: counter.free, with: {{n: "${{{{ input.n }}}}"}}}}
  - {{id: told, publish: office.done, with: {{n: "${{{{ input.n }}}}"}}}}
return: "${{{{ steps.both.child + steps.both.paid.payload.sum + steps.ask.values.extra }}}}"
""",
    "child": f"""
workflow: child
{_INPUT}
steps:
  - {{id: a, call: counter.add, with: {{n: "${{{{ input.n }}}}"}}}}
  - {{id: nap, sleep: 100ms}}
  - {{id: b, call: counter.add, with: {{n: "${{{{ steps.a }}}}"}}}}
""",
    "loose": f"""
workflow: loose
{_INPUT}
steps: [{{sleep: 50ms}}, {{call: counter.add, with: {{n: "${{{{ input.n }}}}"}}}}]
""",
    "follow": """
workflow: follow
on: {event: office.done, with: {n: "${{ event.payload.n }}"}}
input: {type: object, required: [n], properties: {n: {type: integer}}}
steps: [{call: counter.add, with: {n: "${{ input.n }}"}}]
""",
    "tick": """
workflow: tick
input: {type: object}
steps: [{call: counter.add, with: {n: 1}}]
""",
}


class Office:
    """One session of it."""

    def __init__(self, folder: Path, kills: int, seed: int) -> None:
        self._random = random.Random(seed)
        self._service = CountingService(seed)
        self._victim = Victim(folder, self._service.url, TEMPLATES, MORE)
        self._kills = kills
        self._orders = 0
        self._paid: set[int] = set()

    def run(self) -> dict[str, Any]:
        for number in range(self._kills):
            client = self._victim.start()
            self._work(client, time.monotonic() + self._random.uniform(0.2, 2.0), number)
            self._victim.end()
            print(f"kill {number + 1}: {self._orders} orders", file=sys.stderr)
        client = self._victim.start()
        runs = self._finish(client)
        self._victim.end()
        self._service.close()
        return self._verdict(runs)

    def _work(self, client: httpx.Client, until: float, life: int) -> None:
        while time.monotonic() < until:
            try:
                if self._orders < ORDERS_A_LIFE * (life + 1):
                    self._order(client)
                self._answer(client)
            except httpx.TransportError:
                return

    def _order(self, client: httpx.Client) -> None:
        body = {"run_id": f"o{self._orders}", "input": {"n": self._orders}}
        client.post("/workflows/order/start", json=body).raise_for_status()
        self._orders += 1

    def _answer(self, client: httpx.Client) -> None:
        """What people and others do: decide what is asked, and pay, sometimes before."""
        for asked in client.get("/approvals").raise_for_status().json()["items"]:
            decision = {"choice": "approve", "values": {"extra": 1000}}
            answer = client.post(f"/approvals/{asked['id']}/decide", json=decision)
            assert answer.status_code in (200, 409), answer.text
        unpaid = [number for number in range(self._orders) if number not in self._paid]
        if unpaid:
            number = self._random.choice(unpaid)
            event = {"name": "office.paid", "key": str(number), "id": f"paid-{number}"}
            body = {**event, "payload": {"sum": 100 * number}}
            client.post("/events", json=body).raise_for_status()
            self._paid.add(number)

    def _finish(self, client: httpx.Client) -> list[dict[str, Any]]:
        """Let everything come to its end; all runs there are."""
        client.post("/schedules/tick/pause").raise_for_status()
        ended, since = -1, time.monotonic()
        while time.monotonic() < since + LAST_PATIENCE:
            self._answer(client)
            runs = _all_runs(client)
            over = [run["workflow"] for run in runs if run["finished"] is not None]
            if over.count("follow") == self._orders and len(over) == len(runs):
                break
            if len(over) > ended:
                ended, since = len(over), time.monotonic()
            time.sleep(0.2)
        return runs

    def _verdict(self, runs: list[dict[str, Any]]) -> dict[str, Any]:
        kinds = Counter(run["workflow"] for run in runs)
        wanted = dict.fromkeys(("order", "child", "loose", "follow"), self._orders)
        ends = {run["id"]: run for run in runs if run["status"] == "succeeded"}
        lost = [f"o{number}" for number in range(self._orders) if f"o{number}" not in ends]
        wrong = [
            f"o{number}: {end['output']}"
            for number in range(self._orders)
            if (end := ends.get(f"o{number}")) and end["output"] != number + 2 + 100 * number + 1000
        ]
        wrong += [_stands(run) for run in runs if run["status"] != "succeeded"]
        wrong += [f"{kinds[kind]} {kind}" for kind in wanted if kinds[kind] != wanted[kind]]
        due = Counter(run["input"]["due"] for run in runs if run["workflow"] == "tick")
        wrong += [f"tick {moment} twice" for moment, count in due.items() if count > 1]
        twice = [key for key, count in self._service.effects.items() if count > 1]
        over = max(0, self._service.most_booked - ROOMS)
        return {
            "kills": self._kills,
            "runs": len(runs),
            "ticks": len(due),
            "lost": len(lost),
            "repeated": len(twice),
            "wrong": len(wrong) + over,
            "most_rooms": self._service.most_booked,
            "examples": [*lost[:5], *twice[:5], *wrong[:5]],
        }


def _stands(run: dict[str, Any]) -> str:
    """Where a run is that should have succeeded."""
    return f"{run['id']} {run['status']}: {run.get('error') or run.get('waiting')}"


def _all_runs(client: httpx.Client) -> list[dict[str, Any]]:
    """Page by page; the newest first."""
    answer = client.get("/runs", params={"limit": 1000}).raise_for_status()
    runs: list[dict[str, Any]] = answer.json()["items"]
    while following := answer.links.get("next"):
        answer = client.get(answer.url.join(following["url"])).raise_for_status()
        runs += answer.json()["items"]
    return runs


if __name__ == "__main__":
    sys.exit(main(__doc__, Office))
