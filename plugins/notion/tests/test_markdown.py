import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock_notion.blocks import walk
from interlock_notion.markdown import blocks_from_markdown, render
from interlock_notion.markdown.dialect import dialect
from interlock_notion.rich_text import block_text, payload_of, rich_text_of, spans_of
from interlock_notion.segments import segments_of

from .recordings import block_kit, doc_pages, doc_tree


def flat(text):
    return " ".join(re.sub(r"^[> ]+", "", line) for line in text.split("\n")).split()


def shown(markdown):
    """The words that a reader of the Markdown sees, marks and escapes gone."""
    words = []
    for token in dialect().parse(markdown):
        words.append(token.content if token.type in ("fence", "math_block") else "")
        words += ["\n" if "break" in c.type else _content(c) for c in token.children or []]
        words.append("\n")
    return "".join(words).replace("<br>", " ")


def _content(token):
    return "".join(c.content for c in token.children) if token.children else token.content


def pages():
    return [(page["id"], doc_tree(page["id"])) for page in doc_pages()]


@pytest.mark.parametrize(("page_id", "blocks"), pages(), ids=[p[:8] for p, _ in pages()])
def test_no_text_of_a_recorded_page_is_lost(page_id, blocks):
    rendered = render(blocks, page_id)
    lines = rendered.markdown.splitlines()
    places = {}
    for source in rendered.sources:
        places.setdefault(source["block_id"], []).append(source)
    for block in walk(blocks):
        expected = block_text(block).replace("\n", " ").split()
        if not expected:
            continue
        written = [
            shown(_undented(lines[place["line"] - 1 : place["end_line"]])).split()
            for place in places[block["id"]]
        ]
        assert any(" ".join(expected) in " ".join(words) for words in written), block["id"]


def _undented(lines):
    """Lines of one block as a block of its own."""
    first = re.match(r"[> ]*", lines[0])[0]
    return "\n".join(line[len(first) :] for line in lines)


def test_every_block_of_every_type_has_its_lines():
    blocks = block_kit()
    rendered = render(blocks, "page")
    found = {source["block_id"] for source in rendered.sources}
    silent = {b["type"] for b in walk(blocks) if b["id"] not in found}
    assert silent <= {"paragraph", "column_list", "synced_block", "column"}
    total = len(rendered.markdown.splitlines())
    for source in rendered.sources:
        assert 1 <= source["line"] <= source["end_line"] <= total


def test_almost_all_recorded_text_stands_unescaped():
    runs, literal = 0, 0
    for page_id, blocks in pages():
        words = " ".join(flat(render(blocks, page_id).markdown))
        for block in walk(blocks):
            for item in rich_text_of(block):
                runs += 1
                literal += " ".join(item["plain_text"].split()) in words
    assert literal / runs > 0.99


FULL = """\
# Title

Some **bold**, *italic*, ~~gone~~, `code` and [a link](https://example.com).

- one
  - nested

    a paragraph inside
  - more
- two

- [ ] open
- [x] done

1. first
2. second

> quoted
> 
> - inside

```python
print("hi")

```

$$
a + b
$$

---

| a | b |
| --- | --- |
| 1 | x \\| y |

![alt](https://example.com/a.png)
"""  # noqa: W291 - the quoted empty line keeps its space away


def stored(blocks):
    """Blocks as Notion would give them back, children beside the payload."""
    found = []
    for block in blocks:
        payload = dict(block[block["type"]])
        children = payload.pop("children", [])
        found.append({"id": "x", **block, block["type"]: payload, "children": stored(children)})
    return found


def test_a_whole_document_survives_both_ways():
    blocks = blocks_from_markdown(FULL)
    again = render(stored(blocks)).markdown
    assert [line.rstrip() for line in again.splitlines()] == [
        line.rstrip() for line in FULL.splitlines()
    ]
    assert blocks_from_markdown(again) == blocks


def test_types_of_a_document():
    kinds = [block["type"] for block in blocks_from_markdown(FULL)]
    assert kinds == (
        ["heading_1", "paragraph"]
        + ["bulleted_list_item"] * 2
        + ["to_do"] * 2
        + ["numbered_list_item"] * 2
        + ["quote", "code", "equation", "divider", "table", "image"]
    )


