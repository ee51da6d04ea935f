"""``uv run python tests/torture/run.py --kills N [--json]``: kill the daemon, again and again.

Runs are started all the while, against a service that counts effects by idempotency key. At the
end no run may be lost, no recorded step repeated, and every result must be that of a run without
crashes. The long form is ``--kills 200``. Exit code 1 if any of the three is not so.
"""

from __future__ import annotations

import random
import sys
import time
from pathlib import Path
from typing import Any

import httpx
from cases import CASES, Case
from command import main
from counting import CountingService
from victim import Victim

RUNS_A_LIFE = 12
LAST_PATIENCE = 60.0
"""Seconds without the end of any run, after which nothing more is waited for."""


class Torture:
    """One session of it."""

    def __init__(self, folder: Path, kills: int, seed: int) -> None:
        self._random = random.Random(seed)
        self._service = CountingService(seed)
        templates = {case.name: case.template for case in CASES}
        self._victim = Victim(folder, self._service.url, templates)
        self._kills = kills
        self._started: dict[str, tuple[Case, int]] = {}
        self._signalled: set[str] = set()
        self._lost: list[str] = []
        self.repeated: set[str] = set()

    def run(self) -> dict[str, Any]:
        recorded: dict[str, int] = {}
        for number in range(self._kills):
            client = self._victim.start()
            wanted = RUNS_A_LIFE * (number + 2)
            self._work(client, wanted, time.monotonic() + self._random.uniform(0.05, 1.2))
            self._victim.end()
            self._find_repeated(recorded)
            recorded = self._count_recorded()
            print(f"kill {number + 1}: {len(self._started)} runs", file=sys.stderr)
        client = self._victim.start()
        ends = self._finish(client)
        self._victim.end()
        self._find_repeated(recorded)
        self._service.close()
        return self._verdict(ends)

    def _work(self, client: httpx.Client, wanted: int, until: float) -> None:
        """Start runs, and send the events that some wait for, until it is time."""
        while time.monotonic() < until:
            try:
                self._signal(client)
                if len(self._started) < wanted:
                    self._start_one(client)
                else:
                    time.sleep(0.01)
            except httpx.TransportError:
                return

    def _start_one(self, client: httpx.Client) -> None:
        number = len(self._started)
        case = CASES[number % len(CASES)]
        run_id = f"t{number}"
        body = {"run_id": run_id, "input": {"n": number}}
        client.post(f"/workflows/{case.name}/start", json=body).raise_for_status()
        # Acknowledged: from here on it must not be lost.
        self._started[run_id] = (case, number)

    def _signal(self, client: httpx.Client) -> None:
        for run_id, (case, number) in list(self._started.items()):
            if case.name == "waiter" and run_id not in self._signalled:
                event = {"name": "torture.signal", "key": str(number), "id": f"e{number}"}
                client.post("/events", json={**event, "payload": {"n": number}}).raise_for_status()
                self._signalled.add(run_id)

    def _count_recorded(self) -> dict[str, int]:
        """How often each call was requested whose success is on record by now."""
        return {key: self._service.requests[key] for key in self._victim.recorded()}

    def _find_repeated(self, recorded: dict[str, int]) -> None:
        now = self._service.requests
        self.repeated |= {key for key, count in recorded.items() if now[key] > count}

    def _finish(self, client: httpx.Client) -> dict[str, dict[str, Any]]:
        """Let everything come to its end."""
        ends: dict[str, dict[str, Any]] = {}
        since = time.monotonic()
        self._signal(client)
        while len(ends) < len(self._started) and time.monotonic() < since + LAST_PATIENCE:
            for run_id in self._started.keys() - ends.keys():
                answer = client.get(f"/runs/{run_id}")
                if answer.status_code == 200 and answer.json()["finished"] is not None:
                    ends[run_id], since = answer.json(), time.monotonic()
            time.sleep(0.2)
        for run_id in self._started.keys() - ends.keys():
            run = client.get(f"/runs/{run_id}").json()
            self._lost.append(f"{run_id} {run.get('status')}: {run.get('waiting')}")
        return ends

    def _verdict(self, ends: dict[str, dict[str, Any]]) -> dict[str, Any]:
        wrong = [
            run_id
            for run_id, (case, number) in self._started.items()
            if run_id in ends and not _right(case, number, ends[run_id])
        ]
        wrong += [f"booked {thing}" for thing, count in self._service.booked.items() if count]
        wrong += [f"{key} twice" for key, count in self._service.effects.items() if count > 1]
        return {
            "kills": self._kills,
            "runs": len(self._started),
            "requests": sum(self._service.requests.values()),
            "lost": len(self._lost),
            "repeated": len(self.repeated),
            "wrong": len(wrong),
            "examples": self._lost[:5] + sorted(self.repeated)[:5] + sorted(wrong)[:5],
        }


def _right(case: Case, number: int, end: dict[str, Any]) -> bool:
    if case.doubtful and (end["error"] or {}).get("code") == "in-doubt":
        return True
    return end["status"] == case.status and end["output"] == case.output(number)


if __name__ == "__main__":
    sys.exit(main(__doc__, Torture))
