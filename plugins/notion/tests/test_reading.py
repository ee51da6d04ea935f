from interlock_notion.blocks import walk

from .recordings import doc_children, doc_pages

DATABASE = "1842fdf6-5e49-4c74-a388-cab1b3a6725e"


async def test_every_row_of_a_database_is_read_through_small_pages(notion, fake):
    found = await notion.query_database(DATABASE)
    assert found["count"] == 22 and found["complete"]
    assert {page["id"] for page in found["pages"]} == {page["id"] for page in doc_pages()}
    assert sum(1 for _, path, _ in fake.requests if path.endswith("/query")) == 4


async def test_a_page_is_read_with_all_its_nested_blocks(notion, fake):
    page = await notion.extract_page("539eb6b1-b521-4fda-8246-b35378287ccb")
    assert page["title"] == "Divider"
    assert page["properties"]["Group"] == "other-components"
    assert page["properties"]["Slug"] == "/other-components/divider"
    assert page["segments"][0]["heading_path"] == []
    known = {source["block_id"] for source in page["sources"]}
    assert {segment["block_id"] for segment in page["segments"]} <= known


async def test_all_recorded_blocks_are_read(notion):
    recorded = {block["id"] for blocks in doc_children().values() for block in blocks}
    read = set()
    for page in doc_pages():
        read |= {block["id"] for block in walk((await notion.get_blocks(page["id"]))["blocks"])}
    assert read == recorded and len(read) > 1000
