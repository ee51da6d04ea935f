"""What the engine on Restate has beside what every engine has; on a real server."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from restate_server import Server

from interlock.journal import RunFilter
from interlock.sdk import Conflict, ServiceUnavailable, WorkflowContext, workflow

from .conformance.on_restate import OnRestate, abort_connections
from .stage import IDEMPOTENT, READ

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

REFUSED = "workflow: w\nsteps: [{id: a, call: t.add}, {id: b, call: t.refuse}]"


@workflow()
async def ours(ctx: WorkflowContext) -> int:
    return int(await ctx.call("t.add"))


@pytest.fixture
def stage(tmp_path: Path, restate_server: Server) -> OnRestate:
    stage = OnRestate(tmp_path, restate_server)
    stage.tools.add("t.add", lambda: 1, IDEMPOTENT)
    return stage


async def test_what_restate_has_forgotten_is_still_in_the_copy(stage: OnRestate) -> None:
    stage.template(REFUSED)
    async with stage.life() as life:
        engine = life.engine
        await life.start("w", "r")
        await life.to_the_end("r")
        await engine._client.call(engine.names.desk, "r", "forget", 1)
        await life.quiet()
        assert await engine._client.state(engine.names.run, "r") == {}
        left = "SELECT target, completion_retention, journal_retention FROM sys_invocation WHERE status = 'completed'"
        which = f"target_service_name LIKE '{engine.names.run[:-4]}%'"
        assert not await engine._client.query(f"{left} AND {which}")
        assert (await engine.get("r")).status == "failed"
        assert [step.path for step in await engine.steps("r")] == ["a", "b"]
        with pytest.raises(Conflict, match="not in Restate any more"):
            await engine.control.retry("r")


async def test_a_run_goes_on_whenever_its_connections_break(stage: OnRestate) -> None:
    stage.template("""
        workflow: w
        steps:
          - {for_each: "${{ range(40) }}", concurrency: 2, do: [{call: t.add}, {sleep: 1s}]}
    """)
    async with stage.life() as life:
        await life.start("w", "r")
        while (await life.engine.get("r")).finished is None:
            made = len(stage.tools.made)
            while len(stage.tools.made) < min(made + 5, 40):
                await asyncio.sleep(0)
            abort_connections(life.engine._server)
        assert (await life.engine.get("r")).status == "succeeded"
    assert stage.tools.effects("t.add") == 40


async def test_a_daemon_that_is_new_copies_what_there_is(stage: OnRestate) -> None:
    stage.template(REFUSED)
    async with stage.life() as life:
        await life.start("w", "r")
        await life.to_the_end("r")
    stage._journal = stage._journal.with_name("another.db")
    async with stage.life() as life:
        (record,) = await life.engine.list(RunFilter(status="failed"))
        assert (record.id, record.problem and record.problem["details"]["step"]) == ("r", "b")
        assert [step.path for step in await life.engine.steps("r")] == ["a", "b"]


async def test_a_run_that_does_not_get_on_says_why(stage: OnRestate) -> None:
    """Its code is not on the daemon that it came to."""
    stage.code(ours)
    stage.tools.add("t.add", lambda: stage.world.sleep(1e6), READ)
    async with stage.life() as life:
        await life.start("ours", "r")
        await life.quiet()
    stage.forget_templates()
    async with stage.life() as life:
        reason = ""
        while "the code of workflow ours has changed" not in reason:
            reason = ((await life.engine.get("r")).waiting or {}).get("reason", "")


async def test_a_topic_that_nobody_uses_is_forgotten(stage: OnRestate) -> None:
    async with stage.life() as life:
        engine = life.engine
        await life.publish("was.paid", "k1", sum=1)
        await life.quiet()
        state = await engine._client.state(engine.names.topic, "was.paid\nk1")
        assert [event["key"] for event in state["log"]] == ["k1"]
        await engine._client.call(
            engine.names.topic, "was.paid\nk1", "sweep", state["log"][0]["at"]
        )
        assert await engine._client.state(engine.names.topic, "was.paid\nk1") == {}


async def test_large_values_are_deleted_once_nothing_refers_to_them(stage: OnRestate) -> None:
    stage.template("workflow: w\nsteps: [{id: a, call: t.large}, {wait_for: all.done}]")
    letters = iter("ab")
    stage.tools.add("t.large", lambda: next(letters) * 100_000, READ)
    folder = stage._options.blobs / stage._options.namespace

    def kept() -> int:
        return len([path for path in folder.glob("??/*") if path.is_file()])

    async with stage.life() as life:
        for run_id in ("r", "s"):
            await life.start("w", run_id)
            await life.quiet()
        await life.engine.cancel("r")
        await life.to_the_end("r")
        await life.engine.list(RunFilter())
        assert (await life.engine._retention.sweep(0.0), kept()) == (0, 2)
        await life.engine._client.call(life.engine.names.desk, "r", "forget", 1)
        await life.quiet()
        assert (await life.engine._retention.sweep(), kept()) == (0, 2)
        assert (await life.engine._retention.sweep(0.0), kept()) == (1, 1)
        await life.publish("all.done")
        await life.to_the_end("s")
        assert (await life.engine.get("s")).status == "succeeded"


async def test_a_run_is_offered_again_however_long_there_is_no_daemon(stage: OnRestate) -> None:
    """Restate's own default is to give up after seventy attempts, until somebody resumes it."""
    stage._options = replace(stage._options, offer_again=0.01)
    gate = asyncio.Event()
    stage.template("workflow: w\nsteps: [{id: a, call: t.slow}]")
    stage.tools.add("t.slow", gate.wait, IDEMPOTENT)
    async with stage.life() as life:
        await life.start("w", "r")
        await life.quiet()
    async with stage._open() as engine:
        (life_of_r,) = await engine._client.invocations(engine.names.run, "r")
        while await engine._client.attempts(life_of_r["id"]) < 80:
            await asyncio.sleep(0.05)
    gate.set()
    async with stage.life() as life:
        await life.to_the_end("r")
        assert (await life.engine.get("r")).status == "succeeded"


async def test_a_run_whose_daemons_end_well_is_not_put_aside(stage: OnRestate) -> None:
    """Nor one whose connections break: what counts is that a daemon ends without a word."""
    gate = asyncio.Event()
    stage.template("workflow: w\nsteps: [{id: a, call: t.slow}]")
    stage.tools.add("t.slow", gate.wait, IDEMPOTENT)
    async with stage.life() as life:
        await life.start("w", "r")
        for number in range(8):
            while stage.tools.count("t.slow") <= number:
                await asyncio.sleep(0)
            abort_connections(life.engine._server)
        gate.set()
        await life.to_the_end("r")
        assert (await life.engine.get("r")).status == "succeeded"


async def test_runs_that_are_over_are_known_while_restate_is_away(stage: OnRestate) -> None:
    stage.template(REFUSED)
    stage.template("workflow: nap\nsteps: [{sleep: 1d}]")
    async with stage.life() as life:
        await life.start("w", "r")
        await life.start("nap", "s")
        await life.to_the_end("r")
        await life.engine.list(RunFilter())
        life.engine._client._admin = "http://127.0.0.1:9"
        assert (await life.engine.get("r")).status == "failed"
        with pytest.raises(ServiceUnavailable, match="does not answer"):
            await life.engine.get("s")
