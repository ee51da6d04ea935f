"""Simulated Notion: pagination, queries, errors, versions and writes."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

import httpx
import pytest

SOURCE = "1842fdf6-5e49-4c74-a388-0000dd5a0001"
DATABASE = "1842fdf6-5e49-4c74-a388-cab1b3a6725e"
ABOUT = "fdc65179-a8bd-451c-af67-59019204cfde"
NOBODY = "00000000-0000-4000-8000-000000000000"
QUERY = f"/v1/data_sources/{SOURCE}/query"


async def rows(notion: httpx.AsyncClient, **body: Any) -> list[dict[str, Any]]:
    """All rows of a query, page by page."""
    found: list[dict[str, Any]] = []
    cursor = None
    while True:
        start = {"start_cursor": cursor} if cursor else {}
        page = (await notion.post(QUERY, json={"page_size": 5, **body, **start})).json()
        found += page["results"]
        if not page["has_more"]:
            return found
        cursor = page["next_cursor"]


def named(row: dict[str, Any]) -> str:
    return "".join(part["plain_text"] for part in row["properties"]["Name"]["title"])


def paragraph(text: str, **more: Any) -> dict[str, Any]:
    return {"paragraph": {"rich_text": [{"text": {"content": text}}], **more}}


async def test_pages_of_a_query_hold_every_row_once(notion: httpx.AsyncClient) -> None:
    found = await rows(notion)
    assert len(found) == len({row["id"] for row in found}) == 22


async def test_a_database_leads_to_its_data_source(start: Any, client: Any) -> None:
    simulator = await start()
    notion = await client(simulator, "notion")
    database = (await notion.get(f"/v1/databases/{DATABASE}")).json()
    assert database["data_sources"][0]["id"] == SOURCE
    source = (await notion.get(f"/v1/data_sources/{SOURCE.replace('-', '')}")).json()
    assert source["properties"]["Name"]["type"] == "title"
    assert {option["name"] for option in source["properties"]["Status"]["select"]["options"]}
    (summary, *_) = await simulator.list_databases()
    assert (summary["data_source_id"], summary["rows"]) == (SOURCE, 22)


async def test_a_query_beyond_the_limit_ends_without_saying_so_in_has_more(
    start: Any, client: Any
) -> None:
    notion = await client(await start(query_limit=7), "notion")
    assert len(await rows(notion)) == 7
    page = (await notion.post(QUERY, json={})).json()
    assert (page["has_more"], len(page["results"])) == (False, 7)
    assert page["request_status"] == {
        "type": "incomplete",
        "incomplete_reason": "query_result_limit_reached",
    }


@pytest.mark.parametrize(
    ("condition", "test"),
    [
        (
            {"property": "Group", "select": {"is_not_empty": True}},
            lambda row: row["properties"]["Group"]["select"],
        ),
        (
            {"property": "Name", "title": {"is_empty": True}},
            lambda row: not row["properties"]["Name"]["title"],
        ),
        (
            {"property": "Slug", "formula": {"string": {"contains": "list"}}},
            lambda row: "list" in row["properties"]["Slug"]["formula"]["string"],
        ),
        (
            {"timestamp": "created_time", "created_time": {"after": "2022-01-28"}},
            lambda row: row["created_time"] > "2022-01-28",
        ),
        (
            {
                "or": [
                    {"property": "title", "title": {"is_empty": True}},
                    {"property": "Name", "title": {"starts_with": "c"}},
                ]
            },
            lambda row: not named(row) or named(row).lower().startswith("c"),
        ),
    ],
)
async def test_a_filter_leaves_the_rows_that_meet_it(
    notion: httpx.AsyncClient, condition: dict[str, Any], test: Any
) -> None:
    everything, found = await rows(notion), await rows(notion, filter=condition)
    expected = {row["id"] for row in everything if test(row)}
    assert {row["id"] for row in found} == expected
    assert 0 < len(expected) < len(everything)


async def test_sorts_apply_in_order_and_leave_empty_values_last(
    notion: httpx.AsyncClient,
) -> None:
    found = await rows(notion, sorts=[{"property": "Name", "direction": "descending"}])
    names = [named(row).lower() for row in found]
    filled = [name for name in names if name]
    assert filled == sorted(filled, reverse=True) and names == filled + [""] * names.count("")
    oldest = await rows(notion, sorts=[{"timestamp": "created_time", "direction": "ascending"}])
    times = [row["created_time"] for row in oldest]
    assert times == sorted(times)


async def test_nested_blocks_are_reached_through_their_parents(notion: httpx.AsyncClient) -> None:
    waiting, seen = [ABOUT], 0
    while waiting:
        listed = (await notion.get(f"/v1/blocks/{waiting.pop()}/children")).json()
        seen += len(listed["results"])
        waiting += [block["id"] for block in listed["results"] if block["has_children"]]
    assert seen > 100


async def test_a_page_with_every_block_type_is_longer_than_one_page_of_results(
    notion: httpx.AsyncClient,
) -> None:
    path = "/v1/blocks/31dcd6cf-1406-8067-8100-dcb28020592d/children"
    first = (await notion.get(path)).json()
    second = (await notion.get(path, params={"start_cursor": first["next_cursor"]})).json()
    assert (len(first["results"]), len(second["results"])) == (100, 38)
    kinds = {block["type"] for block in first["results"] + second["results"]}
    assert {"synced_block", "child_database", "table", "callout"} <= kinds


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code"),
    [
        ("GET", "/v1/nowhere", None, 400, "invalid_request_url"),
        ("GET", f"/v1/pages/{NOBODY}", None, 404, "object_not_found"),
        ("GET", "/v1/pages/AAA", None, 400, "validation_error"),
        ("POST", QUERY, {"page_size": 101}, 400, "validation_error"),
        ("POST", QUERY, {"start_cursor": NOBODY}, 400, "validation_error"),
        (
            "POST",
            QUERY,
            {"filter": {"property": "No", "title": {"equals": ""}}},
            400,
            "validation_error",
        ),
        ("POST", f"/v1/databases/{DATABASE}/query", {}, 400, "invalid_request_url"),
        ("POST", "/v1/pages", {"properties": {}}, 400, "validation_error"),
        ("POST", "/v1/pages", {"parent": {"page_id": NOBODY}}, 404, "object_not_found"),
        (
            "POST",
            "/v1/pages",
            {"parent": {"data_source_id": SOURCE}, "properties": {"No": {"number": 1}}},
            400,
            "validation_error",
        ),
        (
            "PATCH",
            f"/v1/blocks/{ABOUT}/children",
            {"children": [{"shrubbery": {}}]},
            400,
            "validation_error",
        ),
    ],
)
async def test_errors_carry_notions_codes(
    notion: httpx.AsyncClient, method: str, path: str, body: Any, status: int, code: str
) -> None:
    response = await notion.request(method, path, json=body)
    said = response.json()
    assert (response.status_code, said["status"], said["code"]) == (status, status, code)
    assert said["object"] == "error" and said["message"] and said["request_id"]


async def test_a_bad_id_is_named_as_notion_names_it(notion: httpx.AsyncClient) -> None:
    said = (await notion.get("/v1/pages/AAA")).json()["message"]
    expected = 'path failed validation: path.page_id should be a valid uuid, instead was `"AAA"`.'
    assert said == expected


async def test_token_and_version_are_asked_for(notion: httpx.AsyncClient) -> None:
    del notion.headers["Notion-Version"]
    assert (await notion.get("/v1/users/me")).json()["code"] == "missing_version"
    assert (await notion.get("/v1/users/me", headers={"Notion-Version": "1999-01-01"})).json()[
        "code"
    ] == "validation_error"
    del notion.headers["Authorization"]
    assert (await notion.get("/v1/users/me")).status_code == 401


async def test_the_newest_version_has_lost_the_archived_key(notion: httpx.AsyncClient) -> None:
    path = f"/v1/blocks/{ABOUT}/children"
    older = (await notion.get(path)).json()["results"][0]
    newer = (await notion.get(path, headers={"Notion-Version": "2026-03-11"})).json()["results"][0]
    assert older == {**newer, "archived": False}


async def test_the_oldest_version_queries_databases(notion: httpx.AsyncClient) -> None:
    notion.headers["Notion-Version"] = "2022-06-28"
    listed = (await notion.post(f"/v1/databases/{DATABASE}/query", json={})).json()
    assert len(listed["results"]) == 22
    database = (await notion.get(f"/v1/databases/{DATABASE}")).json()
    assert "data_sources" not in database and database["properties"]["Name"]
    assert (await notion.post(QUERY, json={})).status_code == 400


async def test_a_created_row_is_found_by_query_search_and_id(notion: httpx.AsyncClient) -> None:
    made = await notion.post(
        "/v1/pages",
        json={
            "parent": {"data_source_id": SOURCE},
            "properties": {
                "Name": {"title": [{"text": {"content": "Brave new row"}}]},
                "Status": {"select": {"name": "Fresh"}},
                "someNumberProp": {"number": 4},
            },
            "children": [paragraph("One", children=[paragraph("Nested")]), paragraph("Two")],
        },
    )
    page = made.json()
    assert made.status_code == 200 and page["parent"]["database_id"] == DATABASE
    condition = {"property": "Status", "select": {"equals": "Fresh"}}
    assert [row["id"] for row in await rows(notion, filter=condition)] == [page["id"]]
    search = (await notion.post("/v1/search", json={"query": "brave NEW"})).json()
    assert [entry["id"] for entry in search["results"]] == [page["id"]]
    blocks = (await notion.get(f"/v1/blocks/{page['id']}/children")).json()["results"]
    assert [block["has_children"] for block in blocks] == [True, False]
    text = (await notion.get(f"/v1/pages/{page['id']}/markdown")).json()["markdown"]
    assert text == "One\n\tNested\nTwo"


async def test_appended_blocks_go_where_the_request_says(notion: httpx.AsyncClient) -> None:
    page = (
        await notion.post(
            "/v1/pages",
            json={
                "parent": {"page_id": ABOUT},
                "properties": {"title": [{"text": {"content": "List"}}]},
                "children": [paragraph("b"), paragraph("e")],
            },
        )
    ).json()
    path = f"/v1/blocks/{page['id']}/children"
    first = (await notion.get(path)).json()["results"][0]["id"]
    await notion.patch(path, json={"children": [paragraph("c"), paragraph("d")], "after": first})
    await notion.patch(path, json={"children": [paragraph("a")], "position": {"type": "start"}})
    added = await notion.patch(path, json={"children": [paragraph("f")]})
    assert [block["type"] for block in added.json()["results"]] == ["paragraph"]
    listed = (await notion.get(path)).json()["results"]
    texts = [block["paragraph"]["rich_text"][0]["plain_text"] for block in listed]
    assert texts == ["a", "b", "c", "d", "e", "f"]
    assert (await notion.get(f"/v1/blocks/{page['id']}")).json()["child_page"] == {"title": "List"}


async def test_what_is_archived_leaves_lists_until_it_is_restored(
    notion: httpx.AsyncClient,
) -> None:
    archived = await notion.patch(f"/v1/pages/{ABOUT}", json={"archived": True})
    assert archived.json()["in_trash"] is True
    assert len(await rows(notion)) == 21
    await notion.patch(f"/v1/pages/{ABOUT}", json={"in_trash": False})
    assert len(await rows(notion)) == 22
    block = (await notion.get(f"/v1/blocks/{ABOUT}/children")).json()["results"][0]
    assert (await notion.delete(f"/v1/blocks/{block['id']}")).json()["in_trash"] is True
    left = (await notion.get(f"/v1/blocks/{ABOUT}/children")).json()["results"]
    assert block["id"] not in {entry["id"] for entry in left}


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ({"children": [paragraph("x" * 2001)]}, "text.content.length should be ≤ `2000`"),
        ({"children": [paragraph("x")] * 101}, "body.children.length should be ≤ `100`"),
        (
            {"children": [paragraph("x", children=[paragraph("y")] * 100)] * 10},
            "1010 blocks exceed the limit of 1000",
        ),
        ({"children": [{"bookmark": {"url": "u" * 2001}}]}, "bookmark.url.length"),
        ({"children": [paragraph("x" * 1999)] * 260}, "exceed the limit of 500000"),
    ],
)
async def test_requests_above_a_size_limit_are_refused(
    notion: httpx.AsyncClient, body: Any, place: str
) -> None:
    before = (await notion.get(f"/v1/blocks/{ABOUT}/children")).json()["results"]
    response = await notion.patch(f"/v1/blocks/{ABOUT}/children", json=body)
    assert response.status_code == 400 and place in response.json()["message"]
    assert (await notion.get(f"/v1/blocks/{ABOUT}/children")).json()["results"] == before


async def test_long_properties_come_in_pages(notion: httpx.AsyncClient) -> None:
    words = [{"text": {"content": str(number)}} for number in range(7)]
    change = {"properties": {"someTextProp": {"rich_text": words}}}
    page = (await notion.patch(f"/v1/pages/{ABOUT}", json=change)).json()
    id = page["properties"]["someTextProp"]["id"]
    path = f"/v1/pages/{ABOUT}/properties/{id}"
    first = (await notion.get(path, params={"page_size": 5})).json()
    cursor = first["next_cursor"]
    second = (await notion.get(path, params={"page_size": 5, "start_cursor": cursor})).json()
    items = first["results"] + second["results"]
    assert [item["rich_text"]["plain_text"] for item in items] == list("0123456")
    assert {item["id"] for item in items} == {id} and not second["has_more"]
    number = page["properties"]["someNumberProp"]["id"]
    single = (await notion.get(f"/v1/pages/{ABOUT}/properties/{number}")).json()
    assert single["object"] == "property_item" and single["number"] is None


async def test_comments_join_their_discussion(notion: httpx.AsyncClient) -> None:
    words = [{"text": {"content": "Is this so?"}}]
    asked = {"parent": {"page_id": ABOUT}, "rich_text": words}
    first = (await notion.post("/v1/comments", json=asked)).json()
    answered = {"discussion_id": first["discussion_id"], "rich_text": words}
    await notion.post("/v1/comments", json=answered)
    listed = (await notion.get("/v1/comments", params={"block_id": ABOUT})).json()["results"]
    assert [entry["discussion_id"] for entry in listed] == [first["discussion_id"]] * 2


async def test_users_are_the_bot_and_the_authors(notion: httpx.AsyncClient) -> None:
    users = (await notion.get("/v1/users")).json()["results"]
    me = (await notion.get("/v1/users/me")).json()
    assert me["type"] == "bot" and users[0]["id"] == me["id"]
    author = (await notion.get(f"/v1/pages/{ABOUT}")).json()["created_by"]["id"]
    assert (await notion.get(f"/v1/users/{author}")).json()["type"] == "person"


async def test_equal_seeds_give_new_pages_equal_ids_and_reset_forgets_them(
    start: Any, client: Any
) -> None:
    async def created(simulator: Any) -> str:
        notion = await client(simulator, "notion")
        made = await notion.post("/v1/pages", json={"parent": {"page_id": ABOUT}})
        return str(made.json()["id"])

    simulator = await start(seed=3)
    first = await created(simulator)
    assert await created(await start(seed=3)) == first
    assert await created(await start(seed=4)) != first
    await simulator.reset()
    notion = await client(simulator, "notion")
    assert (await notion.get(f"/v1/pages/{first}")).status_code == 404


async def test_a_recorded_database_may_be_empty(start: Any, client: Any, tmp_path: Any) -> None:
    folder = tmp_path / "notion" / "Nothing" / "docs"
    folder.mkdir(parents=True)
    source, database = str(UUID(int=1)), str(UUID(int=2))
    listing = {"results": [], "data_source_id": source, "database_id": database}
    (folder / "pages.json").write_text(json.dumps(listing))
    (folder / "children.json").write_text("{}")
    notion = await client(await start(recordings=[str(tmp_path)]), "notion")
    found = (await notion.get(f"/v1/databases/{database}")).json()
    assert found["data_sources"] == [{"id": source, "name": "Nothing"}]
    rows = (await notion.post(f"/v1/data_sources/{source}/query", json={})).json()
    assert rows["results"] == [] and rows["has_more"] is False