LOOKS = st.fixed_dictionaries(
    {}, optional={name: st.booleans() for name in ("bold", "italic", "strikethrough", "code")}
)
WORDS = st.text(st.sampled_from("ab c*_`~[]()<>#-+.1!|\\&$:字，。\n"), min_size=1, max_size=8)
TEXTS = WORDS | st.text(st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp")), min_size=1)
SPANS = st.lists(
    st.tuples(TEXTS, LOOKS, st.sampled_from(["", "https://x.y/a_b(c)?d=*e*|é", "javascript:x"])),
    max_size=5,
)
KINDS = st.sampled_from(
    ["paragraph", "bulleted_list_item", "numbered_list_item", "to_do", "quote", "heading_2"]
)


def rich(spans):
    return [
        {
            "type": "text",
            "text": {"content": text, "link": {"url": url} if url else None},
            "annotations": look,
            "plain_text": text,
        }
        for text, look, url in spans
    ]


def normal(text):
    return " ".join(text.split())


@given(KINDS, SPANS)
def test_any_text_in_any_block_reads_back(kind, spans):
    block = {"id": "x", "type": kind, kind: {"rich_text": rich(spans)}}
    text = normal("".join(span[0] for span in spans))
    again = blocks_from_markdown(render([block]).markdown)
    assert normal("".join(s.text for b in again for s in spans_of(rich_text_of(b)))) == text
    if text:
        assert [b["type"] for b in again] == [kind]


@given(st.lists(st.tuples(st.text("ab ", min_size=1, max_size=4), LOOKS), max_size=4))
def test_marks_on_plain_words_read_back(parts):
    spans = [(text, look, "") for text, look in parts]
    block = {"id": "x", "type": "paragraph", "paragraph": {"rich_text": rich(spans)}}
    again = blocks_from_markdown(render([block]).markdown)

    def looks(spans):
        return [(c, s.bold, s.italic, s.strike, s.code) for s in spans for c in s.text if c.strip()]

    found = [span for b in again for span in spans_of(rich_text_of(b))]
    assert looks(found) == looks(spans_of(rich(spans)))


TREES = st.recursive(
    st.builds(lambda k, t: (k, t, []), KINDS, st.text("ab", min_size=1, max_size=3)),
    lambda inner: st.builds(
        lambda k, t, c: (k, t, c),
        st.sampled_from(["bulleted_list_item", "numbered_list_item", "to_do", "quote"]),
        st.text("ab", min_size=1, max_size=3),
        st.lists(inner, max_size=3),
    ),
    max_leaves=8,
)


def built(tree):
    kind, text, children = tree
    return {
        "id": "x",
        "type": kind,
        kind: {"rich_text": rich([(text, {}, "")])},
        "children": [built(child) for child in children],
    }


def outline(blocks):
    return [
        (
            b["type"],
            block_text(b),
            outline(b.get("children") or payload_of(b).get("children") or []),
        )
        for b in blocks
    ]


@given(st.lists(TREES, max_size=4))
def test_nested_lists_and_quotes_keep_their_outline(trees):
    blocks = [built(tree) for tree in trees]
    assert outline(blocks_from_markdown(render(blocks).markdown)) == outline(blocks)


@pytest.mark.parametrize(
    ("info", "language"),
    [
        ("python", "python"),
        ("py", "python"),
        ("ts {1}", "typescript"),
        ("", "plain text"),
        ("visual basic", "visual basic"),
        ("klingon", "plain text"),
        ("C++", "c++"),
    ],
)
def test_languages_are_those_that_notion_takes(info, language):
    (block,) = blocks_from_markdown(f"```{info}\nx\n```")
    assert block["code"]["language"] == language


def test_relative_links_keep_their_text_only():
    (block,) = blocks_from_markdown("see [here](./other.md)")
    assert block["paragraph"]["rich_text"] == [{"type": "text", "text": {"content": "see here"}}]


@pytest.mark.parametrize(
    ("url", "written"),
    [
        ("https://x.example/a|b", "https://x.example/a%7Cb"),
        ("https://de.wikipedia.org/wiki/Straße", "https://de.wikipedia.org/wiki/Stra%C3%9Fe"),
        ("javascript:alert(1)", ""),
    ],
)
def test_no_address_costs_the_marks_beside_it(url, written):
    spans = rich([("bold", {"bold": True}, ""), (" and ", {}, ""), ("there", {}, url)])
    markdown = render(
        [{"id": "x", "type": "paragraph", "paragraph": {"rich_text": spans}}]
    ).markdown
    assert markdown == f"**bold** and {f'[there]({written})' if written else 'there'}\n"


def test_pieces_of_code_side_by_side_stay_apart_without_their_marks():
    looks = ({"code": True}, {"code": True, "bold": True})
    spans = rich([(text, look, "") for text, look in zip("ab", looks, strict=True)])
    spans += rich([("\x00", {}, "")])  # nothing with this reads back, so all marks are given up
    markdown = render(
        [{"id": "x", "type": "paragraph", "paragraph": {"rich_text": spans}}]
    ).markdown
    assert "``" not in markdown


@pytest.mark.parametrize("levels", [45, 49, 50, 60, 400])
@pytest.mark.parametrize("marks", ["- ", "1. ", "> "])
def test_what_is_nested_deep_is_read_to_its_end_and_so_is_what_follows(levels, marks):
    quoted = marks == "> "
    indents = (marks * level if quoted else " " * len(marks) * level for level in range(levels))
    lines = [f"{indent}{marks}item{level}" for level, indent in enumerate(indents)]
    inner = " " * len(marks) * levels
    code = [] if quoted else ["", f"{inner}```", f"{inner}code", f"{inner}```"]
    text = "\n".join([*lines, *code, "", "after", "", "- next"])
    said = " ".join(map(block_text, walk_written(blocks_from_markdown(text))))
    words = [f"item{level}" for level in range(levels)] + ["code"] * bool(code)
    assert [word for word in said.split() if word.isalnum()] == [*words, "after", "next"]


@pytest.mark.parametrize("prefix", ["", "> ", "- x\n\n  "])
def test_a_row_keeps_the_cells_that_its_head_has_not(prefix):
    inner = "  " if prefix.startswith("-") else prefix
    rows = [
        "| a | b |",
        "| - | - |",
        "| 1 | 2 | 3 \\| 4 | *five* |",
        "6 | 7 | |",
        "| |8|",
        "||9|10|",
    ]
    text = prefix + ("\n" + inner).join(rows)
    found = [block_text(block) for block in walk_written(blocks_from_markdown(text))]
    wanted = ["a | b |  | ", "1 | 2 | 3 | 4 | five", "6 | 7 |  | ", " | 8 |  | ", " | 9 | 10 | "]
    assert found[-5:] == wanted


def test_comments_are_left_out_and_not_what_is_between_them():
    text = "<!-- one -->kept <!-- two -->\n\n<!-- three\n\nthree -->\n\n<!-- four --> and <!-- five -->"
    assert [block_text(block) for block in blocks_from_markdown(text)] == ["kept", "and"]


def test_items_below_the_deepest_level_are_items_of_it():
    lines = [f"{'  ' * level}- item{level}" for level in range(60)]
    blocks = blocks_from_markdown("\n".join(lines))
    while (children := payload_of(blocks[0])["children"])[0]["type"] and len(children) == 1:
        blocks = children
    assert {block["type"] for block in children} == {"bulleted_list_item"} and len(children) > 9


def walk_written(blocks):
    for block in blocks:
        yield block
        yield from walk_written(payload_of(block).get("children") or ())


@pytest.mark.parametrize(
    ("payload", "words"),
    [
        (
            {
                "rich_text": rich([("own", {}, "")]),
                "note": rich([("beside", {}, "")]),
                "parts": [{"label": rich([("deeper", {}, "")])}],
            },
            ["own", "beside", "deeper"],
        ),
        (
            {
                "heading": "own",
                "rows": ["beside", {"cells": ["deeper", 7, None, True]}],
                "color": "blue_background",
                "page_id": "not me",
                "ref": "539eb6b1-b521-4fda-8246-b35378287ccb",
                "start_time": "2026-01-01T00:00:00Z",
                "source": {"type": "external", "external": {"url": "https://x.example/"}},
            },
            ["own", "beside", "deeper", "https://x.example/"],
        ),
        ({"title": "own", "name": "beside", "text": {"content": "deeper"}}, None),
        (["own", "beside", {"body": "deeper"}], None),
        ("own beside deeper", None),
    ],
)
def test_texts_of_types_that_nobody_knows_yet_are_kept(payload, words):
    block = {"id": "x", "type": "hologram", "hologram": payload}
    words = words or ["own", "beside", "deeper"]
    assert block_text(block).split() == words
    assert render([block]).markdown.split() == words
    assert segments_of([block])[0]["text"].split() == words


def test_a_block_of_which_nothing_is_told_keeps_its_place():
    partial = {"object": "block", "id": "x"}
    rendered = render([partial])
    assert rendered.markdown == "<!-- notion: no type -->\n"
    assert [source["block_id"] for source in rendered.sources] == ["x"]


def test_headings_keep_the_four_levels_that_notion_has():
    found = blocks_from_markdown("\n".join(f"{'#' * level} x" for level in range(1, 7)))
    assert [block["type"][-1] for block in found] == list("123444")
