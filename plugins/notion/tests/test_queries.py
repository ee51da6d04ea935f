import pytest

from interlock.sdk import InvalidInput, NotFound, Rejected

from .recordings import DOCS, doc_pages, recorded

DATABASE = recorded(f"{DOCS}/pages.json")["database_id"]
SOURCE = recorded(f"{DOCS}/pages.json")["data_source_id"]


def queries(fake):
    return [body for _, path, body in fake.requests if path.endswith("/query")]


def rows(count, created=lambda n: f"2026-01-01T{n // 60:02d}:{n % 60:02d}:00.000Z"):
    title = {"id": "title", "type": "title", "title": []}
    return [
        {
            "object": "page",
            "id": f"{n:08x}-0000-4000-8000-000000000000",
            "created_time": created(n),
            "properties": {"Name": title, "N": {"id": "n", "type": "number", "number": -n}},
        }
        for n in range(count)
    ]


@pytest.mark.parametrize("found_id", [DATABASE, SOURCE, DATABASE.replace("-", "")])
async def test_every_row_is_read_by_database_or_data_source(notion, fake, found_id):
    found = await notion.query_database(found_id)
    assert {page["id"] for page in found["pages"]} == {page["id"] for page in doc_pages()}
    assert found["complete"] and found["database_id"] == DATABASE
    assert len(queries(fake)) == 4


async def test_a_filter_goes_to_notion_as_it_is(notion, fake):
    wanted = {"property": "Group", "select": {"equals": "annotations"}}
    found = await notion.query_database(DATABASE, filter=wanted)
    assert {page["title"] for page in found["pages"]} == {"InlineCode", "InlineColor"}
    assert queries(fake)[0]["filter"] == wanted


async def test_a_limit_stops_early(notion, fake):
    found = await notion.query_database(DATABASE, limit=5)
    assert found["count"] == 5 and len(queries(fake)) == 1


async def test_rows_beyond_the_cap_are_read_in_windows(start, fake):
    fake.rows, fake.cap = rows(95), 30
    notion = await start(page_size=10)
    found = await notion.query_database(DATABASE)
    assert [page["id"] for page in found["pages"]] == [row["id"] for row in fake.rows]
    assert found["complete"]


async def test_windows_keep_the_filter_and_the_asked_for_order(start, fake):
    fake.rows, fake.cap = rows(95), 30
    for number, row in enumerate(fake.rows):
        name = "even" if number % 2 == 0 else "odd"
        row["properties"]["Kind"] = {"id": "k", "type": "select", "select": {"name": name}}
    condition = {"or": [{"property": "Kind", "select": {"equals": "even"}}]}
    notion = await start(page_size=10)
    sorts = [{"property": "N", "direction": "ascending"}]
    found = await notion.query_database(DATABASE, filter=condition, sorts=sorts)
    numbers = [page["properties"]["N"] for page in found["pages"]]
    assert numbers == sorted(-n for n in range(0, 95, 2))
    assert "sorted here" in found["warnings"][0]


async def test_rows_that_no_window_can_reach_are_an_error(start, fake):
    fake.rows, fake.cap = rows(50, created=lambda n: "2026-01-01T00:00:00.000Z"), 30
    notion = await start(page_size=10)
    with pytest.raises(Rejected, match="query_result_limit_reached"):
        await notion.query_database(DATABASE)
    found = await notion.query_database(DATABASE, partial=True)
    assert found["complete"] is False and found["count"] == 30
    assert "rows are missing" in found["warnings"][0]


async def test_a_data_source_that_is_not_there_names_those_that_are(notion):
    with pytest.raises(NotFound) as caught:
        await notion.query_database(DATABASE, data_source="Other")
    assert caught.value.nearest == ["Docs"]


async def test_old_versions_query_the_database_itself(start, fake):
    notion = await start(version="2022-06-28")
    found = await notion.query_database(DATABASE)
    assert found["count"] == 22
    assert all("/databases/" in path for _, path, _ in fake.requests)


async def test_search_goes_through_all_pages(notion, fake):
    found = await notion.search()
    assert found["count"] == 22 and found["complete"]
    assert (await notion.search(limit=3))["count"] == 3


async def test_the_schema_of_a_database_tells_types(notion):
    found = await notion.get_data_source(DATABASE)
    assert found["properties"]["Group"]["type"] == "select"


async def test_a_database_tells_its_data_sources(notion):
    found = await notion.get_database(DATABASE)
    assert found["data_sources"] == [{"id": SOURCE, "name": "Docs"}]


@pytest.mark.parametrize("shared", [0, 2])
async def test_a_database_has_as_many_data_sources_as_are_shared(notion, fake, shared):
    sources = [{"id": SOURCE, "name": f"Docs {number}"} for number in range(shared)]
    found = {"object": "database", "id": DATABASE, "title": [], "data_sources": sources}
    fake._get_databases = lambda parts, body, query: (200, {}, found)
    read = await notion.query_database(DATABASE)
    assert read["data_sources"] == sources and bool(read["pages"]) == bool(shared)
    assert [one for one in read["warnings"] if "shows no data source" in one] == read["warnings"]
    assert len(read["warnings"]) == (not shared)
    with pytest.raises(InvalidInput, match=f"has {shared} data sources"):
        await notion.query_rows(DATABASE)


async def test_an_empty_database_has_no_rows_and_says_no_more(notion, fake):
    fake.rows = []
    found = await notion.query_database(DATABASE)
    assert (found["pages"], found["complete"], found["warnings"]) == ([], True, [])
    assert (await notion.query_rows(DATABASE))["next_cursor"] is None
