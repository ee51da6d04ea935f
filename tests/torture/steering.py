"""``uv run python tests/torture/steering.py --kills N [--json]``: operators at work, under kills.

Trips book a room and, in a child run, a car, beside branches that fail, wait and race; one call may
not be repeated. All the while they are paused, resumed and cancelled, children as well, and the
daemon is killed. In the end what succeeded is booked and paid for once, and nothing else is booked.
The long form is ``--kills 70``. Exit code 1 if it is not so.
"""

from __future__ import annotations

import random
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
from command import main
from counting import CountingService
from victim import Victim

TRIPS_A_LIFE = 4
LAST_PATIENCE = 40.0
"""Seconds without the end of any trip, after which nothing more is waited for."""
CAR = 1_000_000
"""A trip's car has the trip's number and this."""
_INPUT = """input:
  type: object
  required: [n, fails]
  properties: {n: {type: integer}, fails: {enum: ["no one", trip, car]}}"""
TEMPLATES = {
    "trip": f"""
workflow: trip
{_INPUT}
timeout: 1h
steps:
  - id: room
    call: counter.book
    with: {{n: "${{{{ input.n }}}}"}}
    compensate: {{call: counter.free, with: {{n: "${{{{ input.n }}}}"}}}}
  - id: each
    for_each: "${{{{ range(4) }}}}"
    concurrency: 2
    on_item_error: continue
    do:
      - {{id: one, call: counter.add, with: {{n: "${{{{ item }}}}"}}}}
      - {{id: bad, call: counter.refuse, when: item == 2}}
  - id: both
    parallel:
      car: [{{id: car, run: car, with: {{n: "${{{{ input.n + {CAR} }}}}", fails: "${{{{ input.fails }}}}"}}}}]
      ask: [{{id: ask, approve: "go?"}}, {{call: counter.add, with: {{n: 1}}}}]
      paid: [{{wait_for: trip.paid, key: "${{{{ str(input.n) }}}}"}}]
      race:
        - wait: first
          parallel:
            fast: [{{sleep: 30ms}}, {{call: counter.add, with: {{n: 5}}}}]
            slow: [{{sleep: 6s}}, {{call: counter.add, with: {{n: 6}}}}]
  - {{id: pay, call: counter.once, with: {{n: "${{{{ input.n }}}}"}}, in_doubt: ask}}
  - {{call: counter.refuse, when: input.fails == 'trip'}}
return: "${{{{ steps.both.car + steps.pay }}}}"
""",
    "car": f"""
workflow: car
{_INPUT}
steps:
  - id: taken
    call: counter.book
    with: {{n: "${{{{ input.n }}}}"}}
    compensate:
      steps:
        - {{call: counter.free, with: {{n: "${{{{ input.n }}}}"}}}}
        - {{sleep: 20ms}}
        - {{call: counter.add, with: {{n: 3}}}}
  - {{sleep: 50ms}}
  - {{call: counter.refuse, when: input.fails == 'car'}}
return: "${{{{ steps.taken }}}}"
""",
}


@dataclass
class Trip:
    """What was started, and what was asked of it since."""

    number: int
    fails: str
    asked: list[str] = field(default_factory=list)
    paid: bool = False
    end: dict[str, Any] | None = None

    @property
    def id(self) -> str:
        return f"trip{self.number}"

    @property
    def car(self) -> str:
        return f"{self.id}:both.car.car"


