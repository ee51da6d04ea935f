import orjson
import pytest

from interlock.sdk import InvalidInput, NotFound, Rejected
from interlock_notion.blocks import walk
from interlock_notion.markdown import render
from interlock_notion.segments import segments_of

from .recordings import doc_children, doc_pages, doc_tree, recorded
from .server import error

DIVIDER = "539eb6b1-b521-4fda-8246-b35378287ccb"


async def test_all_recorded_blocks_are_read(notion):
    known = {block["id"] for blocks in doc_children().values() for block in blocks}
    read = set()
    for page in doc_pages():
        read |= {block["id"] for block in walk((await notion.get_blocks(page["id"]))["blocks"])}
    assert read == known and len(read) == 658


async def test_a_page_is_extracted_with_plain_properties_and_citable_segments(notion):
    page = await notion.extract_page(DIVIDER)
    assert page["title"] == "Divider"
    assert page["properties"]["Group"] == "other-components"
    assert page["properties"]["Slug"] == "/other-components/divider"
    assert page["property_types"]["Group"] == "select"
    sources = {source["block_id"]: source for source in page["sources"]}
    lines = page["markdown"].splitlines()
    for segment in page["segments"]:
        source = sources[segment["block_id"]]
        words = " ".join(lines[source["line"] - 1 : source["end_line"]])
        assert segment["text"].split()[0].strip("*`") in words


async def test_headings_above_a_segment_are_its_path(notion):
    page = await notion.extract_page(DIVIDER)
    below = [s for s in page["segments"] if not s["type"].startswith("heading")]
    headings = {s["text"] for s in page["segments"] if s["type"].startswith("heading")}
    assert any(s["heading_path"] for s in below)
    assert {h for s in below for h in s["heading_path"]} <= headings


async def test_blocks_can_be_left_out_of_an_extract(notion):
    assert "blocks" not in await notion.extract_page(DIVIDER, blocks=False)


async def test_max_depth_stops_the_descent(notion, fake):
    found = await notion.get_blocks(DIVIDER, max_depth=1)
    assert found["count"] == len(doc_children()[DIVIDER])


def files_in(value):
    """Every uploaded file's object in a JSON value."""
    if isinstance(value, dict):
        if value.get("type") == "file" and isinstance(value.get("file"), dict):
            yield value["file"]
        for item in value.values():
            yield from files_in(item)
    elif isinstance(value, list):
        for item in value:
            yield from files_in(item)


async def test_links_that_expire_appear_nowhere(notion):
    recorded_files = list(files_in([doc_children(), doc_pages()]))
    assert any("expiry_time" in file for file in recorded_files)
    pages = [await notion.extract_page(page["id"]) for page in doc_pages()]
    found = list(files_in(pages))
    assert found and not any("url" in file or "expiry_time" in file for file in found)
    expiring = {file["url"] for file in recorded_files}
    assert not any(f"]({url}" in page["markdown"] for page in pages for url in expiring)


async def test_an_uploaded_file_is_kept_by_its_fresh_link(notion, fake, base_url):
    image_id = "0dfbbdf1-33a9-4f9c-a8c2-f5a5c5bd5f0a"
    link = {"url": f"{base_url}/v1/files/a.png", "expiry_time": "2026-01-01T00:00:00.000Z"}
    image = {"id": image_id, "type": "image", "image": {"type": "file", "file": link}}
    text = {"id": DIVIDER, "type": "paragraph", "paragraph": {"rich_text": []}}
    fake.children["page"] = [image, text]
    kept = await notion.download_file(image_id)
    assert kept["media_type"] == "image/png" and kept["size"] == len(b'"the picture"')
    assert notion.context.blobs.values["blob"] == b'"the picture"'
    with pytest.raises(InvalidInput, match="no uploaded file"):
        await notion.download_file(DIVIDER)


