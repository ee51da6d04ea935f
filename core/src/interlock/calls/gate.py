"""Gates: guard rails that a call passes on its way in, and again on its way out.

Gates that follow one another stand in one coroutine. A coroutine for each, wrapped around the
next, would be simpler; but all of them are resumed whenever the tool goes on after waiting, and
ten more cost an HTTP request a tenth of its time.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from interlock.calls.call import Call, Next

Around = Callable[[Next], Next]
"""A guard rail that may go on several times, or not at all: it is wrapped around the rest."""


class Gate:
    """What has to be remembered between the two ways is kept on the call."""

    __slots__ = ()

    def enter(self, call: Call) -> Awaitable[None] | None:
        """Let the call in, at once (None) or after a wait; raises to refuse it."""

    def leave(self, call: Call, error: BaseException | None) -> BaseException | None:
        """Learn how a call that was let in ended; the error, or another one in its place."""
        return error


_Leave = Callable[[Call, BaseException | None], BaseException | None]


def assemble(rails: Sequence[Gate | Around | None], tool: Next) -> Next:
    """One function of all ``rails`` before ``tool``, the first one outermost."""
    proceed, gates = tool, list[Gate]()
    for rail in reversed([each for each in rails if each is not None]):
        if isinstance(rail, Gate):
            gates.insert(0, rail)
        else:
            proceed, gates = rail(_through(gates, proceed)), []
    return _through(gates, proceed)


def _through(gates: Sequence[Gate], proceed: Next) -> Next:
    enters = [gate.enter for gate in gates]
    # By the number of gates that were passed.
    leaves = [_leaves(gates[:passed]) for passed in range(len(gates) + 1)]

    async def gated(call: Call) -> Any:
        passed = 0
        try:
            for enter in enters:
                waiting = enter(call)
                if waiting is not None:
                    await waiting
                passed += 1
            result = await proceed(call)
        except BaseException as error:  # noqa: BLE001 - it goes on
            # Not kept in a variable: a frame and its own exception would keep each other alive.
            raise _left(leaves[passed], call, error)  # noqa: B904 - gates tell the cause
        for leave in leaves[passed]:
            leave(call, None)
        return result

    return gated if gates else proceed


def _leaves(gates: Sequence[Gate]) -> list[_Leave]:
    """Those that have anything to do, the innermost first."""
    return [gate.leave for gate in reversed(gates) if type(gate).leave is not Gate.leave]


def _left(leaves: Sequence[_Leave], call: Call, error: BaseException) -> BaseException:
    for leave in leaves:
        error = leave(call, error) or error
    return error
