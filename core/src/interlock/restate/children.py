"""Runs that a run on Restate started: begun at their desks, heard of by mail."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import orjson
from restate import ObjectContext, RunOptions

from interlock.journal import RunRecord
from interlock.restate.clock import Clock
from interlock.restate.reactor import Reactor
from interlock.restate.surroundings import Surroundings
from interlock.restate.wire import JSON, ask, tell
from interlock.sdk.errors import InterlockError, from_problem
from interlock.workflows.errors import CompensationFailed, run_exists
from interlock.workflows.operations import RunChild, UndoChild

Kin = RunChild | UndoChild
Conclude = Callable[[Kin, Any, InterlockError | None, float], None]


@dataclass(slots=True)
class _Awaited:
    operation: Kin
    started: float


class Children:
    """The runs that a run has started and waits for.

    Args:
        conclude: told how a child ended.
    """

    def __init__(
        self,
        ctx: ObjectContext,
        run: RunRecord,
        clock: Clock,
        reactor: Reactor,
        engine: Surroundings,
        conclude: Conclude,
    ) -> None:
        self._ctx = ctx
        self._run = run
        self._clock = clock
        self._reactor = reactor
        self._engine = engine
        self._conclude = conclude
        self._awaited: dict[str, _Awaited] = {}

    @property
    def waiting(self) -> int:
        """For how many there is nothing to do but to wait."""
        return len(self._awaited)

    def begin(self, operation: Kin) -> None:
        if isinstance(operation, UndoChild):
            self._undo(operation)
            return
        order = self._ctx.run_typed(
            f"{operation.path}~order", partial(self._order, operation), RunOptions(serde=JSON)
        )
        self._reactor.on(order, partial(self._create, operation))

    def give_up(self, child: RunChild) -> None:
        """Cancel a child; one that is not there yet is cancelled once it is."""
        child.unwanted = True
        if child.run_id in self._awaited:
            self._cancel(child)

    async def came(self, message: Mapping[str, Any]) -> None:
        """A child is over."""
        if (awaited := self._awaited.pop(message["run"], None)) is None:
            return
        self._clock.pass_to(message["at"])
        await self._over(awaited, message)

    async def _order(self, child: RunChild) -> dict[str, Any]:
        try:
            return {**await self._engine.order_of(child, self._run)}
        except InterlockError as error:
            return {"problem": error.to_problem(), "at": self._engine.world.time()}

    def _create(self, child: RunChild, order: dict[str, Any]) -> None:
        if "problem" in order:
            self._clock.pass_to(order["at"])
            self._conclude(child, None, from_problem(order["problem"]), self._clock.time())
            return
        self._clock.pass_to(order["head"]["created"])
        answer = ask(self._ctx, self._engine.names.desk, child.run_id, "create", order)
        self._reactor.on(answer, partial(self._created, child, order["head"]["workflow"]))

    async def _created(self, child: RunChild, workflow: str, answer: bytes) -> None:
        head = orjson.loads(answer)["head"]
        started = self._clock.time()
        if head["workflow"] != workflow:
            error = run_exists(child.run_id, head["workflow"])
            self._conclude(child, None, error, started)
        elif child.detached:
            self._conclude(child, {"run": child.run_id}, None, started)
        elif head["finished"] is not None:
            await self._over(_Awaited(child, started), {"run": child.run_id, **head})
        else:
            self._awaited[child.run_id] = _Awaited(child, started)
            if child.unwanted:
                self._cancel(child)

    def _cancel(self, child: RunChild) -> None:
        wish = {"kind": "cancel", "undo": True, "within": None, "at": self._clock.time()}
        tell(self._ctx, self._engine.names.desk, child.run_id, "control", wish)

    def _undo(self, operation: UndoChild) -> None:
        order = {
            "only": ["succeeded"],
            "become": {"status": "compensating", "intent": "undo"},
            "forget": [],
            "at": self._clock.time(),
        }
        answer = ask(self._ctx, self._engine.names.desk, operation.run_id, "reopen", order)
        self._reactor.on(answer, partial(self._reopened, operation))

    async def _reopened(self, operation: UndoChild, answer: bytes) -> None:
        found = orjson.loads(answer)
        awaited = _Awaited(operation, self._clock.time())
        if found["reopened"] or (found["head"] and found["head"]["finished"] is None):
            self._awaited[operation.run_id] = awaited
        else:
            await self._over(awaited, {"run": operation.run_id, **(found["head"] or {})})

    async def _over(self, awaited: _Awaited, end: Mapping[str, Any]) -> None:
        output, error = None, None
        if isinstance(awaited.operation, UndoChild):
            error = _not_undone(end)
        elif end["status"] == "succeeded":
            output = await self._engine.blobs.unpack(end["output"])
        else:
            problem = end["problem"] or {"message": f"the run was {end['status']}"}
            error = from_problem(problem).with_details(run=end["run"])
        self._conclude(awaited.operation, output, error, awaited.started)


def _not_undone(end: Mapping[str, Any]) -> InterlockError | None:
    if end.get("status") not in ("compensation_failed", None):
        return None
    error = CompensationFailed(f"run {end['run']} could not be undone completely")
    return error.with_details(**(end.get("problem") or {}).get("details", {}))
