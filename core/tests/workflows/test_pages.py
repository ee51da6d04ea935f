"""``for_each`` over the pages of a tool."""

from __future__ import annotations

from typing import Any

import pytest

from interlock.workflows.errors import LoopExceeded

from .stage import WRITE, Stage

HOUR = 3600

ALL = """
    workflow: all
    steps:
      - id: entries
        for_each:
          call: t.list
          with: {size: 2}
          items: "${{ page.results }}"
          next: {cursor: "${{ page.next }}"}
          max_pages: 3
        as: row
        concurrency: 2
        do:
          - {id: kept, call: t.keep, with: {row: "${{ row }}", at: "${{ index }}"}}
          - {when: "row == 2", sleep: 1h}
          - {transform: "${{ steps.kept }}"}
"""


def pages(stage: Stage, count: int) -> None:
    def listed(size: int, cursor: int = 0) -> dict[str, Any]:
        results = list(range(cursor, min(cursor + size, count)))
        following = cursor + size
        return {"results": results, "next": following if following < count else None}

    stage.tools.add("t.list", listed)
    stage.tools.add("t.keep", lambda row, at: [row, at], WRITE)


async def test_every_item_of_every_page_once_also_over_a_restart(stage: Stage) -> None:
    stage.template(ALL)
    pages(stage, 5)
    async with stage.life() as life:
        run_id = await life.engine.start("all", {})
        await life.quiet()
        assert len(stage.tools.made("t.list")) == 2
    async with stage.life() as life:
        await life.pass_time(HOUR)
        assert await life.engine.wait(run_id) == [[n, n] for n in range(5)]
    assert [call.get("cursor") for call in stage.tools.made("t.list")] == [None, 2, 4]
    assert len(stage.tools.made("t.keep")) == 5


async def test_more_pages_than_allowed_is_a_failure_not_a_shorter_list(stage: Stage) -> None:
    stage.template(ALL)
    pages(stage, 7)
    async with stage.life() as life:
        run_id = await life.engine.start("all", {})
        await life.pass_time(HOUR)
        with pytest.raises(LoopExceeded, match="entries: 3 pages were not enough"):
            await life.engine.wait(run_id)
