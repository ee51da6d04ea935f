"""What callers do through the runtime leaves an entry in the audit log, whatever surface it is."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from functools import wraps
from inspect import signature
from typing import Any, Protocol, Self, TypeVar, cast

from interlock.journal import AuditRecord, Journal, audit_digest
from interlock.runtime.caller import Caller, current_caller
from interlock.runtime.visibility import visible_run
from interlock.sdk import InterlockError, World
from interlock.workflows import Engine

_WITH_ARGUMENTS = ("tool.call", "run.start", "event.publish")
_WITH_RESULT = ("tool.call",)


class Audited(Protocol):
    """What is asked of the runtime."""

    journal: Journal
    engine: Engine
    world: World


Operation = TypeVar("Operation", bound=Callable[..., Coroutine[Any, Any, Any]])


def audited(action: str) -> Callable[[Operation], Operation]:
    """Record an operation on its first argument, and how it ended.

    What the process does on its own is not recorded. An operation on a run (``run.*``) is open
    to a caller with limited scopes only if the run's workflow is within them.
    """

    def decorate(operation: Operation) -> Operation:
        first, *rest = list(signature(operation).parameters)[1:]
        given = rest[0] if action in _WITH_ARGUMENTS else None

        @wraps(operation)
        async def recorded(runtime: Audited, *args: Any, **kwargs: Any) -> Any:
            caller = current_caller()
            if not caller.surface:
                return await operation(runtime, *args, **kwargs)
            target = str(args[0] if args else kwargs[first])
            arguments = None
            if given is not None:
                values = args[1] if len(args) > 1 else kwargs.get(given)
                arguments = audit_digest(values or {})
            with _Act(runtime, caller, action, target, arguments) as act:
                await _check_run(runtime, caller, action, target)
                act.result = await operation(runtime, *args, **kwargs)
            return act.result

        return cast(Operation, recorded)

    return decorate


class _Act:
    """What is recorded when its block ends, however it does."""

    def __init__(
        self, runtime: Audited, caller: Caller, action: str, target: str, arguments: str | None
    ) -> None:
        self.result: Any = None
        self._runtime = runtime
        self._caller = caller
        self._action = action
        self._target = target
        self._arguments = arguments
        self._began = runtime.world.monotonic()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _kind: object, error: BaseException | None, _traceback: object) -> None:
        action, target = self._action, self._target
        with_result = error is None and action in _WITH_RESULT
        record(
            self._runtime,
            self._caller,
            action,
            target,
            _outcome(error),
            run=_run_of(action, target, self.result),
            arguments=self._arguments,
            result=audit_digest(self.result) if with_result else None,
            seconds=round(self._runtime.world.monotonic() - self._began, 6),
        )


def _outcome(error: BaseException | None) -> str:
    if error is None:
        return "ok"
    if isinstance(error, InterlockError):
        return error.code
    return "error" if isinstance(error, Exception) else "cancelled"


def record(
    runtime: Audited,
    caller: Caller,
    action: str,
    target: str,
    outcome: str,
    **more: Any,
) -> None:
    """Write an entry without waiting for it."""
    at, surface = runtime.world.time(), caller.surface
    entry = AuditRecord(at, caller.name, action, target, outcome, surface=surface, **more)
    runtime.journal.audit.put(entry)


async def _check_run(runtime: Audited, caller: Caller, action: str, run_id: str) -> None:
    if action.startswith("run.") and action != "run.start" and caller.limited:
        caller.require_tool((await visible_run(runtime, run_id)).workflow)


def _run_of(action: str, target: str, result: Any) -> str | None:
    if action in ("run.start", "run.fork"):
        return result if isinstance(result, str) else None
    return target if action.startswith("run.") else None