async def test_a_list_that_is_not_shared_costs_its_own_blocks_only(notion, fake):
    parent = next(b for b in doc_children()[DIVIDER] if b["has_children"])
    fake.children = {k: v for k, v in fake.children.items() if k != parent["id"]}
    found = await notion.get_blocks(DIVIDER)
    marked = next(b for b in found["blocks"] if b["id"] == parent["id"])
    assert "Could not find block" in marked["unreadable"]
    assert len(found["warnings"]) == 1 and parent["id"] in found["warnings"][0]


async def test_levels_that_nobody_makes_are_read_as_well(notion, fake):
    count = 300
    for level in range(count):
        text = {"rich_text": [{"plain_text": f"level{level}"}]}
        last = level == count - 1
        block = {"id": f"b{level}", "type": "bulleted_list_item", "has_children": not last}
        fake.children[f"b{level - 1}" if level else DIVIDER] = [
            {**block, "bulleted_list_item": text}
        ]
    page = await notion.extract_page(DIVIDER)
    words = [f"level{level}" for level in range(count)]
    assert [segment["text"] for segment in page["segments"]] == words
    assert [word for word in page["markdown"].split() if word != "-"] == words
    assert page["warnings"] == ["200 blocks below level 100 stand at that level"]
    orjson.dumps({"runs": [{"steps": [page]}]})  # as an answer, or a record, holds it


async def test_child_pages_are_kept_and_not_entered(notion, fake):
    child = {"object": "block", "id": "x", "type": "child_page", "has_children": True}
    fake.children["top"] = [{**child, "child_page": {"title": "Inside"}}]
    fake.children["539eb6b1b5214fda8246b35378287ccb"] = []
    fake.children[DIVIDER] = fake.children["top"]
    found = await notion.get_blocks(DIVIDER)
    assert found["types"] == {"child_page": 1} and not found["warnings"]


async def test_a_block_of_an_unknown_type_stays_as_it_is(notion, fake):
    odd = {"object": "block", "id": "o", "type": "hologram", "has_children": False}
    odd["hologram"] = {"rich_text": [{"plain_text": "seen in 3D"}], "depth": 7}
    fake.children[DIVIDER] = [odd]
    page = await notion.extract_page(DIVIDER)
    assert page["blocks"] == [odd]
    assert "seen in 3D" in page["markdown"] and page["segments"][0]["text"] == "seen in 3D"


async def test_a_long_relation_is_read_whole(notion, fake):
    entries = [{"id": str(n)} for n in range(40)]
    relation = {"id": "r", "type": "relation", "relation": entries[:25], "has_more": True}
    fake.pages[DIVIDER] = {"id": DIVIDER, "properties": {"Tasks": {**relation, "all": entries}}}
    page = await notion.get_page(DIVIDER)
    assert page["properties"]["Tasks"] == [str(n) for n in range(40)]
    found = await notion.get_page_property(DIVIDER, "Tasks")
    assert len(found["value"]) == 40


async def test_a_property_that_is_missing_names_those_there_are(notion):
    with pytest.raises(NotFound) as caught:
        await notion.get_page_property(DIVIDER, "Colour")
    assert "Group" in caught.value.nearest


async def test_links_are_taken_for_ids(notion):
    link = "https://www.notion.so/Divider-539eb6b1b5214fda8246b35378287ccb?pvs=4"
    assert (await notion.get_page(link))["id"] == DIVIDER
    with pytest.raises(InvalidInput) as caught:
        await notion.get_page("Divider")
    assert caught.value.path == "$.page_id"


async def test_comments_and_users_are_read_through_all_pages(start):
    notion = await start(page_size=2)
    assert len((await notion.list_comments(DIVIDER))["comments"]) == 5
    assert len((await notion.list_users())["users"]) == 5


async def test_every_request_carries_token_and_version(notion, fake):
    await notion.check()
    assert fake.headers[0]["notion-version"] == "2025-09-03"
    assert fake.headers[0]["authorization"] == "Bearer secret_test"


