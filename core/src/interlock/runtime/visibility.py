"""What callers with limited scopes see: runs of workflows within them, and what belongs to those.

What is beyond a caller's scopes is answered as if it were not there.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from typing import Protocol, TypeVar

from interlock.events import Scheduler, schedule_named
from interlock.journal import (
    ApprovalRecord,
    DeadLetterRecord,
    Journal,
    Place,
    RunFilter,
    RunRecord,
    unknown,
)
from interlock.runtime.caller import current_caller
from interlock.sdk import NotFound
from interlock.workflows import Engine, Template


class Placed(Protocol):
    @property
    def place(self) -> Place: ...


Record = TypeVar("Record", bound=Placed)


class Seen(Protocol):
    """What is asked of the runtime."""

    journal: Journal
    engine: Engine


def scopes() -> tuple[str, ...] | None:
    """The patterns that limit the caller; None if nothing does."""
    caller = current_caller()
    return caller.tools if caller.limited else None


def within_scopes(which: RunFilter) -> RunFilter:
    """As ``which``, of the workflows that the caller sees."""
    return replace(which, within=scopes())


async def visible_run(runtime: Seen, run_id: str) -> RunRecord:
    """A run by id, or an unambiguous beginning of it; NotFound if there is none for the caller."""
    record = await runtime.engine.get(run_id)
    if not current_caller().sees(record.workflow):
        raise unknown("run", run_id)
    return record


def visible_template(runtime: Seen, name: str) -> Template:
    """A template by name or alias; NotFound if there is none for the caller."""
    template = runtime.engine.template(name)
    if not current_caller().sees(template.name):
        raise NotFound(f"there is no workflow {name!r}", hint="see `interlock workflow`")
    return template


def visible_schedule(schedules: Mapping[str, Scheduler], name: str) -> Scheduler:
    """A schedule by name; NotFound if there is none that starts what the caller sees."""
    sees = current_caller().sees
    known = {key: each for key, each in schedules.items() if sees(each.schedule.start)}
    return schedule_named(known, name)


async def visible_approval(runtime: Seen, approval_id: str) -> ApprovalRecord:
    """A question by id; NotFound if nobody was asked that by a run that the caller sees."""
    found = await runtime.journal.approvals.get(approval_id)
    if not await _sees_run(runtime, found.run):
        raise unknown("approval", approval_id)
    return found


async def visible_letter(runtime: Seen, letter_id: str) -> DeadLetterRecord:
    """A dead letter by id; NotFound if there is none for the caller."""
    found = await runtime.journal.dead_letters.get(letter_id)
    if not await sees_letter(runtime, found):
        raise unknown("dead letter", letter_id)
    return found


async def sees_letter(runtime: Seen, letter: DeadLetterRecord) -> bool:
    """Events are seen by their names; messages between actors only without limits."""
    match letter.kind:
        case "event":
            return current_caller().sees(letter.subject)
        case "message":
            return not current_caller().limited
        case _:
            return await _sees_run(runtime, letter.payload["run"])


async def filled_page(
    fetch: Callable[[int, Place | None], Awaitable[Sequence[Record]]],
    sees: Callable[[Record], Awaitable[bool]],
    limit: int,
    after: Place | None,
) -> list[Record]:
    """A page of those that the caller sees, as long as there are any.

    Args:
        fetch: a page of all, of a size, from a place on.
    """
    found: list[Record] = []
    while len(found) < limit:
        batch = await fetch(limit, after)
        found += [each for each in batch if await sees(each)]
        if len(batch) < limit:
            break
        after = batch[-1].place
    return found[:limit]


async def _sees_run(runtime: Seen, run_id: str) -> bool:
    caller = current_caller()
    if not caller.limited:
        return True
    record = await runtime.journal.runs.get(run_id)
    return record is not None and caller.sees(record.workflow)
