"""Drives a run by hand: no task, no event loop, only coroutines that await operations.

All branches that can go on do so before any operation begins. On a replay this means that
everything recorded is known before the first new effect: a branch whose sibling failed, in the
record, is stopped where its own record ends.
"""

from __future__ import annotations

from collections import deque
from typing import Any

from interlock.workflows.errors import ForeignAwait, Returned, StepFailed, Stopped
from interlock.workflows.operations import MISSING, Gather, Operation, Outcome, Work
from interlock.workflows.port import Port

_NO_LIMIT = 1 << 62


class Branch:
    """One coroutine of a run, and what it waits for.

    Attributes:
        position: of the last recorded outcome that it has seen.
        begun: whether the operation that it waits for was handed to the engine.
        stop: it is to begin nothing new.
    """

    __slots__ = ("begun", "group", "index", "operation", "position", "stop", "waits_for", "work")

    def __init__(self, work: Work, group: Gathering | None = None, index: int = 0) -> None:
        self.work = work
        self.group = group
        self.index = index
        self.operation: Operation | None = None
        self.begun = False
        self.waits_for: Gathering | None = None
        self.stop = False
        self.position: int = group.branch.position if group else 0


class Gathering:
    """A :class:`Gather` under way.

    What counts as first is decided by the record, not by who came first: on a replay the
    branches are walked in the template's order.

    Attributes:
        values: by index, where every branch has to succeed; this is all that is kept of each.
        ends: otherwise, and of branches that failed: position, index, value, error.
        ended: how many branches gave a result or failed.
        good: how many ends were no failures; a return from the run is none.
        early: whether an end was a failure or a return.
        all_begun: whether no branch is left to begin.
    """

    __slots__ = (
        "all_begun",
        "branch",
        "count",
        "crash",
        "early",
        "ended",
        "ends",
        "good",
        "limit",
        "live",
        "need",
        "position",
        "rest",
        "stop",
        "tolerant",
        "values",
    )

    def __init__(self, branch: Branch, gather: Gather) -> None:
        self.branch = branch
        self.rest = enumerate(gather.branches)
        self.limit = gather.limit or _NO_LIMIT
        self.need = gather.need or _NO_LIMIT
        self.tolerant = gather.tolerant
        self.count = 0
        self.live: dict[Branch, None] = {}
        self.ends: list[tuple[int, int, Any, StepFailed | None]] = []
        self.crash: BaseException | None = None
        self.values: list[Any] = []
        self.position = 0
        self.ended = 0
        self.good = 0
        self.early = False
        self.all_begun = False
        self.stop = False

    def begun(self, branch: Branch) -> None:
        """Note that a branch begins."""
        self.live[branch] = None
        self.count += 1
        if self.need == _NO_LIMIT:
            self.values.append(MISSING)

    def end(self, branch: Branch, value: Any, error: BaseException | None) -> None:
        """Note how a branch ended; one that was stopped has no result."""
        del self.live[branch]
        if error is None or isinstance(error, StepFailed):
            self.ended += 1
            self.position = max(self.position, branch.position)
            if error is None and self.need == _NO_LIMIT:
                self.values[branch.index] = value
            else:
                self.ends.append((branch.position, branch.index, value, error))
            self.good += not _failed(error)
            self.early = self.early or error is not None
        elif not isinstance(error, Stopped):
            self.crash = error

    @property
    def decided(self) -> bool:
        if self.tolerant:
            return self.good >= self.need or self._hopeless
        return len(self.ends) >= self.need or self.early

    @property
    def _hopeless(self) -> bool:
        """Whether too few branches are left to have enough results."""
        return len(self.ends) - self.good > self.count - self.need

    def outcome(self) -> tuple[list[Any], BaseException | None]:
        """The results, or why there are none; once no branch is live."""
        if self.crash is not None:
            return [], self.crash
        self.ends.sort(key=lambda end: end[:2])
        if self.need == _NO_LIMIT:
            if self.ends:
                return [], self.ends[0][3]
            complete = self.ended == self.count and self.all_begun
            return self.values, None if complete else Stopped()
        results = [MISSING] * self.count
        if self.tolerant and not self._hopeless:
            self.ends = [end for end in self.ends if not _failed(end[3])]
        for _, index, value, error in self.ends[: self.need]:
            if error is not None:
                return [], error
            results[index] = value
        enough = min(self.need, self.count) if self.all_begun else self.need
        complete = len(self.ends) >= enough
        return results, None if complete else Stopped()


