"""Work in processes of its own: it cannot hold up the event loop, and it can be ended.

What goes in and comes out is JSON, whose size is checked on both ways. The size that matters is
the one written out: a small expression or a few aliases can describe a value without end.
"""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any, cast

import orjson
from anyio import (
    BrokenResourceError,
    CancelScope,
    CapacityLimiter,
    ClosedResourceError,
    EndOfStream,
    IncompleteRead,
    fail_after,
    open_process,
)
from anyio.abc import ByteReceiveStream, ByteSendStream, Process
from anyio.streams.buffered import BufferedByteReceiveStream

from interlock.sdk import Rejected, Retryable, from_problem
from interlock_data.settings import DataSettings
from interlock_data.work import LENGTH, dumped, framed, out_of_memory

_START_SECONDS = 30.0
_GONE = (BrokenResourceError, ClosedResourceError, EndOfStream, IncompleteRead)


class Workers:
    """Runs functions of this package, each for a bounded time in a bounded memory."""

    def __init__(self, service: str, settings: DataSettings) -> None:
        self._service = service
        self._settings = settings
        self._limiter = CapacityLimiter(settings.workers)
        self._idle: list[Worker] = []
        self._open = False

    def start(self) -> None:
        self._open = True

    async def run(self, work: str, /, **arguments: Any) -> Any:
        """What a function of this package returns for these JSON values.

        Args:
            work: ``module:function``. Only a worker imports it: what it needs fills memory, and
                this process would hold it for as long as it lives.

        Raises:
            Rejected: it took too long or too much memory, or the values are too large; besides
                all that ``work`` raises.
            Retryable: no worker could be started.
        """
        limits = self._settings
        data = dumped(arguments, limits.max_size, "the arguments")
        async with self._limiter:
            worker = await self._ready(work)
            try:
                answer = orjson.loads(await self._answer(worker, self._order(work, data)))
            except BaseException:
                await worker.end()
                raise
            await self._give_back(worker)
        if "problem" in answer:
            raise from_problem(answer["problem"])
        return answer["result"]

    async def stop(self) -> None:
        """End the workers that wait for work; the others end with their calls."""
        self._open = False
        while self._idle:
            await self._idle.pop().end()

    async def _ready(self, work: str) -> Worker:
        """A worker that knows ``work``: its start and its imports are not timed."""
        try:
            worker = await self._taken()
            if work not in worker.knows:
                await self._teach(worker, work)
        except (OSError, *_GONE):  # a TimeoutError is an OSError
            raise Retryable(f"{self._service}: a worker process could not be started") from None
        return worker

    async def _taken(self) -> Worker:
        while self._idle:
            worker = self._idle.pop()
            if worker.alive:
                return worker
            await worker.end()
        return await Worker.start()

    async def _give_back(self, worker: Worker) -> None:
        if self._open:
            self._idle.append(worker)
        else:
            await worker.end()

    async def _teach(self, worker: Worker, work: str) -> None:
        try:
            with fail_after(_START_SECONDS):
                await worker.ask(self._order("work:known", orjson.dumps({"work": work})))
        except BaseException:
            await worker.end()
            raise
        worker.knows.add(work)

    async def _answer(self, worker: Worker, order: bytes) -> bytes:
        limits = self._settings
        try:
            with fail_after(limits.max_time):
                return await worker.ask(order)
        except TimeoutError:
            raise Rejected(
                f"{self._service}: the work took more than {limits.max_time:g} s and was ended",
                hint="give it less data, or raise max_time in the service's settings",
            ) from None
        except _GONE:
            raise out_of_memory(limits.max_memory) from None

    def _order(self, work: str, arguments: bytes) -> bytes:
        limits = self._settings
        return orjson.dumps(
            {
                "work": work,
                "arguments": orjson.Fragment(arguments),
                "max_size": limits.max_size,
                "max_memory": limits.max_memory,
                "max_time": limits.max_time,
            }
        )


class Worker:
    """One process, which answers one request at a time.

    Attributes:
        knows: the work whose modules it has imported.
    """

    def __init__(self, process: Process) -> None:
        self.knows: set[str] = set()
        self._process = process
        self._requests = cast(ByteSendStream, process.stdin)
        self._answers = BufferedByteReceiveStream(cast(ByteReceiveStream, process.stdout))

    @classmethod
    async def start(cls) -> Worker:
        """A new process. It sees the modules that we see, and nothing of our environment."""
        return cls(
            await open_process(
                [sys.executable, "-P", "-m", "interlock_data.work"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=None,
                env={"PYTHONPATH": os.pathsep.join(sys.path), "PYTHONUTF8": "1"},
            )
        )

    @property
    def alive(self) -> bool:
        return self._process.returncode is None

    async def ask(self, request: bytes) -> bytes:
        """The answer; an error of the streams when the process is gone."""
        await self._requests.send(framed(request))
        length = int.from_bytes(await self._answers.receive_exactly(LENGTH), "big")
        return await self._answers.receive_exactly(length)

    async def end(self) -> None:
        with CancelScope(shield=True):
            if self.alive:
                self._process.kill()
            await self._process.aclose()
