import pytest

from interlock.sdk import InvalidInput, Retryable
from interlock_notion.limits import batches, fit, portion_of
from interlock_notion.markdown import blocks_from_markdown
from interlock_notion.properties import to_notion
from interlock_notion.rich_text import block_text

from .recordings import DOCS, recorded
from .server import error

PARENT = "539eb6b1-b521-4fda-8246-b35378287ccb"
DATABASE = recorded(f"{DOCS}/pages.json")["database_id"]


def sent(fake, method):
    return [body for m, _, body in fake.requests if m == method]


async def read_back(notion, page_id):
    return (await notion.page_markdown(page_id))["markdown"]


async def test_a_small_page_is_created_in_one_request(notion, fake):
    page = await notion.create_page(PARENT, "Report", markdown="# One\n\ntext")
    assert page["title"] == "Report" and page["blocks_added"] == 2
    assert [m for m, _, _ in fake.requests] == ["POST"]
    assert await read_back(notion, page["id"]) == "# One\n\ntext\n"


async def test_a_long_page_is_written_in_order_within_the_limits(notion, fake):
    text = "".join(f"paragraph {n}\n\n" for n in range(250))
    page = await notion.create_page(PARENT, "Long", markdown=text)
    assert (await read_back(notion, page["id"])).split() == text.split()
    assert [len(body["children"]) for body in sent(fake, "PATCH")] == [100, 100, 50]


async def test_nesting_deeper_than_a_request_takes_is_written_level_by_level(notion):
    text = "".join("  " * level + f"- level {level}\n" for level in range(7))
    page = await notion.create_page(PARENT, "Deep", markdown=text)
    assert await read_back(notion, page["id"]) == text


async def test_more_children_than_a_request_takes_follow_their_parent(notion):
    text = "- top\n" + "".join(f"  - child {n}\n" for n in range(130)) + "- last\n"
    page = await notion.create_page(PARENT, "Wide", markdown=text)
    assert await read_back(notion, page["id"]) == text


async def test_a_long_table_keeps_all_rows(notion):
    rows = "".join(f"| {n} | x |\n" for n in range(230))
    page = await notion.create_page(PARENT, "Table", markdown="| a | b |\n| --- | --- |\n" + rows)
    assert (await read_back(notion, page["id"])).endswith(rows)


async def test_a_page_that_cannot_be_written_wholly_is_trashed(notion, fake):
    def fail(method, path):
        tail = method == "PATCH" and path.endswith("/children") and len(fake.requests) > 2
        return error(500, "internal_server_error") if tail else None

    fake.fault_on = fail
    with pytest.raises(Retryable) as caught:
        await notion.create_page(PARENT, "Half", markdown="\n\n".join("x" * 250))
    page_id = caught.value.details["page_id"]
    assert fake.pages[page_id]["in_trash"] is True
    assert "page_left" not in caught.value.details


async def test_an_append_that_fails_tells_what_stands(notion, fake):
    fake.fault_on = lambda m, p: error(500, "x") if len(fake.requests) > 1 else None
    with pytest.raises(Retryable) as caught:
        await notion.append_blocks(PARENT, markdown="\n\n".join("x" * 150))
    assert len(caught.value.details["appended"]) == 100


async def test_blocks_go_behind_the_block_that_was_named(start, fake):
    notion = await start()
    first = await notion.append_blocks(PARENT, markdown="a\n\nb")
    behind = first["block_ids"][0]
    text = "\n\n".join(str(n) for n in range(120))
    await notion.append_blocks(PARENT, markdown=text, after=behind)
    texts = [block_text(block) for block in fake.children[PARENT]][-122:]
    assert texts == ["a", *text.split("\n\n"), "b"]


async def test_the_newest_version_takes_positions(start, fake):
    notion = await start(version="2026-03-11")
    await notion.append_blocks(PARENT, markdown="x", after=PARENT)
    (body,) = sent(fake, "PATCH")
    assert body["position"] == {"type": "after_block", "after_block": {"id": PARENT}}


async def test_plain_values_become_properties_by_the_schema(notion, fake):
    values = {"Group": "annotations", "someNumberProp": 3, "SomeDateProp": "2026-01-31"}
    page = await notion.create_page(DATABASE, "Row", "database", properties=values)
    assert {name: page["properties"][name] for name in values} == values
    (body,) = sent(fake, "POST")
    assert body["parent"]["type"] == "data_source_id"
    assert body["properties"]["Group"] == {"select": {"name": "annotations"}}


async def test_a_property_that_is_not_in_the_schema_is_named(notion):
    with pytest.raises(InvalidInput) as caught:
        await notion.create_page(DATABASE, "Row", "database", properties={"Grup": "x"})
    assert caught.value.path == "$.properties.Grup" and "Group" in caught.value.message


async def test_a_formula_cannot_be_written(notion):
    with pytest.raises(InvalidInput, match="formula cannot be written"):
        await notion.create_page(DATABASE, "Row", "database", properties={"Slug": "x"})


async def test_a_caption_is_cut_into_texts_that_notion_takes(notion, fake):
    upload = {"id": DATABASE, "object": "file_upload", "status": "uploaded"}
    fake.fault_on = lambda _, path: (200, {}, upload) if "/file_uploads" in path else None
    caption = "x" * 2001
    await notion.upload_file("a.png", content="YQ==", block_id=PARENT, caption=caption)
    (shown,) = sent(fake, "PATCH")[-1]["children"]
    assert [len(item["text"]["content"]) for item in shown["image"]["caption"]] == [2000, 1]


