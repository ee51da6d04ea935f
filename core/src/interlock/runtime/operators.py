"""What operators do to many runs, and to what could not be handled."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol

from interlock.events import Bus
from interlock.journal import DeadLetterRecord, Journal, RunFilter
from interlock.runtime.visibility import within_scopes
from interlock.sdk import Conflict, Event, InterlockError, InvalidInput, World
from interlock.workflows import Engine

_ACTIONS = ("cancel", "pause", "resume", "retry")


class Operable(Protocol):
    """What is asked of the runtime."""

    bus: Bus
    journal: Journal
    engine: Engine
    world: World

    async def retry(self, run_id: str) -> None: ...

    async def fork(self, run_id: str, *, input: Mapping[str, Any] | None = None) -> str: ...


async def each_run(runtime: Operable, action: str, which: RunFilter, limit: int) -> dict[str, Any]:
    """See :meth:`Runtime.each`."""
    if action not in _ACTIONS:
        raise InvalidInput(
            f"{action!r} is no action", hint=f"one of {', '.join(_ACTIONS)}", path="$.action"
        )
    act: Callable[[str], Awaitable[None]] = getattr(runtime, action)
    done: list[str] = []
    failed: dict[str, Any] = {}
    for record in await runtime.journal.runs.list(within_scopes(which), limit=limit):
        try:
            await act(record.id)
        except InterlockError as error:
            failed[record.id] = error.to_problem()
        else:
            done.append(record.id)
    return {"done": done, "failed": failed}


async def replay(
    runtime: Operable, letter_id: str, payload: Mapping[str, Any] | None
) -> dict[str, Any]:
    """See :meth:`Runtime.replay`."""
    letter = await runtime.journal.dead_letters.get(letter_id)
    if payload is not None:
        return await _replay_with(runtime, letter, payload)
    match letter.kind:
        case "event":
            await runtime.bus.deliver_again(letter.payload["id"])
            await runtime.journal.dead_letters.discard(letter.id)
        # What the run does now takes its letters back.
        case "run":
            await runtime.retry(letter.payload["run"])
        case "compensation":
            await runtime.engine.control.undo_again(letter.payload["run"], letter.payload["step"])
        case _:
            raise Conflict(
                f"a {letter.kind} cannot be replayed: nobody waits for its answer any more",
                hint="discard it, and call the tool again",
            )
    return {}


async def _replay_with(
    runtime: Operable, letter: DeadLetterRecord, payload: Mapping[str, Any]
) -> dict[str, Any]:
    """What has another payload is another event, another run."""
    match letter.kind:
        case "event":
            known = await runtime.journal.events.get(letter.payload["id"])
            fresh = f"{letter.payload['id']}~{runtime.world.new_id()}"
            event = Event(letter.subject, payload, id=fresh, key=known.key if known else "")
            await runtime.bus.publish(event, f"dead letter {letter.id}")
            answer = {"event": fresh}
        case "run":
            answer = {"run_id": await runtime.fork(letter.payload["run"], input=payload)}
        case _:
            raise Conflict(
                f"a {letter.kind} cannot be replayed with another payload",
                hint="replay or discard it as it is",
            )
    await runtime.journal.dead_letters.discard(letter.id)
    return answer
