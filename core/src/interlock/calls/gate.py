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
    """What has to be remembered between the two ways is kept on the call.

    A call that was let in leaves by one of two ways, so that a result, which is the rule, is not
    asked at every gate whether it is an error.
    """

    __slots__ = ()

    def enter(self, call: Call) -> Awaitable[None] | None:
        """Let the call in, at once (None) or after a wait; raises to refuse it."""

    def succeed(self, call: Call) -> None:
        """Learn that the call has its result."""

    def fail(self, call: Call, error: BaseException) -> BaseException:
        """Learn how the call failed; gives the error, or another one in its place."""
        return error


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
    succeeds = [g.succeed for g in reversed(gates) if type(g).succeed is not Gate.succeed]

    async def gated(call: Call) -> Any:
        passed = 0
        try:
            for passed, enter in enumerate(enters):  # noqa: B007 - how far it came
                waiting = enter(call)
                if waiting is not None:
                    await waiting
            passed = len(enters)
            result = await proceed(call)
        except BaseException as error:  # noqa: BLE001 - it goes on
            # Not kept in a variable: a frame and its own exception would keep each other alive.
            raise _failed(gates[:passed], call, error)  # noqa: B904 - gates tell the cause
        for succeed in succeeds:
            succeed(call)
        return result

    return gated if gates else proceed


def _failed(gates: Sequence[Gate], call: Call, error: BaseException) -> BaseException:
    for gate in reversed(gates):
        error = gate.fail(call, error)
    return error
