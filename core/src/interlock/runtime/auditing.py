"""What callers do through the runtime leaves an entry in the audit log, whatever surface it is."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from functools import wraps
from inspect import signature
from typing import Any, Protocol, TypeVar, cast

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
            began, outcome = runtime.world.monotonic(), "cancelled"
            result = digest = None
            try:
                await _check_run(runtime, caller, action, target)
                result = await operation(runtime, *args, **kwargs)
                outcome = "ok"
                digest = audit_digest(result) if action in _WITH_RESULT else None
            except InterlockError as error:
                outcome = error.code
                raise
            except Exception:
                outcome = "error"
                raise
            finally:
                record(
                    runtime,
                    caller,
                    action,
                    target,
                    outcome,
                    run=_run_of(action, target, result),
                    arguments=arguments,
                    result=digest,
                    seconds=round(runtime.world.monotonic() - began, 6),
                )
            return result

        return cast(Operation, recorded)

    return decorate


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
