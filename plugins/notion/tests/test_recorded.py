"""Recorded conversations with Notion, replayed as a contract: the tools ask and read alike."""

import json

import pytest

from interlock_notion import objects
from interlock_notion.markdown import render
from interlock_notion.properties import value_of
from interlock_notion.rich_text import block_text

from .recordings import FOLDER, recorded
from .test_markdown import shown

PARENT = "393abc1e-edcd-80f3-813b-e205934558c6"
SINGLE = "notion-ruby-mapping"


class Replay:
    """Answers with what was recorded for the method and path; remembers what was asked."""

    def __init__(self, fake, session):
        self.fake = fake
        self.pairs = recorded(f"notion-sdk-py-interactions/{session}.json")
        self.left = list(self.pairs)
        fake.fault_on = self.answer

    def answer(self, method, path):
        for pair in self.left:
            asked = pair["request"]
            if (asked["method"], asked["uri"].split(".com")[1].split("?")[0]) == (method, path):
                self.left.remove(pair)
                return pair["response"]["status"], {}, pair["response"]["body"]
        return None

    def recorded(self, method, path):
        """Id in the first recorded answer to this, and the body it was asked with."""
        pair = next(
            pair
            for pair in self.pairs
            if pair["request"]["method"] == method and path in pair["request"]["uri"]
        )
        return pair["response"]["body"].get("id"), pair["request"]["body"]

    def asked(self, method, path):
        return [body for m, p, body in self.fake.requests if m == method and path in p][-1]


def plain(body):
    """A body without the names of types that may be left out and are."""
    if isinstance(body, list):
        return [plain(one) for one in body]
    if not isinstance(body, dict):
        return body.replace("-", "") if isinstance(body, str) else body
    kept = {name: plain(one) for name, one in body.items() if name != "type" and one != []}
    # A title may be a bare list.
    return kept["title"] if set(kept) == {"title"} else kept


async def test_pages_are_created(notion, fake):
    replay = Replay(fake, "pages_create")
    page = await notion.create_page(PARENT, "Test Page")
    page_id, body = replay.recorded("POST", "/pages")
    assert (page["id"], page["title"]) == (page_id, "Test Page")
    assert plain(replay.asked("POST", "/pages")) == plain(body)


async def test_pages_move(notion, fake):
    replay = Replay(fake, "move_pages")
    page_id, body = replay.recorded("POST", "/move")
    moved = await notion.move_page(page_id, body["parent"]["page_id"])
    assert moved["parent"]["id"] == body["parent"]["page_id"]
    assert plain(replay.asked("POST", "/move")) == plain(body)


async def test_databases_are_created(notion, fake):
    replay = Replay(fake, "databases_create")
    database_id, body = replay.recorded("POST", "/databases")
    made = await notion.create_database(
        body["parent"]["page_id"], "Test Database", {"Name": "title"}
    )
    assert made["id"] == database_id and len(made["data_sources"]) == 1
    sent = replay.asked("POST", "/databases")
    assert sent.pop("initial_data_source") == {"properties": {"Name": {"title": {}}}}
    assert plain(sent) == plain(body)


async def test_data_sources_are_changed(notion, fake):
    replay = Replay(fake, "data_sources_update")
    source_id, body = replay.recorded("PATCH", "/data_sources")
    fake.meta = {**fake.meta, "data_source_id": source_id}
    found = await notion.update_data_source(source_id, title="Updated DataSource")
    assert found["title"] == "Updated DataSource"
    assert plain(replay.asked("PATCH", "/data_sources")) == plain(body)


async def test_templates_are_listed_through_all_pages(notion, fake):
    source_id = fake.meta["data_source_id"]
    answers = [
        recorded(f"{SINGLE}/list_data_source_templates_{name}.json")
        for name in ("limit_1", "next_1")
    ]
    fake.fault_on = lambda m, path: (200, {}, answers.pop(0)) if "templates" in path else None
    found = (await notion.list_templates(source_id))["templates"]
    whole = recorded(f"{SINGLE}/list_data_source_templates_no_limit.json")["templates"]
    assert [one["id"] for one in found] == [one["id"] for one in whole] and len(found) > 1


async def test_blocks_are_appended_and_changed(notion, fake):
    replay = Replay(fake, "blocks_update")
    page_id, _ = replay.recorded("POST", "/pages")
    block_id, _ = replay.recorded("PATCH", "/blocks/393abc1e-edcd-8153")
    appended = await notion.append_blocks(page_id, markdown="I'm a paragraph.")
    assert appended["block_ids"] == [block_id]
    assert plain(replay.asked("PATCH", "/children")) == plain(
        replay.recorded("PATCH", "/children")[1]
    )


