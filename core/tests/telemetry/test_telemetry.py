"""Spans carry one trace from envelope to envelope, and cost little where nobody records."""

import sys
from collections.abc import Iterator
from itertools import pairwise

import pytest
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from interlock.sdk import NeedsAttention, Rejected
from interlock.telemetry import Telemetry, TelemetryOptions
from interlock.testing import VirtualWorld


class Recorded:
    def __init__(self, ratio: float = 1.0) -> None:
        self.exporter = InMemorySpanExporter()
        self.telemetry = Telemetry(
            TelemetryOptions(sample_ratio=ratio), processors=[SimpleSpanProcessor(self.exporter)]
        )

    @property
    def spans(self) -> dict[str, object]:
        return {span.name: span for span in self.exporter.get_finished_spans()}


@pytest.fixture
def recorded() -> Iterator[Recorded]:
    recorded = Recorded()
    yield recorded
    recorded.telemetry.close()


def test_a_span_inside_another_belongs_to_it(recorded: Recorded) -> None:
    with recorded.telemetry.span("outer"), recorded.telemetry.span("inner"):
        pass

    outer, inner = recorded.spans["outer"], recorded.spans["inner"]
    assert inner.parent.span_id == outer.context.span_id


def test_a_traceparent_carries_the_trace_across_a_boundary(recorded: Recorded) -> None:
    with recorded.telemetry.span("asker"):
        carried = recorded.telemetry.current()
    assert recorded.telemetry.current() is None

    with recorded.telemetry.span("worker", parent=carried):
        pass

    asker, worker = recorded.spans["asker"], recorded.spans["worker"]
    assert worker.context.trace_id == asker.context.trace_id
    assert worker.parent.span_id == asker.context.span_id


@pytest.mark.parametrize("carried", ["", "garbage", "00-zz-yy-01", "00-" + "0" * 32 + "-1-01"])
def test_a_traceparent_that_names_nothing_begins_a_new_trace(
    recorded: Recorded, carried: str
) -> None:
    with recorded.telemetry.span("worker", parent=carried):
        pass

    assert recorded.spans["worker"].parent is None


def test_an_error_marks_the_span_with_its_code(recorded: Recorded) -> None:
    with pytest.raises(Rejected), recorded.telemetry.span("call"):
        raise Rejected("no")

    span = recorded.spans["call"]
    assert span.status.is_ok is False
    assert span.attributes["error.type"] == "rejected"


def test_a_trace_that_is_not_sampled_is_still_handed_on() -> None:
    recorded = Recorded(ratio=0.0)

    with recorded.telemetry.span("outer") as span:
        carried = recorded.telemetry.current()
        with recorded.telemetry.span("inner"):
            inner = recorded.telemetry.current()

    assert span.recording is False
    assert carried is not None
    assert int(carried[-2:], 16) & 1 == 0
    assert inner == carried
    assert recorded.spans == {}


def test_of_many_traces_their_share_is_recorded() -> None:
    exporter = InMemorySpanExporter()
    telemetry = Telemetry(
        TelemetryOptions(sample_ratio=0.2),
        world=VirtualWorld(seed=7),
        processors=[SimpleSpanProcessor(exporter)],
    )

    for number in range(5000):
        with telemetry.span(f"trace {number}"):
            pass

    numbers = [int(span.name.split()[1]) for span in exporter.get_finished_spans()]
    assert 900 < len(numbers) < 1100
    gaps = [after - before for before, after in pairwise(numbers)]
    assert 0.15 < gaps.count(1) / len(gaps) < 0.25


def test_without_an_exporter_there_is_no_trace() -> None:
    telemetry = Telemetry()

    with telemetry.span("call") as span:
        span.event("nothing", happens=True)

        assert span.recording is False
        assert telemetry.current() is None


def test_counters_and_histograms_are_read_as_they_stand(recorded: Recorded) -> None:
    telemetry = recorded.telemetry
    telemetry.counter("calls", "Calls", ("tool",)).add(2, "a")
    telemetry.counter("calls").add(1, "a")
    telemetry.histogram("seconds", "Time", ("tool",)).record(0.3, "a")

    calls, seconds = telemetry.snapshot()
    assert calls["points"] == [{"attributes": {"tool": "a"}, "value": 3}]
    assert seconds["points"][0]["count"] == 1
    assert seconds["points"][0]["buckets"].index(1) == 6


def test_an_exporter_that_is_not_installed_is_named_with_its_extra(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.exporter", None)
    with pytest.raises(NeedsAttention, match="otlp") as error:
        Telemetry(TelemetryOptions(exporter="otlp"))

    assert "interlock[otlp]" in error.value.hint
