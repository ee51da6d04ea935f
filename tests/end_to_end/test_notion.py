"""Notion's tools over real HTTP against the simulator, in each version of the API."""

from __future__ import annotations

import base64
import itertools
import re
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

import interlock
from interlock.runtime import Runtime
from interlock.sdk import Conflict, InvalidInput, NotFound, Rejected

CONFIG = """
version: 1
daemon: {{port: 0, state_dir: {state}}}
services:
  simulator: {{settings: {{port: {port}, query_limit: 9}}}}
  analysis: {{}}
  files: {{settings: {{root: {folder}/out}}}}
{notions}
workflows:
  paths: [{folder}/*.workflow.yaml, {root}/config/workflows/sync_notion_page.yaml]
"""
NOTION = """
  {name}:
    plugin: notion
    settings:
      {{base_url: "http://127.0.0.1:{port}/notion", token: x, rate: 5000/s, version: "{version}"}}
    http: {{allow_private: true}}
"""
SERVICES = {"2022-06-28": "notion-2022", "2025-09-03": "notion", "2026-03-11": "notion-2026"}
ROOT = Path(__file__).parents[2]
ABOUT = "fdc65179-a8bd-451c-af67-59019204cfde"
DATABASE = "1842fdf6-5e49-4c74-a388-cab1b3a6725e"

numbers = itertools.count(1)


class Notion:
    """One service's tools, by name."""

    def __init__(self, runtime: Runtime, version: str) -> None:
        self.runtime = runtime
        self.version = version

    async def __call__(self, tool: str, **arguments: Any) -> Any:
        return await self.runtime.call(f"{SERVICES[self.version]}.{tool}", arguments)

    async def page(self, markdown: str = "") -> str:
        """The id of a new page with this content."""
        title = f"Page {next(numbers)}"
        made = await self("create_page", parent_id=ABOUT, title=title, markdown=markdown)
        return str(made["id"])

    async def markdown(self, page_id: str) -> str:
        return str((await self("page_markdown", page_id=page_id))["markdown"])


def example(plugin: str) -> str:
    """The workflow that a plugin's page shows."""
    page = (ROOT / f"plugins/{plugin}/README.md").read_text(encoding="utf-8")
    shown = re.findall(r"^```yaml\n(workflow:.*?)^```$", page, flags=re.MULTILINE | re.DOTALL)
    assert len(shown) == 1
    return str(shown[0])


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    folder = tmp_path_factory.mktemp("notion")
    notions = "".join(NOTION.format(name=n, port=port, version=v) for v, n in SERVICES.items())
    places = {"folder": folder, "state": folder / "state", "root": ROOT}
    path = folder / "interlock.yaml"
    path.write_text(CONFIG.format(port=port, notions=notions, **places))
    for plugin in ("notion", "analysis"):
        (folder / f"{plugin}.workflow.yaml").write_text(example(plugin))
    return path


@pytest.fixture(scope="module")
async def runtime(config: Path) -> AsyncIterator[Runtime]:
    async with interlock.open_runtime(config) as opened:
        yield opened


@pytest.fixture(params=SERVICES)
def each(request: pytest.FixtureRequest, runtime: Runtime) -> Notion:
    """The service in each version."""
    return Notion(runtime, request.param)


@pytest.fixture
def notion(runtime: Runtime) -> Notion:
    return Notion(runtime, "2025-09-03")


async def test_a_database_is_made_filled_changed_and_queried(each: Notion) -> None:
    columns = {"Name": "title", "Kind": ["a", "b"], "Points": "number"}
    made = await each("create_database", parent_id=ABOUT, title="Tasks", properties=columns)
    for number in range(3):
        values = {"Kind": "a" if number else "b", "Points": number}
        await each(
            "create_page",
            parent_id=made["id"],
            parent_type="database",
            title=f"Row {number}",
            properties=values,
        )
    wanted = {"property": "Kind", "select": {"equals": "a"}}
    sorts = [{"property": "Points", "direction": "descending"}]
    found = await each("query_database", database_id=made["id"], filter=wanted, sorts=sorts)
    assert [row["properties"]["Points"] for row in found["pages"]] == [2, 1]
    changed = await each(
        "update_data_source", data_source_id=made["id"], properties={"Points": {"name": "Effort"}}
    )
    assert set(changed["properties"]) == {"Name", "Kind", "Effort"}
    source = await each("get_data_source", data_source_id=made["id"])
    assert source["properties"]["Kind"]["options"] == ["a", "b"]


