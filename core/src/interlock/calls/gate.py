"""Gates: guard rails that a call passes on its way in, and again on its way out.

Gates that follow one another stand in one coroutine. A coroutine for each, wrapped around the
next, would be simpler; but all of them are resumed whenever the tool goes on after waiting, and
ten more cost an HTTP request a tenth of its time. A call that fails leaves by another coroutine,
which has the time to ask each gate whether it has an answer.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from interlock.calls.call import Call, Next
from interlock.sdk import InterlockError, World

Around = Callable[[Next], Next]
"""A guard rail that may not go on at all: it is wrapped around the rest."""

AGAIN = object()
"""What a gate answers that lets the call go on once more."""

NO_ANSWER = object()
"""What it answers that lets the error go on. Raised by the gate, the error would keep the gate's
frame and be kept by it, until the garbage collector comes."""


class Gate:
    """What has to be remembered between the two ways is kept on the call.

    A call that was let in leaves by one of two ways, so that a result, which is the rule, is not
    asked at every gate whether it is an error. ``call.now`` is the time at every gate: the clock is
    read on each way, and after each wait.
    """

    __slots__ = ()

    def enter(self, call: Call) -> Awaitable[None] | None:
        """Let the call in, at once (None) or after a wait; raises to refuse it."""

    def succeed(self, call: Call, result: Any) -> None:
        """Learn that the call has a result."""

    def fail(self, call: Call, error: BaseException) -> BaseException:
        """Learn how the call failed; gives the error, or another one in its place."""
        return error

    async def rescue(self, call: Call, error: InterlockError) -> Any:
        """A result in place of the error, ``AGAIN`` or ``NO_ANSWER``."""
        return NO_ANSWER


def assemble(rails: Sequence[Gate | Around | None], tool: Next, world: World) -> Next:
    """One function of all ``rails`` before ``tool``, the first one outermost."""
    proceed, gates = tool, list[Gate]()
    for rail in reversed([each for each in rails if each is not None]):
        if isinstance(rail, Gate):
            gates.insert(0, rail)
        else:
            proceed, gates = rail(_through(gates, proceed, world)), []
    return _through(gates, proceed, world)


def _through(gates: Sequence[Gate], proceed: Next, world: World) -> Next:
    if not gates:
        return proceed
    entered = [gate for gate in gates if type(gate).enter is not Gate.enter]
    enters = [gate.enter for gate in entered]
    # How many gates are behind a call that stands at one of them, or at none.
    behind: dict[object, int] = {gate.enter: gates.index(gate) for gate in entered}
    behind[None] = len(gates)
    succeeds = [g.succeed for g in reversed(gates) if type(g).succeed is not Gate.succeed]
    outwards = _outwards(gates, proceed, world)
    clock = world.monotonic

    async def inwards(call: Call) -> Any:
        call.now = clock()
        enter = None
        try:
            for enter in enters:
                waiting = enter(call)
                if waiting is not None:
                    await waiting
                    call.now = clock()
            enter = None
            result = await proceed(call)
        except BaseException as caught:  # noqa: BLE001 - it goes on
            error = caught
        else:
            call.now = clock()
            for succeed in succeeds:
                succeed(call, result)
            return result
        # Not in the handler: an error of the next try would be one "during handling of" this.
        try:
            return await outwards(call, behind[enter], error)
        finally:
            del error

    return inwards


def _outwards(
    gates: Sequence[Gate], proceed: Next, world: World
) -> Callable[[Call, int, BaseException], Awaitable[Any]]:
    """The way out of a call that has failed after so many of ``gates``, the innermost first."""
    again = {
        place: _through(gates[place + 1 :], proceed, world)
        for place, gate in enumerate(gates)
        if type(gate).rescue is not Gate.rescue
    }

    async def outwards(call: Call, passed: int, error: BaseException) -> Any:
        call.now = world.monotonic()
        try:
            for place in reversed(range(passed)):
                gate = gates[place]
                if place in again:
                    try:
                        result = await _rescued(call, gate, again[place], error)
                    except BaseException as final:  # noqa: BLE001 - it goes on
                        error = final
                        call.now = world.monotonic()
                    else:
                        call.now = world.monotonic()
                        for outer in reversed(gates[:place]):
                            outer.succeed(call, result)
                        return result
                error = gate.fail(call, error)
            raise error
        finally:
            # A frame and its own exception would keep each other alive.
            del error

    return outwards


async def _rescued(call: Call, gate: Gate, again: Next, error: BaseException) -> Any:
    try:
        while isinstance(error, InterlockError):
            answer = await gate.rescue(call, error)
            if answer is NO_ANSWER:
                break
            if answer is not AGAIN:
                return answer
            try:
                return await again(call)
            except BaseException as another:  # noqa: BLE001 - the gate is asked about it
                error = another
        raise error
    finally:
        del error
