"""A trigger starts one run for an event, however often the event is delivered."""

from collections.abc import Mapping, Sequence
from typing import Any

from interlock.events import Trigger
from interlock.expr import compile_value, parse
from interlock.sdk import Event

TRIGGER = Trigger(
    "rule",
    on="file.updated",
    start="review",
    input=compile_value({"file": "${{ event.payload.file }}"}),
    where=parse("event.payload.file != 'draft'"),
)


class Started:
    def __init__(self) -> None:
        self.runs: list[tuple[str, Mapping[str, Any], str]] = []

    async def __call__(
        self, workflow: str, input: Mapping[str, Any], *, run_id: str, tags: Sequence[str] = ()
    ) -> None:
        self.runs.append((workflow, input, run_id))


async def test_the_event_decides_whether_and_with_what_a_run_starts() -> None:
    started = Started()

    await TRIGGER.fire(Event("file.updated", {"file": "a"}, id="1"), started)
    await TRIGGER.fire(Event("file.updated", {"file": "draft"}, id="2"), started)

    assert [(workflow, input) for workflow, input, _ in started.runs] == [("review", {"file": "a"})]


async def test_a_redelivery_has_the_run_id_of_the_first_delivery_and_others_do_not() -> None:
    started = Started()
    deliveries = [Event("file.updated", {"file": "a"}, id=id) for id in ("1", "1", "2")]
    for event in deliveries:
        await TRIGGER.fire(event, started)

    first, again, other = (run_id for _, _, run_id in started.runs)
    assert first == again
    assert first != other