async def test_a_view_shows_its_rows_in_its_order(notion: Notion) -> None:
    (first,) = (await notion("list_views", database_id=DATABASE))["views"]
    everything = await notion("query_view", view_id=first["id"])
    assert (everything["count"], everything["complete"]) == (22, True)

    by_age = [{"timestamp": "created_time", "direction": "ascending"}]
    made = await notion("create_view", database_id=DATABASE, name="Oldest", sorts=by_age)
    few = await notion("query_view", view_id=made["id"], limit=3)
    ages = [page["created_time"] for page in few["pages"]]
    assert ages == sorted(page["created_time"] for page in everything["pages"])[:3]
    assert (few["total"], few["complete"]) == (22, False)

    changed = await notion("update_view", view_id=made["id"], name="All", sorts=[])
    assert (changed["name"], changed["sorts"]) == ("All", [])
    assert (await notion("delete_view", view_id=made["id"]))["deleted"]
    assert not (await notion("delete_view", view_id=made["id"]))["deleted"]
    assert len((await notion("list_views", database_id=DATABASE))["views"]) == 1


async def test_an_emoji_of_the_workspace_is_found_by_its_name(notion: Notion) -> None:
    (shipped,) = (await notion("list_custom_emojis", name="shipped"))["emojis"]
    assert shipped in (await notion("list_custom_emojis"))["emojis"]


async def test_rows_beyond_the_limit_come_in_pages_and_each_once(each: Notion) -> None:
    rows: list[str] = []
    cursor = None
    while True:
        page = await each("query_rows", database_id=DATABASE, size=4, cursor=cursor)
        rows += [row["id"] for row in page["pages"]]
        assert page["count"] <= 4 and page["complete"]
        if (cursor := page["next_cursor"]) is None:
            break
    whole = await each("query_database", database_id=DATABASE)
    assert sorted(rows) == sorted({row["id"] for row in whole["pages"]})
    assert len(rows) == 22


async def test_a_cursor_of_somebody_else_is_refused(notion: Notion) -> None:
    forged = base64.urlsafe_b64encode(b'{"path": "/v1/comments"}').decode()
    for cursor in ("nonsense", forged):
        with pytest.raises(InvalidInput, match="cursor"):
            await notion("query_rows", database_id=DATABASE, cursor=cursor)


@pytest.mark.parametrize("numbered", [True, False])
async def test_more_rows_of_one_minute_than_a_query_gives(notion: Notion, numbered: bool) -> None:
    columns = {"Name": "title", **({"No": "unique_id"} if numbered else {})}
    made = await notion("create_database", parent_id=ABOUT, title="Import", properties=columns)
    for number in range(21):
        await notion("create_page", parent_id=made["id"], parent_type="database", title=str(number))
    if not numbered:
        with pytest.raises(Rejected, match="query_result_limit_reached"):
            await notion("query_database", database_id=made["id"])
        first = await notion("query_rows", database_id=made["id"])
        with pytest.raises(Rejected, match="query_result_limit_reached"):
            await notion("query_rows", database_id=made["id"], cursor=first["next_cursor"])
        part = await notion("query_database", database_id=made["id"], partial=True)
        assert (part["count"], part["complete"]) == (9, False) and part["warnings"]
        return
    found = await notion("query_database", database_id=made["id"])
    assert {row["title"] for row in found["pages"]} == {str(number) for number in range(21)}
    assert found["complete"]


async def test_content_becomes_other_content_and_what_stays_keeps_its_blocks(each: Notion) -> None:
    before = "# One\n\nfirst\n\n- a\n- b\n\nlast"
    page_id = await each.page(before)
    kept = {b["id"] for b in (await each("get_blocks", block_id=page_id))["blocks"]}
    after = "intro\n\n# One\n\nfirst, changed\n\n- a\n- b\n- c\n\nlast\n\nend\n"
    done = await each("replace_content", page_id=page_id, markdown=after)
    assert await each.markdown(page_id) == after
    now = [b["id"] for b in (await each("get_blocks", block_id=page_id))["blocks"]]
    assert len(kept & set(now)) >= 3 and done["deleted"] <= 2
    again = await each("replace_content", page_id=page_id, markdown=after)
    assert (again["added"], again["deleted"]) == (0, 0)
    await each("replace_content", page_id=page_id, markdown="")
    assert await each.markdown(page_id) == ""


async def test_pages_below_a_page_outlive_its_content(each: Notion) -> None:
    page_id = await each.page("old")
    child = await each("create_page", parent_id=page_id, title="Child")
    await each("replace_content", page_id=page_id, markdown="new")
    blocks = (await each("get_blocks", block_id=page_id))["blocks"]
    assert sorted(block["type"] for block in blocks) == ["child_page", "paragraph"]
    assert (await each("get_page", page_id=child["id"]))["in_trash"] is False


