"""Workflows on Notion: the one that asks a person about conflicts, and those that plugins' pages show."""

from __future__ import annotations

from typing import Any

from interlock.runtime import Runtime

from .conftest import DATABASE, Notion


async def test_a_person_settles_what_both_sides_changed(notion: Notion) -> None:
    page_id = await notion.page("one\n\ntwo")
    base = await notion("extract_page", page_id=page_id, blocks=False)
    await notion("replace_content", page_id=page_id, markdown="one, theirs\n\ntwo")
    given = {"page_id": page_id, "base": base, "markdown": "one, ours\n\ntwo"}
    runtime = notion.runtime
    run_id = await runtime.start("sync_notion_page", given)
    asked = await waiting(runtime, run_id)
    assert "$content" in asked["title"]
    assert asked["show"][0]["target"] == "one, theirs\n\ntwo\n"
    await runtime.decide(asked["id"], "source")
    assert (await runtime.wait(run_id))["written"] == ["$content"]
    assert await notion.markdown(page_id) == "one, ours\n\ntwo\n"


async def test_the_workflow_on_the_page_of_notion_runs(notion: Notion) -> None:
    page_id = await notion.page("# Publishable\n\nnothing yet\n\nby hand")
    given = {"database": DATABASE, "page": page_id}
    assert (await notion.runtime.call("publish_summary", given))["written"] == ["$content"]
    text = await notion.markdown(page_id)
    assert text.startswith("# Publishable\n\n- [") and text.count(" parts") == 22


async def test_the_workflow_on_the_page_of_analysis_runs(notion: Notion) -> None:
    given = {"database": DATABASE, "goal": "lists"}
    base = await notion.runtime.call("notion_knowledge_base", given)
    assert base["statistics"]["pages"] == 22
    written = await notion.runtime.call("files.read", {"path": "knowledge-base.md"})
    assert written["text"].startswith("# Knowledge base")


async def waiting(runtime: Runtime, run_id: str) -> dict[str, Any]:
    """What the run asks people, as soon as it does."""
    async for _ in runtime.watch(run_id):
        if asked := await runtime.approvals(run=run_id):
            return asked[0]
    raise AssertionError(await runtime.run(run_id))
