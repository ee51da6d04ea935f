"""Nothing that a caller sends takes more than its share."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from interlock.sdk import InvalidInput, Rejected, tools_of
from interlock_data.service import Data
from interlock_data.settings import DataSettings


def small(**settings: Any) -> Data:
    context: Any = SimpleNamespace(name="data", blobs=None)
    return Data(DataSettings(**settings), context)


@pytest.fixture
async def tight() -> AsyncIterator[Data]:
    service = small(max_memory="256MiB", max_time=1)
    async with service.running():
        yield service


async def test_a_template_without_end_is_ended_and_the_loop_goes_on() -> None:
    service = small(max_time=1)
    endless = "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}"
    ticks = 0
    async with service.running():
        call = asyncio.create_task(service.template(endless))
        while not call.done():
            ticks += 1
            await asyncio.sleep(0.01)
        with pytest.raises(Rejected, match="more than 1 s"):
            await call
        assert ticks > 5
        # The next call finds a worker again.
        assert await small_answer(service) == {"text": "3"}


async def small_answer(service: Data) -> dict[str, str]:
    return await service.template("{{ 1 + 2 }}")


@pytest.mark.parametrize(
    ("template", "bound"),
    [
        ("{{ 'x' * 900000000 }}", "memory"),
        ("{{ [0] * 99999999 }}", "memory"),
        ("{{ 10 ** 99999999 }}", "more than 1 s"),
    ],
)
async def test_a_template_takes_neither_memory_nor_time(
    tight: Data, template: str, bound: str
) -> None:
    with pytest.raises(Rejected, match=bound):
        await tight.template(template)
    assert await small_answer(tight) == {"text": "3"}


async def test_a_small_expression_cannot_describe_a_large_value(tight: Data) -> None:
    doubled = "@" + "|[@,@]" * 40
    with pytest.raises(Rejected):
        await tight.transform({"a": 1}, doubled)


async def test_aliases_and_entities_do_not_unfold(tight: Data) -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 10)]
    with pytest.raises(Rejected):
        await tight.convert("\n".join(lines), "yaml", "value")
    with pytest.raises(Rejected, match="too deeply"):
        await tight.convert("&a [*a]", "yaml", "value")
    entities = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><x>&b;</x>'
    with pytest.raises(InvalidInput, match="document type or entities"):
        await tight.convert(entities, "xml", "value")


async def test_a_patch_cannot_double_its_way_up(tight: Data) -> None:
    copies = [{"op": "copy", "from": "", "path": "/-"}] * 200
    with pytest.raises(Rejected):
        await tight.patch([1], copies)


async def test_arguments_and_results_have_a_size(data: Data) -> None:
    with pytest.raises(Rejected, match="the arguments take") as refused:
        await data.diff("x" * 10**6, "")
    assert refused.value.details["limit"] == 10**6
    with pytest.raises(Rejected, match="the results take"):
        await data.template("{{ 'x' * 2000000 }}")


async def test_a_cancelled_call_leaves_no_work_behind(data: Data) -> None:
    endless = "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}"
    calls = [asyncio.create_task(data.template(endless)) for _ in range(3)]
    await asyncio.sleep(0)
    for call in calls:
        call.cancel()
    outcomes = await asyncio.gather(*calls, return_exceptions=True)
    assert all(isinstance(outcome, asyncio.CancelledError) for outcome in outcomes)
    assert await small_answer(data) == {"text": "3"}


async def test_a_worker_that_died_while_it_waited_is_replaced(data: Data) -> None:
    assert await small_answer(data) == {"text": "3"}
    [worker] = data._workers._idle
    worker._process.kill()
    await worker._process.wait()
    assert await small_answer(data) == {"text": "3"}
    assert data._workers._idle != [worker]


async def test_workers_are_used_again_and_end_with_the_service() -> None:
    service = small(workers=2)
    async with service.running():
        assert await small_answer(service) == await small_answer(service)
        assert len(service._workers._idle) == 1
        await asyncio.gather(*(small_answer(service) for _ in range(6)))
        workers = list(service._workers._idle)
        assert len(workers) == 2 and all(worker.alive for worker in workers)
    assert not any(worker.alive for worker in workers)


@pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")
async def test_a_worker_sees_nothing_of_our_environment(
    data: Data, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOKEN", "s3cret")
    await small_answer(data)
    [worker] = data._workers._idle
    environment = Path(f"/proc/{worker._process.pid}/environ").read_bytes()  # noqa: ASYNC240
    assert b"PYTHONPATH" in environment and b"TOKEN" not in environment


def test_a_program_that_does_not_guard_its_main_module_can_have_workers(tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(
        "import asyncio\n"
        "from types import SimpleNamespace\n"
        "from interlock_data.service import Data\n"
        "from interlock_data.settings import DataSettings\n"
        "async def main():\n"
        "    service = Data(DataSettings(), SimpleNamespace(name='data'))\n"
        "    async with service.running():\n"
        "        print((await service.template('{{ 1 + 2 }}'))['text'])\n"
        "asyncio.run(main())\n"
    )
    ran = subprocess.run(
        [sys.executable, "-W", "error", str(program)], capture_output=True, text=True, timeout=50
    )
    assert (ran.stdout, ran.stderr) == ("3\n", "")


def test_every_tool_describes_itself_and_changes_nothing() -> None:
    tools = tools_of(Data)
    named = {"convert", "validate", "sanitise", "transform", "merge", "diff", "patch", "template"}
    assert named == tools.keys()
    for spec in tools.values():
        assert spec.description and spec.signature.output_schema is not None
        assert (spec.facts.effect, spec.facts.idempotent, spec.facts.cacheable) == (
            "read",
            True,
            True,
        )
        assert all(
            part["description"] for part in spec.signature.input_schema["properties"].values()
        )