async def test_passages_are_replaced_by_notion_itself(notion: Notion) -> None:
    page_id = await notion.page("# Plan\n\nMeet on Monday.\n\nBring cake.")
    edits = [{"old": "Monday", "new": "Friday"}, {"old": "Bring cake.", "new": "Bring *tea*."}]
    done = await notion("edit_page", page_id=page_id, edits=edits)
    assert "Meet on Friday." in done["markdown"]
    read = await notion("page_markdown", page_id=page_id, by="notion")
    assert read["markdown"] == done["markdown"]
    with pytest.raises(Rejected, match="not found"):
        await notion("edit_page", page_id=page_id, edits=[{"old": "Tuesday", "new": "x"}])


async def test_one_block_is_changed(each: Notion) -> None:
    page_id = await each.page("- [ ] water the *plants*")
    (block,) = (await each("get_blocks", block_id=page_id))["blocks"]
    await each("update_block", block_id=block["id"], text="water **all** plants", checked=True)
    assert await each.markdown(page_id) == "- [x] water **all** plants\n"
    with pytest.raises(InvalidInput, match="one paragraph"):
        await each("update_block", block_id=block["id"], text="a\n\nb")


async def test_a_page_moves_below_another(notion: Notion) -> None:
    page_id, target = await notion.page(), await notion.page()
    moved = await notion("move_page", page_id=page_id, parent_id=target)
    assert moved["parent"] == {"type": "page_id", "id": target}
    below = await notion("get_blocks", block_id=target)
    assert [block["id"] for block in below["blocks"]] == [page_id]


async def test_comments_are_made_changed_and_deleted(each: Notion) -> None:
    page_id = await each.page()
    made = await each("create_comment", text="So?", page_id=page_id)
    changed = await each("update_comment", comment_id=made["id"], text="So!")
    assert changed["text"] == "So!"
    assert (await each("delete_comment", comment_id=made["id"]))["deleted"] is True
    assert (await each("delete_comment", comment_id=made["id"]))["deleted"] is False
    assert (await each("list_comments", block_id=page_id))["comments"] == []


async def test_users_are_read_one_by_one(notion: Notion) -> None:
    me = await notion("get_user")
    everyone = (await notion("list_users"))["users"]
    assert me["type"] == "bot" and me in everyone
    assert await notion("get_user", user_id=everyone[-1]["id"]) == everyone[-1]