async def test_comments_are_made_changed_and_deleted(notion, fake):
    replay = Replay(fake, "comments_update")
    comment_id, body = replay.recorded("POST", "/comments")
    made = await notion.create_comment("This is a test comment.", body["parent"]["page_id"])
    assert made["id"] == comment_id
    assert plain(replay.asked("POST", "/comments")) == plain(body)
    changed = await notion.update_comment(comment_id, "Updated comment.")
    assert changed["text"] == "Updated comment."
    assert plain(replay.asked("PATCH", "/comments")) == plain(
        replay.recorded("PATCH", "/comments")[1]
    )
    deleted_id, _ = Replay(fake, "comments_delete").recorded("DELETE", "/comments")
    assert await notion.delete_comment(deleted_id) == {"id": deleted_id, "deleted": True}


async def test_users_are_read(notion, fake):
    replay = Replay(fake, "users_me")
    assert (await notion.get_user())["id"] == replay.recorded("GET", "/users/me")[0]


async def test_a_change_that_notion_puts_off_is_waited_for(notion, fake):
    replay = Replay(fake, "async_tasks_retrieve")
    page_id, _ = replay.recorded("POST", "/pages")
    edits = [{"old": "x", "new": "y" * 50_001}]
    done = await notion.edit_page(page_id, edits)
    assert done["markdown"] == "# Hello\nAsync test content."
    assert replay.asked("PATCH", "/markdown")["allow_async"] is True
    assert 2 in notion.context.world.slept


async def test_a_file_is_sent_as_a_form(notion, fake):
    replay = Replay(fake, "file_uploads_send")
    upload_id, body = replay.recorded("POST", "/file_uploads")
    sent = await notion.upload_file("test_file_small.txt", content="VGhpcyBpcyB0ZXN0")
    assert sent["upload_id"] == upload_id and sent["size"] == 25
    (made, form) = [b for m, p, b in fake.requests if "/file_uploads" in p]
    assert plain(made) == plain(body)
    assert b'name="file"; filename="test_file_small.txt"' in form and b"This is test" in form


async def test_a_list_of_markdown_that_was_recorded_is_read(notion, fake):
    replay = Replay(fake, "pages_retrieve_markdown")
    page_id, _ = replay.recorded("POST", "/pages")
    fake.pages[page_id] = {"id": page_id, "properties": {}}
    read = await notion.page_markdown(page_id, by="notion")
    assert read["markdown"] == "" and read["warnings"] == []


def single(prefix):
    return sorted(path.name for path in (FOLDER / SINGLE).glob(f"{prefix}_*.json"))


def objects_of(prefix, kind):
    named = [(name, recorded(f"{SINGLE}/{name}")) for name in single(prefix)]
    return [pytest.param(found, id=name) for name, found in named if found["object"] == kind]


@pytest.mark.parametrize("block", objects_of("retrieve_block", "block"))
def test_every_recorded_block_is_rendered_with_its_words(block):
    words = " ".join(block_text(block).split())
    assert words in " ".join(shown(render([block], "page").markdown).split())


@pytest.mark.parametrize("page", objects_of("retrieve_page", "page"))
def test_every_recorded_page_is_read(page):
    read = objects.page(page)
    assert read["id"] == page["id"] and read["parent"]["id"]
    assert set(read["properties"]) == set(page["properties"])
    json.dumps(read)


@pytest.mark.parametrize("source", objects_of("retrieve_data_source", "data_source"))
def test_every_recorded_data_source_is_read(source):
    read = objects.data_source(source)
    assert read["database_id"] and all(column["type"] for column in read["properties"].values())


@pytest.mark.parametrize("database", objects_of("retrieve_database", "database"))
def test_every_recorded_database_is_read(database):
    assert objects.database(database)["data_sources"]


VALUES = {
    "number": 1.41421356,
    "checkbox": True,
    "email": "person@example.com",
    "url": "https://hkob.hatenablog.com/",
    "unique_id": "ST-3",
    "created_by": "Hiroyuki KOBAYASHI",
    "select": "Select 3",
    "verification": "verified",
    "place": None,
}


@pytest.mark.parametrize("item", objects_of("retrieve_property", "property_item"))
def test_every_recorded_property_is_read(item):
    value = value_of(item)
    if item["type"] in VALUES:
        assert value == VALUES[item["type"]]
    assert not isinstance(value, dict) or item["type"] in ("date", "formula", "button", "place")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("relation_with_many_relations", 26),
        ("rollup", [["Tag 1"]]),
        ("people", ["Hiroyuki KOBAYASHI"]),
    ],
)
async def test_every_recorded_list_of_a_property_is_read(notion, fake, name, expected):
    body = recorded(f"{SINGLE}/retrieve_property_{name}.json")
    described = body["property_item"]
    prop = {"id": described["id"], "type": described["type"], described["type"]: None}
    fake.pages[PARENT] = {"id": PARENT, "properties": {"Given": prop}}
    last = {**body, "has_more": False, "next_cursor": None}
    fake.fault_on = lambda method, path: (200, {}, last) if "/properties/" in path else None
    found = (await notion.get_page_property(PARENT, "Given"))["value"]
    assert len(found) == expected if isinstance(expected, int) else found == expected


def test_a_row_that_has_no_number_yet_has_none():
    ids = {"prefix": "T", "number": None}
    assert value_of({"type": "unique_id", "unique_id": ids}) is None