class Trampoline:
    """Drives one main coroutine and the branches it opens, through a :class:`Port`."""

    def __init__(self, port: Port, main: Work) -> None:
        self._port = port
        self._main = Branch(main)
        self._ready: deque[tuple[Branch, Any, BaseException | None]] = deque()
        self._blocked: list[Branch] = []
        self._driving = False

    def start(self) -> None:
        self._ready.append((self._main, None, None))
        self._drive()

    def deliver(self, operation: Operation, outcome: Outcome) -> None:
        """An operation that was begun has ended."""
        branch = operation.branch
        branch.operation = None
        branch.position = outcome.position
        self._ready.append((branch, outcome, None))
        self._drive()

    def stop(self) -> None:
        """Let the run go no further: it sees ``Stopped`` where it would begin something new."""
        self._stop(self._main)
        self._drive()

    def shield(self) -> None:
        """Take :meth:`stop` back; for what has to be done on the way out."""
        self._main.stop = False

    def close(self) -> None:
        """Forget the run where it stands; leaves first, so that every ``finally`` runs once."""
        self._driving = True
        self._close(self._main)

    def _close(self, branch: Branch) -> None:
        if branch.waits_for is not None:
            for child in branch.waits_for.live:
                self._close(child)
        branch.work.close()

    def _drive(self) -> None:
        if self._driving:
            return
        self._driving = True
        while self._ready or self._blocked:
            while self._ready:
                self._advance(*self._ready.popleft())
            self._begin()
        self._driving = False
        self._port.idle()

    def _begin(self) -> None:
        """Begin what is new, once nobody can go on without; those to be stopped go first."""
        blocked, self._blocked = self._blocked, []
        kept: list[Branch] = []
        for branch in blocked:
            if branch.stop and not self._port.interrupted(_operation(branch)):
                branch.operation = None
                self._ready.append((branch, None, Stopped()))
            else:
                kept.append(branch)
        if self._ready:
            self._blocked += kept
            return
        for branch in kept:
            branch.begun = True
            self._port.begin(_operation(branch))
            if branch.stop:
                self._give_up(branch)

    def _advance(self, branch: Branch, value: Any, error: BaseException | None) -> None:
        """Run one branch up to an operation whose outcome is not known yet."""
        while True:
            try:
                awaited = branch.work.throw(error) if error else branch.work.send(value)
            except StopIteration as end:
                return self._ended(branch, end.value, None)
            except BaseException as failure:  # noqa: BLE001 - handed to who waits for the branch
                return self._ended(branch, None, failure)
            value = error = None
            if isinstance(awaited, Gather):
                return self._fork(branch, awaited)
            if not isinstance(awaited, Operation):
                error = _foreign(awaited)
            elif (outcome := self._port.recorded(awaited)) is not None:
                branch.position = outcome.position
                value = outcome
            else:
                awaited.branch, branch.operation, branch.begun = branch, awaited, False
                self._blocked.append(branch)
                return None

    def _fork(self, branch: Branch, gather: Gather) -> None:
        branch.waits_for = group = Gathering(branch, gather)
        group.stop = branch.stop
        self._fill(group)

    def _fill(self, group: Gathering) -> None:
        """Start branches while there is room; resume the parent when none is left."""
        # A branch that is not to start may still have records, and with them things to undo.
        while len(group.live) < group.limit and (not group.stop or self._port.replaying):
            index, work = next(group.rest, (0, None))
            if work is None:
                group.all_begun = True
                break
            branch = Branch(work, group, index)
            branch.stop = group.stop
            group.begun(branch)
            self._ready.append((branch, None, None))
        if not group.live:
            self._join(group)

    def _ended(self, branch: Branch, value: Any, error: BaseException | None) -> None:
        group = branch.group
        if group is None:
            return self._port.ended(value, error)
        group.end(branch, value, error)
        broken = error is not None and not isinstance(error, StepFailed)
        if not group.stop and (broken or group.decided):
            group.stop = True
            for sibling in group.live:
                self._stop(sibling)
        return self._fill(group)

    def _join(self, group: Gathering) -> None:
        group.branch.waits_for = None
        group.branch.position = group.position
        self._ready.append((group.branch, *group.outcome()))

    def _stop(self, branch: Branch) -> None:
        if branch.stop:
            return
        branch.stop = True
        if branch.waits_for is not None:
            branch.waits_for.stop = True
            for child in branch.waits_for.live:
                self._stop(child)
        elif branch.begun:
            self._give_up(branch)

    def _give_up(self, branch: Branch) -> None:
        if branch.operation is not None and self._port.abort(branch.operation):
            branch.operation = None
            self._ready.append((branch, None, Stopped()))


def _failed(error: StepFailed | None) -> bool:
    return error is not None and not isinstance(error, Returned)


def _operation(branch: Branch) -> Operation:
    assert branch.operation is not None  # noqa: S101 - a blocked branch waits for one
    return branch.operation


def _foreign(awaited: Any) -> ForeignAwait:
    name = getattr(awaited, "__qualname__", type(awaited).__qualname__)
    return ForeignAwait(
        f"a workflow awaited {'a bare yield' if awaited is None else name}",
        hint="put I/O and sleeping into a tool, or use the run's own operations",
    )
