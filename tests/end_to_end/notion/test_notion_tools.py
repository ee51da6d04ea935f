"""Notion's tools: databases, rows, views, pages, content, comments, users, files."""

from __future__ import annotations

import base64

import pytest

from interlock.sdk import InvalidInput, NotFound, Rejected

from .conftest import ABOUT, DATABASE, Notion


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
