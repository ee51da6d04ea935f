"""What happens to a message that finds its mailbox full."""

from __future__ import annotations

import asyncio

from interlock.actors.actor import Overflow
from interlock.actors.cell import Cell
from interlock.actors.deadlines import TimeLimit
from interlock.actors.envelope import Envelope, running
from interlock.sdk import DeadlineExceeded, Overloaded


def admit_ask(cell: Cell, envelope: Envelope, *, control: bool) -> None:
    """Let the ask in if it needs no room, or wait in line for some.

    Raises:
        Overloaded: by the experience of those who wait, its deadline would pass first.
    """
    mailbox = cell.mailbox
    if control:
        mailbox.offer_urgent(envelope)
        return
    mailbox.purge()
    if mailbox.offer(envelope):
        return
    now = cell.shared.now()
    expected = mailbox.expected_wait(now)
    if now + expected > envelope.deadline:
        raise _full(cell, expected)
    mailbox.line_up(envelope)


async def admit_tell(cell: Cell, envelope: Envelope, overflow: Overflow, timeout: float) -> None:
    """Wait for room, refuse, or drop, as ``overflow`` says.

    Raises:
        Overloaded: refused; or it would have to wait for the very handler that sends it.
        DeadlineExceeded: there was no room for ``timeout`` seconds.
    """
    mailbox = cell.mailbox
    mailbox.purge()
    if mailbox.offer(envelope):
        return
    if overflow == "reject" or (overflow == "wait" and _waits_for_itself(cell)):
        raise _full(cell, mailbox.expected_wait(cell.shared.now()))
    if overflow == "wait":
        await _wait_for_room(cell, envelope, timeout)
        return
    oldest = mailbox.displace(envelope) if overflow == "drop_oldest" else None
    cell.shared.dead_letters.add(oldest or envelope, "dropped")


async def _wait_for_room(cell: Cell, envelope: Envelope, timeout: float) -> None:
    admitted: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    cell.mailbox.line_up(envelope, admitted)
    try:
        with TimeLimit(cell.shared.world, timeout):
            await admitted
    except TimeoutError:
        raise DeadlineExceeded(
            f"the mailbox of {cell.name} had no room for {timeout:g} s",
            policy="mailbox",
            key=cell.name,
        ) from None
    finally:
        if admitted.cancelled():
            cell.mailbox.leave_line(envelope)


def _waits_for_itself(cell: Cell) -> bool:
    sending = running.get()
    return sending is not None and any(each.target is cell for each in sending.chain())


def _full(cell: Cell, expected: float) -> Overloaded:
    return Overloaded(
        f"the mailbox of {cell.name} is full ({cell.options.capacity} messages)",
        retry_after=expected,
        policy="mailbox",
        key=cell.name,
    )
