"""Every step is a span of its run's one trace, also of the part after a restart."""

from __future__ import annotations

from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from interlock.telemetry import Telemetry, TelemetryOptions

from .stage import Stage

TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0"
WORK = """
    workflow: work
    steps:
      - {id: shape, transform: 1}
      - id: both
        parallel:
          a: [{id: nap, sleep: 1h}]
          b: [{id: tell, publish: x.y}]
      - {id: bad, call: t.none, on_error: continue}
"""


def watched(stage: Stage) -> InMemorySpanExporter:
    exporter = InMemorySpanExporter()
    processor = SimpleSpanProcessor(exporter)
    stage.telemetry = Telemetry(TelemetryOptions(), world=stage.world, processors=[processor])
    stage.template(WORK)
    return exporter


async def test_every_step_is_a_span_once(stage: Stage) -> None:
    exporter = watched(stage)
    async with stage.life() as life:
        run_id = await life.engine.start("work", {}, parent=f"{TRACE}1")
        await life.quiet()
    async with stage.life() as life:
        await life.pass_time(3601)
        await life.engine.wait(run_id)

    spans = {span.name: span for span in exporter.get_finished_spans()}
    assert sorted(span.name for span in exporter.get_finished_spans()) == sorted(
        ["step shape", "step both", "step both.a.nap", "step both.b.tell", "step bad"]
    )
    assert {f"{span.context.trace_id:032x}" for span in spans.values()} == {TRACE[3:35]}
    nap = spans["step both.a.nap"]
    assert nap.attributes == {"interlock.run": run_id, "interlock.step": "both.a.nap"}


async def test_nobody_builds_spans_of_a_trace_that_is_not_recorded(stage: Stage) -> None:
    exporter = watched(stage)
    async with stage.life() as life:
        run_id = await life.engine.start("work", {}, parent=f"{TRACE}0")
        await life.pass_time(3601)
        await life.engine.wait(run_id)
    assert exporter.get_finished_spans() == ()
