"""Doing an operation once, inside of a step of Restate; how it ended is a value, never a failure.

Restate would try a failed step again by itself, and start everything else of the run anew for
it. Retries are the interpreter's, on every engine.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from restate.exceptions import RetryableError

from interlock.journal import RunRecord
from interlock.restate.surroundings import Surroundings
from interlock.sdk.errors import InterlockError, Interrupted, ServiceBug, ServiceUnavailable
from interlock.workflows.history import in_doubt
from interlock.workflows.operations import Call, Operation

Ended = dict[str, Any]
"""``{started, finished}`` and either ``output``, packed, or ``problem``."""


class Attempts:
    """The operations of one run that are under way on this daemon.

    Args:
        life: names this attempt of Restate's at the run: another one of the same run, on
            whichever daemon, has another name.
    """

    def __init__(self, run: RunRecord, engine: Surroundings, life: str) -> None:
        self._run = run
        self._engine = engine
        self._life = life
        self._tasks: dict[Operation, asyncio.Task[Any]] = {}
        self._unwanted: set[Operation] = set()

    def __contains__(self, operation: object) -> bool:
        return operation in self._tasks

    async def mark(self) -> dict[str, Any]:
        """On record before an effect that cannot be repeated."""
        return {"at": self._engine.world.time(), "life": self._life}

    async def make(self, operation: Operation, mark: Mapping[str, Any] | None = None) -> Ended:
        """Do it, unless it was begun elsewhere or before, and nobody knows whether it happened."""
        started = self._engine.world.time()
        if isinstance(operation, Call) and mark is not None and mark["life"] != self._life:
            return self._failed(mark["at"], in_doubt(operation))
        task = asyncio.ensure_future(self._engine.perform(operation, self._run))
        self._tasks[operation] = task
        try:
            return await self._ended(started, await task)
        except asyncio.CancelledError:
            if operation in self._unwanted:
                return self._failed(started, Interrupted("nobody waits for it any more"))
            raise
        except InterlockError as error:
            if self._engine.draining and isinstance(error, Interrupted | ServiceUnavailable):
                # This is only how shutting down looks from inside of a call.
                raise RetryableError("the daemon is shutting down") from None
            return self._failed(started, error)
        except Exception as error:  # noqa: BLE001 - a bug of the call port must not lose the run
            bug = ServiceBug(f"{operation.what}: {type(error).__name__}: {error}")
            return self._failed(started, bug)
        finally:
            self._tasks.pop(operation, None)

    def give_up(self, operation: Operation) -> None:
        """End it now, if it is under way here; nobody asks how it ended."""
        self._unwanted.add(operation)
        if (task := self._tasks.get(operation)) is not None:
            task.cancel()

    async def _ended(self, started: float, output: Any) -> Ended:
        packed = await self._engine.blobs.pack(output)
        return {"started": started, "finished": self._engine.world.time(), "output": packed}

    def _failed(self, started: float, error: InterlockError) -> Ended:
        finished = self._engine.world.time()
        return {"started": started, "finished": finished, "problem": error.to_problem()}
