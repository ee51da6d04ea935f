"""Writing to a page that somebody else has changed since it was read."""

from __future__ import annotations

from typing import Any

import pytest

from interlock.sdk import Conflict

from .conftest import ABOUT, Notion


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