@pytest.mark.parametrize("size", [11, 20_000_001])
async def test_a_file_is_uploaded_shown_and_kept(notion: Notion, size: int) -> None:
    data = bytes(range(251)) * (size // 251) + bytes(size % 251)
    page_id = await notion.page("before")
    sent = await notion(
        "upload_file",
        name="plan.png",
        content=base64.b64encode(data).decode(),
        block_id=page_id,
        caption="The plan",
    )
    assert (sent["size"], sent["media_type"]) == (size, "image/png")
    kept = await notion("download_file", block_id=sent["block_id"])
    assert (kept["size"], kept["media_type"]) == (size, "image/png")
    link = f"https://www.notion.so/{page_id.replace('-', '')}#{sent['block_id'].replace('-', '')}"
    assert await notion.markdown(page_id) == f"before\n\n![The plan]({link})\n"
    again = await notion("upload_file", name="copy.png", digest=kept["digest"])
    assert again["size"] == size


async def test_an_upload_fills_a_property_and_is_read_from_there(notion: Notion) -> None:
    columns = {"Name": "title", "Papers": "files"}
    made = await notion("create_database", parent_id=ABOUT, title="Papers", properties=columns)
    content = base64.b64encode(b"paper").decode()
    sent = await notion("upload_file", name="paper.pdf", content=content)
    papers = [{"name": "paper.pdf", "upload_id": sent["upload_id"]}, "https://example.com/b.pdf"]
    row = await notion(
        "create_page",
        parent_id=made["id"],
        parent_type="database",
        title="One",
        properties={"Papers": papers},
    )
    kept = await notion("download_file", page_id=row["id"], property="Papers")
    assert (kept["name"], kept["size"]) == ("paper.pdf", 5)
    with pytest.raises(InvalidInput, match="no uploaded file"):
        await notion("download_file", page_id=row["id"], property="Papers", number=2)
    with pytest.raises(NotFound, match="holds 2 files"):
        await notion("download_file", page_id=row["id"], property="Papers", number=3)


async def test_notion_fetches_a_file_by_its_address(notion: Notion) -> None:
    sent = await notion("upload_file", name="a.pdf", url="https://example.com/a.pdf")
    assert sent["upload_id"] and sent["media_type"] == "application/pdf"


class Shared:
    """A row that was read, changed by somebody else, and is to be written now."""

    def __init__(self, notion: Notion, base: dict[str, Any]) -> None:
        self.notion = notion
        self.base = base

    async def changed(self, markdown: str | None = None, **properties: Any) -> None:
        """By somebody else."""
        if properties:
            await self.notion("update_page", page_id=self.base["id"], properties=properties)
        if markdown is not None:
            await self.notion("replace_content", page_id=self.base["id"], markdown=markdown)

    async def sync(self, strategy: str = "fail", **arguments: Any) -> Any:
        named = {"page_id": self.base["id"], "base": self.base, "strategy": strategy}
        return await self.notion("sync_page", **named, **arguments)

    async def now(self) -> dict[str, Any]:
        found = await self.notion("extract_page", page_id=self.base["id"])
        return {**found["properties"], "text": found["markdown"]}


@pytest.fixture
async def shared(each: Notion) -> Shared:
    columns = {
        "Name": "title",
        "Kind": ["a", "b", "c"],
        "Tags": {"multi_select": {}},
        "Points": "number",
        "Due": "date",
    }
    made = await each("create_database", parent_id=ABOUT, title="Shared", properties=columns)
    values = {"Kind": "a", "Tags": ["x", "y"], "Points": 1, "Due": "2026-01-31"}
    page = await each(
        "create_page",
        parent_id=made["id"],
        parent_type="database",
        title="Row",
        properties=values,
        markdown="one\n\ntwo\n\nthree",
    )
    return Shared(each, await each("extract_page", page_id=page["id"], blocks=False))


async def test_what_nobody_else_changed_is_simply_written(shared: Shared) -> None:
    await shared.changed(Points=5)
    done = await shared.sync(properties={"Kind": "b", "Due": "2026-02-01"})
    assert done["written"] == ["Due", "Kind"]
    now = await shared.now()
    assert (now["Kind"], now["Due"], now["Points"]) == ("b", "2026-02-01", 5)


async def test_a_field_that_both_changed_stops_the_write(shared: Shared) -> None:
    await shared.changed(Kind="c")
    with pytest.raises(Conflict) as caught:
        await shared.sync(properties={"Kind": "b", "Points": 2})
    (field,) = caught.value.details["fields"]
    assert field == {"name": "Kind", "state": "both", "base": "a", "source": "b", "target": "c"}
    assert (await shared.now())["Points"] == 1


@pytest.mark.parametrize(
    ("strategy", "arguments", "expected"),
    [
        ("source", {}, ("b", 2)),
        ("target", {}, ("c", 2)),
        ("newest", {"changed_at": "2199-01-01T00:00:00Z"}, ("b", 2)),
        ("newest", {"changed_at": "2001-01-01T00:00:00Z"}, ("c", 2)),
        ("fail", {"choices": {"Kind": "source"}}, ("b", 2)),
    ],
)
async def test_a_strategy_settles_it(
    shared: Shared, strategy: str, arguments: dict[str, Any], expected: tuple[str, int]
) -> None:
    await shared.changed(Kind="c")
    await shared.sync(strategy, properties={"Kind": "b", "Points": 2}, **arguments)
    now = await shared.now()
    assert (now["Kind"], now["Points"]) == expected


async def test_merging_keeps_both_sides_changes(shared: Shared) -> None:
    await shared.changed("one\n\ntwo\n\nthree, theirs", Tags=["y", "theirs"], Points=7)
    done = await shared.sync(
        "merge",
        properties={"Tags": ["x", "y", "ours"], "Points": 1, "Kind": "b"},
        markdown="one, ours\n\ntwo\n\nthree",
    )
    assert done == {
        "page_id": shared.base["id"],
        "written": ["$content", "Kind", "Tags"],
        "kept": ["Points"],
        "merged": ["Tags", "$content"],
    }
    now = await shared.now()
    assert now["Tags"] == ["y", "theirs", "ours"]
    assert (now["Points"], now["Kind"]) == (7, "b")
    assert now["text"] == "one, ours\n\ntwo\n\nthree, theirs\n"


async def test_merging_gives_up_where_both_changed_the_same_line(shared: Shared) -> None:
    await shared.changed("one, theirs\n\ntwo\n\nthree")
    with pytest.raises(Conflict, match=r"\$content"):
        await shared.sync("merge", markdown="one, ours\n\ntwo\n\nthree")


async def test_a_comparison_is_the_base_of_what_follows_it(shared: Shared) -> None:
    await shared.changed("theirs", Kind="c")
    wanted = {"properties": {"Kind": "b"}, "markdown": "ours"}
    found = await shared.notion(
        "compare_page", page_id=shared.base["id"], base=shared.base, **wanted
    )
    assert found["conflicts"] == ["Kind", "$content"] and found["changed"]
    shared.base = {"id": shared.base["id"], **found["seen"]}
    await shared.sync(**wanted)
    now = await shared.now()
    assert (now["Kind"], now["text"]) == ("b", "ours\n")


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


async def waiting(runtime: Runtime, run_id: str) -> dict[str, Any]:
    """What the run asks people, as soon as it does."""
    async for _ in runtime.watch(run_id):
        if asked := await runtime.approvals(run=run_id):
            return asked[0]
    raise AssertionError(await runtime.run(run_id))


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
