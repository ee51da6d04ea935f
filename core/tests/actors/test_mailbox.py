"""The mailbox against a model: order, bound, lanes, keys, and nothing lost."""

from __future__ import annotations

import asyncio
from asyncio import Future
from dataclasses import dataclass, field
from typing import Any, cast

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from interlock.actors.cell import Cell
from interlock.actors.envelope import Envelope
from interlock.actors.mailbox import Halted, Mailbox, Signal
from interlock.testing import VirtualWorld

NOBODY = cast("Cell", None)


def tell(message: Any, *, key: str | None = None, at: float = 0.0) -> Envelope:
    return Envelope(message, NOBODY, at, ordering_key=key)


@dataclass
class Line:
    envelope: Envelope
    admitted: Future[None] | None
    left: bool = False


@dataclass
class Model:
    """What has been let in, and what has come out."""

    inside: list[Envelope] = field(default_factory=list)
    line: list[Line] = field(default_factory=list)
    urgent: list[Envelope] = field(default_factory=list)
    in_flight: list[Envelope] = field(default_factory=list)

    def busy(self) -> set[str]:
        return {each.ordering_key for each in self.in_flight if each.ordering_key is not None}


class MailboxMachine(RuleBasedStateMachine):
    """One loop, several senders and workers, in any order of events."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.model = Model()
        self.sent = 0
        self.woken = 0
        self.capacity = 0
        self.put_back = 0

    @initialize(capacity=st.integers(1, 6), keyed=st.booleans())
    def open(self, capacity: int, keyed: bool) -> None:
        self.capacity = capacity
        self.keyed = keyed
        self.mailbox = Mailbox(capacity, keyed=keyed)
        self.mailbox.on_demand = self._wake

    def _wake(self) -> None:
        self.woken += 1

    def _new(self, key: str | None) -> Envelope:
        self.sent += 1
        return tell(self.sent, key=key, at=float(self.sent))

    def _ask(self, key: str | None) -> Envelope:
        envelope = self._new(key)
        envelope.reply = self.loop.create_future()
        return envelope

    @rule(key=st.sampled_from([None, None, "a", "b"]), waits=st.booleans(), ask=st.booleans())
    def send(self, key: str | None, waits: bool, ask: bool) -> None:
        envelope = self._ask(key) if ask else self._new(key)
        room = len(self.model.inside) < self.capacity and not self.model.line
        woken = self.woken
        assert self.mailbox.offer(envelope) == room
        assert (self.woken > woken) == room
        if room:
            self.model.inside.append(envelope)
        elif waits:
            admitted = None if ask else self.loop.create_future()
            self.mailbox.line_up(envelope, admitted)
            self.model.line.append(Line(envelope, admitted))

    @rule()
    def send_urgently(self) -> None:
        envelope = self._new(None)
        self.mailbox.offer_urgent(envelope)
        self.model.urgent.append(envelope)

    @precondition(lambda self: any(not each.left for each in self.model.line))
    @rule(data=st.data())
    def leave_the_line(self, data: st.DataObject) -> None:
        line = data.draw(st.sampled_from([each for each in self.model.line if not each.left]))
        line.left = True
        (line.admitted or cast("Future[Any]", line.envelope.reply)).cancel()
        if data.draw(st.booleans()):
            self.mailbox.leave_line(line.envelope)
            self.model.line.remove(line)

    @rule()
    def take(self) -> None:
        taken = self.mailbox.take()
        if self.model.urgent:
            assert taken is self.model.urgent.pop(0)
            self.model.in_flight.append(taken)
            return
        busy = self.model.busy() if self.keyed else set()
        self._move_in()
        free = (each for each in self.model.inside if each.ordering_key not in busy)
        assert taken is next(free, None)
        if taken is not None:
            self.model.inside.remove(taken)
            self.model.in_flight.append(taken)

    def _move_in(self) -> None:
        """Who is inside now that was in the line; they must have come in order."""
        for line in list(self.model.line):
            still = any(each is line.envelope for each, _ in self.mailbox._line or ())
            if still:
                break
            self.model.line.remove(line)
            if not line.left:
                assert line.admitted is None or line.admitted.done()
                self.model.inside.append(line.envelope)

    @precondition(lambda self: self.model.in_flight)
    @rule(data=st.data())
    def finish(self, data: st.DataObject) -> None:
        envelope = data.draw(st.sampled_from(self.model.in_flight))
        self.model.in_flight.remove(envelope)
        if envelope.ordering_key is not None:
            self.mailbox.done(envelope)

    @rule(again=st.booleans())
    def restart(self, again: bool) -> None:
        """All that is in flight is put back or lost; the rest stays as it was."""
        self.mailbox.offer_urgent(Signal.STOP)
        self.mailbox.offer_urgent(Signal.KILL)
        with pytest.raises(Halted):
            self.mailbox.take()
        self.mailbox.resume()
        if again:
            back = sorted(self.model.in_flight, key=lambda each: each.queued_at)
            self.mailbox.put_back(back)
            self.model.inside[:0] = back
            self.put_back += len(back)
        self.model.in_flight.clear()

    @invariant()
    def holds_exactly_what_was_let_in(self) -> None:
        lined = [each.envelope for each in self.model.line]
        inside = [*self.model.urgent, *self.model.inside]
        held = list(self.mailbox)
        assert len(held) == len(inside) + len(lined)
        assert {*held} == {*inside, *lined}
        assert len(self.mailbox) == len(self.model.inside)

    @invariant()
    def keeps_its_bound(self) -> None:
        # Only what a restart puts back may exceed it.
        assert len(self.model.inside) <= self.capacity + self.put_back

    def teardown(self) -> None:
        if hasattr(self, "mailbox"):
            waiting = list(self.mailbox)
            assert self.mailbox.clear() == waiting
            assert all(each.admitted is None or each.admitted.done() for each in self.model.line)
        self.loop.close()


# A failure is told as it was found: to make it smaller would take longer than a test may.
MailboxMachine.TestCase.settings = settings(
    max_examples=2 * settings.default.max_examples,
    stateful_step_count=50,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
)
TestMailbox = MailboxMachine.TestCase


def test_a_restart_keeps_the_order_of_a_key_of_which_one_was_released_and_one_is_held() -> None:
    mailbox = Mailbox(4, keyed=True)
    first, second, third = (tell(number, key="a", at=number) for number in range(3))
    for envelope in (first, second, third):
        mailbox.offer(envelope)
    assert mailbox.take() is first
    assert mailbox.take() is None
    mailbox.done(first)
    mailbox.offer_urgent(Signal.STOP)
    mailbox.resume()

    assert mailbox.take() is second


async def test_the_line_moves_in_when_the_mailbox_is_half_empty() -> None:
    mailbox = Mailbox(4)
    for number in range(4):
        assert mailbox.offer(tell(number))
    admitted = asyncio.get_running_loop().create_future()
    mailbox.line_up(tell(4), admitted)

    mailbox.take()
    assert not admitted.done()
    mailbox.take()
    assert admitted.done()


async def test_kill_goes_before_control_and_control_before_users() -> None:
    mailbox = Mailbox(4)
    mailbox.offer(tell("user"))
    mailbox.offer_urgent(tell("control"))
    mailbox.offer_urgent(Signal.STOP)

    first = mailbox.take()
    assert first is not None and first.message == "control"
    with pytest.raises(Halted):
        mailbox.take()

    mailbox.offer_urgent(tell("control"))
    mailbox.offer_urgent(Signal.KILL)
    with pytest.raises(Halted):
        mailbox.take()


async def test_a_signal_wakes_every_idle_worker() -> None:
    mailbox = Mailbox(4)
    idle = [mailbox.idle() for _ in range(3)]

    mailbox.offer_urgent(Signal.STOP)

    assert all(each.done() for each in idle)


async def test_one_message_wakes_one_idle_worker() -> None:
    mailbox = Mailbox(4)
    idle = [mailbox.idle() for _ in range(3)]

    mailbox.offer(tell("work"))

    assert sum(each.done() for each in idle) == 1


async def test_the_expected_wait_grows_with_the_age_of_the_oldest_and_the_length_of_the_line(
    world: VirtualWorld,
) -> None:
    mailbox = Mailbox(2)
    assert mailbox.expected_wait(world.monotonic()) == 0
    mailbox.offer(tell(1, at=0.0))
    mailbox.offer(tell(2, at=3.0))
    assert mailbox.expected_wait(4.0) == 4.0

    mailbox.line_up(tell(3))
    mailbox.line_up(tell(4))

    assert mailbox.expected_wait(4.0) == 8.0
