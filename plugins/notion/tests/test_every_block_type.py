"""Every type of block that Notion's description has: its words are in the Markdown and the segments."""

import pytest

from interlock_notion.markdown import render
from interlock_notion.rich_text import _KNOWN, block_text
from interlock_notion.segments import segments_of


def rich(*texts):
    return [{"type": "text", "text": {"content": text}, "plain_text": text} for text in texts]


def said(text, **more):
    return {"rich_text": rich(text), "color": "default", **more}


EXTERNAL = {"type": "external", "external": {"url": "https://x.example/a"}}
UPLOADED = {"type": "file", "file": {"expiry_time": "2026-01-01T00:00:00.000Z"}}
NOTES = {"title": rich("word"), "status": "notes_ready", "children": {"summary_block_id": "s"}}
# Payload of each type with one word in it, or none where the type has no words.
PAYLOADS = {
    "audio": {**EXTERNAL, "caption": rich("word")},
    "bookmark": {"url": "https://x.example/", "caption": rich("word")},
    "breadcrumb": {},
    "bulleted_list_item": said("word"),
    "callout": said("word", icon={"type": "custom_emoji", "custom_emoji": {"name": "bufo"}}),
    "child_database": {"title": "word"},
    "child_page": {"title": "word"},
    "code": {"rich_text": rich("x"), "caption": rich("word"), "language": "notion formula"},
    "column": {"width_ratio": 0.5},
    "column_list": {},
    "divider": {},
    "embed": {"url": "https://x.example/", "caption": rich("word")},
    "equation": {"expression": "word"},
    "file": {**UPLOADED, "caption": rich("word"), "name": "a.docx"},
    "heading_1": said("word", is_toggleable=True),
    "heading_2": said("word", is_toggleable=False),
    "heading_3": said("word", is_toggleable=False),
    "heading_4": said("word", is_toggleable=False),
    "image": {**UPLOADED, "caption": rich("word")},
    "link_preview": {"url": "https://x.example/"},
    "link_to_page": {"type": "comment_id", "comment_id": "539eb6b1-b521-4fda-8246-b35378287ccb"},
    "meeting_notes": NOTES,
    "numbered_list_item": said("word", list_start_index=5, list_format="roman"),
    "paragraph": said("word", icon={"type": "icon", "icon": {"name": "star", "color": "red"}}),
    "pdf": {**UPLOADED, "caption": rich("word")},
    "quote": said("word"),
    "synced_block": {"synced_from": {"type": "block_id", "block_id": "x"}},
    "tab": {},
    "table": {"table_width": 1, "has_column_header": False, "has_row_header": False},
    "table_of_contents": {"color": "gray"},
    "table_row": {"cells": [rich("word"), []]},
    "template": {"rich_text": rich("word")},
    "to_do": said("word", checked=True),
    "toggle": said("word"),
    "transcription": NOTES,
    "unsupported": {"block_type": "button"},
    "video": {**UPLOADED, "caption": rich("word")},
}


def test_the_table_has_every_known_type():
    assert PAYLOADS.keys() == _KNOWN


@pytest.mark.parametrize("kind", sorted(PAYLOADS))
def test_no_word_of_a_block_or_of_what_is_in_it_is_lost(kind):
    payload = PAYLOADS[kind]
    inner = {"id": "inner", "type": "paragraph", "paragraph": said("deeper")}
    row = {"id": "inner", "type": "table_row", "table_row": {"cells": [rich("deeper")]}}
    block = {"id": "x", "type": kind, kind: payload}
    block["children"] = [row if kind == "table" else inner]
    follows = {"id": "y", "type": "paragraph", "paragraph": said("after")}
    rendered = render([block, follows], "p")
    texts = [segment["text"] for segment in segments_of([block, follows])]
    assert ("word" in block_text(block).split()) == ("word" in str(payload))
    wanted = ["word"] * ("word" in str(payload))
    # A row has no children in Notion; they would have no place in a line of a table.
    wanted += ["deeper"] * (kind != "table_row") + ["after"]
    assert [word for word in " ".join(texts).split() if word in wanted] == wanted
    for word in wanted:
        assert word in rendered.markdown
    places = {source["block_id"] for source in rendered.sources}
    assert "y" in places and (kind == "table_row" or "inner" in places)


@pytest.mark.parametrize("kind", sorted(PAYLOADS))
@pytest.mark.parametrize("payload", [None, {}, {"rich_text": None}, {"children": None}])
def test_a_block_without_content_breaks_nothing(kind, payload):
    block = {"id": "x", "type": kind, kind: payload, "has_children": False}
    render([block])
    assert segments_of([block]) == []
