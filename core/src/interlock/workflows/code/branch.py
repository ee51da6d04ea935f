"""One coroutine of a workflow in Python: driven step by step, so that it is known who awaits."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Awaitable, Coroutine, Generator
from random import Random
from typing import Any, cast

from interlock.workflows.errors import ForeignAwait
from interlock.workflows.operations import Operation, Outcome

_log = logging.getLogger(__name__)


class Left(BaseException):
    """Inside of code whose run leaves memory: a ``finally`` awaits something."""


class Current:
    """The branch of a run whose code runs just now."""

    __slots__ = ("branch",)

    def __init__(self) -> None:
        self.branch: Branch | None = None


class Branch:
    """A branch of a run's code; awaiting it runs it to its end.

    Args:
        prefix: beginning of the paths of its steps.
        moment: seconds since the epoch; what the branch takes for the time at its beginning.
        home: the file that the workflow is written in.

    Attributes:
        position: of the last recorded outcome that it has seen.
        undoing: it undoes what the run did.
        closing: the run leaves memory; its code is to begin nothing.
    """

    def __init__(
        self,
        current: Current,
        work: Awaitable[Any],
        prefix: str,
        *,
        moment: float,
        position: int = 0,
        home: str = "",
        undoing: bool = False,
    ) -> None:
        self.prefix = prefix
        self.position = position
        self.moment = moment
        self.home = home
        self.undoing = undoing
        self.closing = False
        self._current = current
        self._work = work
        self._names: Counter[str] = Counter()
        self._random: Random | None = None

    def saw(self, inner: Branch) -> None:
        """Take note of what a branch inside has seen."""
        self.moment = max(self.moment, inner.moment)
        self.position = max(self.position, inner.position)

    def path(self, name: str) -> str:
        """The next path of this name."""
        self._names[name] += 1
        number = self._names[name]
        return f"{self.prefix}{name}" if number == 1 else f"{self.prefix}{name}-{number}"

    def random(self, run_id: str) -> Random:
        """A generator of the branch's own."""
        if self._random is None:
            self._random = Random(f"{run_id}:{self.prefix}")  # noqa: S311 - replayable, no secret
        return self._random

    def __await__(self) -> Generator[Any, Any, Any]:
        body = as_coroutine(self._work)
        value: Any = None
        error: BaseException | None = None
        while True:
            try:
                awaited = self._advance(body, value, error)
            except StopIteration as end:
                return end.value
            value = error = None
            if not isinstance(awaited, Operation):
                error = _foreign(awaited, body, self.home)
                continue
            try:
                value = yield awaited
            except GeneratorExit:
                self._close(body)
                raise
            except BaseException as thrown:  # noqa: BLE001 - it is the workflow's to handle
                error = thrown
            if isinstance(value, Outcome):
                self.moment = value.finished
                self.position = max(self.position, value.position)

    def _advance(self, body: Coroutine[Any, Any, Any], value: Any, error: Any) -> Any:
        outer, self._current.branch = self._current.branch, self
        try:
            return body.throw(error) if error is not None else body.send(value)
        finally:
            self._current.branch = outer

    def _close(self, body: Coroutine[Any, Any, Any]) -> None:
        """Leave the code where it stands; what it awaits on the way out is not done."""
        outer, self._current.branch = self._current.branch, self
        self.closing = True
        try:
            body.close()
        except Left:
            pass
        except Exception as error:  # noqa: BLE001 - the run is parked, whatever its code thinks
            _log.warning("%s raised while its run was parked: %r", line_of(body, self.home), error)
        finally:
            self._current.branch = outer


def as_coroutine(work: Awaitable[Any]) -> Coroutine[Any, Any, Any]:
    """Something awaitable as what can be driven."""
    if hasattr(work, "send"):
        return cast("Coroutine[Any, Any, Any]", work)
    return _awaiting(work)


async def _awaiting(work: Awaitable[Any]) -> Any:
    return await work


def _foreign(awaited: Any, body: Any, home: str) -> ForeignAwait:
    kind = type(awaited)
    what = "something without a name" if awaited is None else f"{kind.__module__}.{kind.__name__}"
    return ForeignAwait(
        f"{line_of(body, home)}: a workflow awaited {what}, which cannot be replayed",
        hint="await operations of the context only; put I/O into a tool and time into ctx.sleep",
    )


def line_of(body: Any, home: str) -> str:
    """Where a suspended coroutine stands, in the file ``home``: ``orders.py:12``."""
    name, line = home, 0
    while body is not None:
        frame = getattr(body, "cr_frame", None) or getattr(body, "gi_frame", None)
        if frame is not None and frame.f_code.co_filename == home:
            line = frame.f_lineno
        body = getattr(body, "cr_await", None) or getattr(body, "gi_yieldfrom", None)
    return f"{name.rpartition('/')[2]}:{line}"