class Steering:
    """One session of it."""

    def __init__(self, folder: Path, kills: int, seed: int) -> None:
        self._random = random.Random(seed)
        self._service = CountingService(seed)
        self._victim = Victim(folder, self._service.url, TEMPLATES)
        self._kills = kills
        self._trips: dict[str, Trip] = {}

    def run(self) -> dict[str, Any]:
        for life in range(1, self._kills + 1):
            client = self._victim.start()
            self._work(client, time.monotonic() + self._random.uniform(0.1, 1.6), life)
            self._victim.end()
            print(f"kill {life}: {len(self._trips)} trips", file=sys.stderr)
        client = self._victim.start()
        self._finish(client)
        verdict = self._verdict(client)
        self._victim.end()
        self._service.close()
        return verdict

    def _work(self, client: httpx.Client, until: float, life: int) -> None:
        while time.monotonic() < until:
            try:
                if len(self._trips) < TRIPS_A_LIFE * life:
                    self._start(client)
                self._pay(client, self._random.sample(list(self._trips), 1))
                self._answer(client)
                self._steer(client)
            except httpx.TransportError:
                return

    def _start(self, client: httpx.Client) -> None:
        fails = self._random.choice(["no one", "no one", "no one", "trip", "car"])
        trip = Trip(len(self._trips), fails)
        body = {"run_id": trip.id, "input": {"n": trip.number, "fails": fails}}
        client.post("/workflows/trip/start", json=body).raise_for_status()
        self._trips[trip.id] = trip

    def _pay(self, client: httpx.Client, ids: list[str]) -> None:
        for trip in (self._trips[each] for each in ids):
            if not trip.paid:
                event = {"name": "trip.paid", "key": str(trip.number), "id": f"paid-{trip.id}"}
                client.post("/events", json={**event, "payload": {}}).raise_for_status()
                trip.paid = True

    def _answer(self, client: httpx.Client) -> None:
        """What people do: let it go on, and look in the service what happened."""
        for asked in client.get("/approvals", params={"limit": 500}).json()["items"]:
            body: dict[str, Any] = {"choice": "approve"}
            if asked["step"].startswith("pay"):
                trip = self._trips[asked["run"]]
                happened = {"choice": "happened", "values": {"output": trip.number + 1}}
                body = happened if self._service.effects[f"{trip.id}:pay"] else {"choice": "retry"}
            answer = client.post(f"/approvals/{quote(asked['id'])}/decide", json=body)
            assert answer.status_code in (200, 409), answer.text

    def _steer(self, client: httpx.Client) -> None:
        trip = self._trips[self._random.choice(list(self._trips)[-30:])]
        [what] = self._random.choices(["pause", "resume", "cancel", "car"], [10, 10, 1, 1])
        # It may take effect though the answer is lost.
        trip.asked.append(what)
        run, act = (trip.car, "cancel") if what == "car" else (trip.id, what)
        answer = client.post(f"/runs/{run}/{act}")
        assert answer.status_code in (202, 404, 409), answer.text

    def _finish(self, client: httpx.Client) -> None:
        """Let everything come to its end."""
        self._pay(client, list(self._trips))
        since = time.monotonic()
        while time.monotonic() < since + LAST_PATIENCE:
            self._answer(client)
            open_ones = [trip for trip in self._trips.values() if trip.end is None]
            if not open_ones:
                return
            for trip in open_ones:
                run = client.get(f"/runs/{trip.id}").json()
                if run["status"] == "paused":
                    client.post(f"/runs/{trip.id}/resume")
                elif run["finished"] is not None:
                    trip.end, since = run, time.monotonic()
            time.sleep(0.2)

    def _verdict(self, client: httpx.Client) -> dict[str, Any]:
        lost = [trip.id for trip in self._trips.values() if trip.end is None]
        wrong = [f"{trip.id} {told}" for trip in self._trips.values() for told in self._wrong(trip)]
        cars = client.get("/runs", params={"workflow": "car", "limit": 1000}).json()["items"]
        wrong += [f"{car['id']} is {car['status']}" for car in cars if car["finished"] is None]
        twice = [key for key, count in self._service.effects.items() if count > 1]
        return {
            "kills": self._kills,
            "runs": len(self._trips),
            "ends": Counter(trip.end["status"] for trip in self._trips.values() if trip.end),
            "lost": len(lost),
            "repeated": len(twice),
            "wrong": len(wrong),
            "examples": [*lost[:5], *twice[:5], *wrong[:5]],
        }

    def _wrong(self, trip: Trip) -> list[str]:
        if trip.end is None:
            return []
        status = trip.end["status"]
        allowed = {"succeeded" if trip.fails == "no one" else "failed"}
        allowed |= {"cancelled"} if "cancel" in trip.asked else set()
        allowed |= {"failed"} if "car" in trip.asked else set()
        succeeded, story = int(status == "succeeded"), f"is {status} after {trip.asked}"
        found = [] if status in allowed else [f"{story}: {trip.end['error']}"]
        found += [
            f"{story}, and {thing} booked {booked} times"
            for thing in (trip.number, trip.number + CAR)
            if (booked := self._service.booked[thing]) != succeeded
        ]
        if succeeded and trip.end["output"] != 2 * trip.number + CAR + 2:
            found.append(f"gave {trip.end['output']}")
        if succeeded and self._service.effects[f"{trip.id}:pay"] != 1:
            found.append("succeeded and is not paid")
        return found


if __name__ == "__main__":
    sys.exit(main(__doc__, Steering))