async def test_icons_and_covers_are_emoji_links_or_uploads(notion, fake):
    await notion.create_page(PARENT, "Seen", icon="🌱", cover="https://example.com/a.png")
    await notion.update_page(PARENT, icon="https://example.com/i.png", cover=PARENT)
    created, changed = sent(fake, "POST")[0], sent(fake, "PATCH")[0]
    assert created["icon"] == {"type": "emoji", "emoji": "🌱"}
    assert created["cover"]["external"] == {"url": "https://example.com/a.png"}
    assert changed["icon"]["type"] == "external"
    assert changed["cover"] == {"type": "file_upload", "file_upload": {"id": PARENT}}
    with pytest.raises(InvalidInput, match="cover"):
        await notion.update_page(PARENT, cover="🌱")


async def test_a_page_comes_from_a_template_or_from_content(notion, fake):
    await notion.create_page(DATABASE, "Row", "database", template="default")
    await notion.create_page(DATABASE, "Row", "database", template=PARENT)
    assert [body["template"] for body in sent(fake, "POST")] == [
        {"type": "default"},
        {"type": "template_id", "template_id": PARENT},
    ]
    with pytest.raises(InvalidInput, match="not both"):
        await notion.create_page(DATABASE, "Row", "database", template="default", markdown="x")


async def test_archiving_twice_is_harmless(notion, fake):
    page = await notion.create_page(PARENT, "Short")
    for _ in range(2):
        assert (await notion.archive_page(page["id"]))["in_trash"] is True
    assert fake.pages[page["id"]]["in_trash"] is True
    assert (await notion.restore_page(page["id"]))["in_trash"] is False


async def test_markdown_and_blocks_exclude_each_other(notion):
    with pytest.raises(InvalidInput):
        await notion.append_blocks(PARENT, markdown="x", blocks=[])


async def test_a_comment_has_one_place(notion):
    with pytest.raises(InvalidInput):
        await notion.create_comment("hello")
    assert (await notion.create_comment("hello", block_id=PARENT))["text"] == "hello"


def test_long_texts_are_cut_where_notion_counts():
    text = "😀" * 1500 + "ab"
    (block,) = fit(blocks_from_markdown(text))
    pieces = [item["text"]["content"] for item in block["paragraph"]["rich_text"]]
    assert "".join(pieces) == text
    assert all(len(piece.encode("utf-16-le")) // 2 <= 2000 for piece in pieces)


def test_more_than_a_hundred_texts_go_on_in_further_blocks():
    text = " ".join(f"**b{n}** c{n}" for n in range(120))
    blocks = fit(blocks_from_markdown(f"# {text}"))
    assert [b["type"] for b in blocks] == ["heading_1", "paragraph", "paragraph"]
    words = " ".join(block_text(block) for block in blocks).split()
    assert words == text.replace("*", "").split()


def test_a_request_stays_below_half_a_megabyte():
    blocks = fit(blocks_from_markdown("\n\n".join("x" * 100_000 for _ in range(9))))
    found = list(batches(blocks))
    assert sum(len(batch) for batch in found) == 9
    assert all(sum(portion.size for portion in batch) < 500_000 for batch in found)


def test_what_fits_goes_at_once():
    (block,) = blocks_from_markdown("- a\n  - b\n  - c\n")
    assert portion_of(block).later == [] and portion_of(block).blocks == 3


def test_columns_go_with_their_content():
    text = blocks_from_markdown("x")
    columns = [{"type": "column", "column": {"children": text}} for _ in range(2)]
    whole = {"type": "column_list", "column_list": {"children": columns}}
    assert portion_of(whole).block == whole and portion_of(whole).later == []


def test_what_is_too_long_for_its_kind_becomes_text():
    formula, address = "x" * 1001, "https://example.com/" + "y" * 2000
    blocks = fit(
        [
            {"type": "equation", "equation": {"expression": formula}},
            {"type": "image", "image": {"type": "external", "external": {"url": address}}},
            {"type": "bookmark", "bookmark": {"url": address}},
            {
                "type": "paragraph",
                "paragraph": {
                    "rich_text": [{"type": "equation", "equation": {"expression": formula}}]
                },
            },
        ]
    )
    assert [block["type"] for block in blocks] == ["code", "paragraph", "paragraph", "paragraph"]
    assert [block_text(block) for block in blocks] == [formula, address, address, formula]


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("multi_select", [str(n) for n in range(101)]),
        ("relation", ["r"] * 101),
        ("url", "https://x.y/" + "z" * 2000),
        ("phone_number", "1" * 201),
        ("rich_text", "x" * 200_001),
    ],
)
def test_a_property_that_notion_would_refuse_is_named_before(kind, value):
    with pytest.raises(InvalidInput, match="Notion takes") as caught:
        to_notion({"P": value}, {"P": kind})
    assert caught.value.path == "$.properties.P"


def test_long_texts_of_properties_are_cut():
    written = to_notion({"P": "x" * 4500}, {"P": "rich_text"})["P"]["rich_text"]
    assert [len(item["text"]["content"]) for item in written] == [2000, 2000, 500]
