"""``cache`` of a step: paid for once, by whichever run came first."""

from __future__ import annotations

from .faults import faults_in
from .stage import Stage

SUMMARY = """
    workflow: summary
    input: {type: object, properties: {page: {type: string}, edited: {type: integer}}}
    steps:
      - id: text
        call: t.summarise
        with: {page: "${{ input.page }}"}
        cache: {key: "${{ [input.page, input.edited] }}", ttl: 1d}
"""


async def test_a_second_run_has_the_output_of_the_first(stage: Stage) -> None:
    stage.template(SUMMARY)
    stage.tools.add("t.summarise", lambda page: f"about {page}")
    async with stage.life() as life:
        assert await life.run("summary", {"page": "a", "edited": 1}) == "about a"
    async with stage.life() as life:
        assert await life.run("summary", {"page": "a", "edited": 1}) == "about a"
        assert len(stage.tools.calls) == 1
        await life.run("summary", {"page": "a", "edited": 2})
        assert len(stage.tools.calls) == 2
        await life.pass_time(86401)
        await life.run("summary", {"page": "a", "edited": 1})
        assert len(stage.tools.calls) == 3


async def test_a_null_is_an_output_and_a_failure_is_none(stage: Stage) -> None:
    stage.template("""
        workflow: w
        steps: [{id: s, call: t.maybe, cache: {key: k}, on_error: continue}]
    """)
    stage.tools.add("t.maybe", lambda: 1 / 0)
    async with stage.life() as life:
        assert "error" in await life.run("w")
        stage.tools.add("t.maybe", lambda: None)
        assert await life.run("w") is None
        stage.tools.add("t.maybe", lambda: "not asked")
        assert await life.run("w") is None


async def test_items_of_a_loop_share_by_key_whatever_their_place(stage: Stage) -> None:
    stage.template("""
        workflow: w
        input: {type: object}
        steps:
          - for_each: "${{ input.names }}"
            do: [{id: s, call: t.look, with: {name: "${{ item }}"}, cache: {key: "${{ item }}"}}]
    """)
    stage.tools.add("t.look", lambda name: name.upper())
    async with stage.life() as life:
        assert await life.run("w", {"names": ["a", "b"]}) == ["A", "B"]
        assert await life.run("w", {"names": ["b", "c", "a"]}) == ["B", "C", "A"]
    assert [call["name"] for call in stage.tools.made("t.look")] == ["a", "b", "c"]


def test_a_step_with_effects_to_undo_is_not_cached() -> None:
    found = faults_in("""
workflow: w
steps:
  - {id: a, call: t.a, cache: {ttl: 1d}, compensate: {call: t.b}}
""")
    assert any("a cache has no key" in fault for fault in found)
    assert any("has effects, which a cache would leave out" in fault for fault in found)