@pytest.mark.parametrize("name", ["embed", "nested-blocks"])
def test_pages_recorded_before_2022_read_like_newer_ones(name):
    raw = recorded(f"notion2svelte-docs/raw/{name}.json")

    def children(blocks):
        return [{**b, "children": children(b.get("blocks") or [])} for b in blocks]

    old, new = children(raw["blocks"]), doc_tree(raw["id"])
    texts = [segment["text"] for segment in segments_of(old)]
    # The shared footer was edited between the two recordings, so the new one holds more.
    assert len(texts) > 20 and set(texts) <= {segment["text"] for segment in segments_of(new)}
    assert set(render(old).markdown.split()) <= set(render(new).markdown.split())


def block(block_id, kind, **payload):
    return {"object": "block", "id": block_id, "type": kind, "has_children": False, kind: payload}


@pytest.mark.parametrize("kind", ["meeting_notes", "transcription"])
async def test_meeting_notes_are_read_by_the_sections_that_they_name(notion, fake, kind):
    ids = {f"{name}_block_id": name for name in ("summary", "notes", "transcript")}
    title = [{"plain_text": "Weekly"}]
    fake.children[DIVIDER] = [block("m", kind, title=title, children=ids)]
    for name in ids.values():
        said = [{"plain_text": f"words of the {name}"}]
        fake.children[f"below {name}"] = [block(name, "paragraph", rich_text=said)]
    page = await notion.extract_page(DIVIDER)
    texts = [segment["text"] for segment in page["segments"]]
    assert texts == ["Weekly", *(f"words of the {name}" for name in ids.values())]
    assert "words of the transcript" in page["markdown"] and not page["warnings"]


async def test_tabs_are_boxes(notion, fake):
    inside = block("p", "paragraph", rich_text=[{"plain_text": "inside"}])
    tab = {**block("t", "tab"), "has_children": True}
    fake.children[DIVIDER], fake.children["t"] = [tab], [inside]
    assert (await notion.page_markdown(DIVIDER))["markdown"] == "inside\n"


async def test_what_notions_markdown_leaves_out_is_asked_for_by_id(notion, fake):
    def answer(method, path):
        if not path.endswith("/markdown"):
            return None
        missing = {DIVIDER: ["more", "gone"], "more": ["more"]}.get(path.split("/")[-2])
        if missing is None:
            return error(404, "object_not_found")
        text = f"text of {path.split('/')[-2]}"
        body = {"markdown": text, "truncated": True, "unknown_block_ids": missing}
        return 200, {}, {"object": "page_markdown", **body}

    fake.fault_on = answer
    read = await notion.page_markdown(DIVIDER, by="notion")
    assert read["markdown"] == f"text of {DIVIDER}\ntext of more"
    assert len(read["warnings"]) == 1 and "gone" in read["warnings"][0]


async def test_a_list_that_notion_cuts_short_is_an_error(notion, fake):
    status = {"type": "incomplete", "incomplete_reason": "query_result_limit_reached"}
    cut = {"results": [], "has_more": False, "next_cursor": None, "request_status": status}
    fake.fault_on = lambda method, path: (200, {}, cut) if path.endswith("/children") else None
    with pytest.raises(Rejected, match="not all"):
        await notion.get_blocks(DIVIDER)


async def test_a_file_beyond_the_limit_is_refused(start, fake, base_url):
    notion = await start(largest_file=5)
    link = {"url": f"{base_url}/v1/files/a.png", "expiry_time": "2026-01-01T00:00:00.000Z"}
    image_id = "0dfbbdf1-33a9-4f9c-a8c2-f5a5c5bd5f0a"
    fake.children["page"] = [block(image_id, "image", type="file", file=link)]
    with pytest.raises(Rejected, match="larger than 5 bytes"):
        await notion.download_file(image_id)
    with pytest.raises(Rejected, match="more than 5"):
        await notion.upload_file("a.png", content="MTIzNDU2Nzg5")
