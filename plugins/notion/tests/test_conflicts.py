import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock_notion import conflicts
from interlock_notion.conflicts import compare, equal, merged, merged_text, resolve
from interlock_notion.markdown import blocks_from_markdown, render
from interlock_notion.revising import as_read, normal, plan

VALUES = st.sampled_from([None, "", "a", "b", 1, 2, ["x"], ["x", "y"], ["z", "y"]])
SIDES = st.dictionaries(st.sampled_from("pqr"), VALUES)


def written(base, source, target, strategy, **more):
    return resolve(compare(base, source, target), strategy, **more)


@pytest.mark.parametrize(
    ("base", "source", "target", "state"),
    [
        (1, 2, 1, "source"),
        (1, 1, 2, "target"),
        (1, 2, 2, "same"),
        (1, 2, 3, "both"),
        (None, "", [], "same"),
        (["a", "b"], ["b", "a"], ["a"], "target"),
        ("2026-01-31T10:00:00Z", "2026-01-31T11:00:00+01:00", "2026-02-01", "target"),
    ],
)
def test_states_tell_who_changed_a_field(base, source, target, state):
    (field,) = compare({"f": base}, {"f": source}, {"f": target})
    assert field.state == state


def test_times_of_one_instant_are_equal_and_days_are_not_times():
    assert equal("2026-01-31T10:00:00.000Z", "2026-01-31T10:00:00+00:00")
    assert not equal("2026-01-31", "2026-01-31T00:00:00+00:00")


@given(SIDES, SIDES, SIDES)
def test_source_wins_everywhere_and_target_where_it_was_changed(base, source, target):
    ours = written(base, source, target, "source")
    assert not ours.open and not ours.kept
    after = {**target, **ours.write}
    assert all(equal(after.get(name), value) for name, value in source.items())
    theirs = written(base, source, target, "target")
    assert not theirs.open
    assert all(equal(target.get(name), base.get(name)) for name in theirs.write)


@given(SIDES, SIDES, SIDES)
def test_no_strategy_touches_what_was_not_asked_for_or_loses_a_field(base, source, target):
    for strategy in ("fail", "merge", "newest"):
        decided = written(base, source, target, strategy)
        names = {*decided.write, *decided.kept, *(one.name for one in decided.open)}
        same = {name for name, value in source.items() if equal(value, target.get(name))}
        assert names | same == set(source)


@given(*[st.lists(st.sampled_from("abcdef"), unique=True)] * 3)
def test_a_merged_list_has_what_either_side_added_and_not_what_either_removed(base, one, other):
    joined = set(merged(base, one, other))
    before = set(base)
    added = (set(one) | set(other)) - before
    assert joined == (before & set(one) & set(other)) | added


# Of lines that are all alike nobody can say which one was edited.
LINES = st.lists(st.sampled_from([f"{each}\n" for each in "abcdefgh"]), unique=True, min_size=2)


@given(LINES, st.data())
def test_edits_of_different_lines_merge_the_same_from_both_sides(lines, data):
    place = data.draw(st.integers(0, len(lines) - 1))
    base = "".join(lines)
    ours = "".join([*lines[:place], "ours\n", *lines[place:]])
    assert merged_text(base, ours, base) == ours and merged_text(base, base, ours) == ours
    if place >= 2:
        theirs = "theirs\n" + base
        joined = merged_text(base, ours, theirs)
        assert joined == merged_text(base, theirs, ours) == "theirs\n" + ours


def test_the_same_line_in_two_ways_does_not_merge():
    assert merged_text("a\nb\nc\n", "a\nX\nc\n", "a\nY\nc\n") is None
    assert merged_text("a\nb\nc\n", "a\nX\nc\n", "a\nX\nc\n") == "a\nX\nc\n"
    assert conflicts.merged("one", "two", "three") is None


WORDS = st.sampled_from(
    ["# a", "b", "- c", "- d", "> e", "1. f", "---", "`g`", "| h |\n| --- |\n| i |"]
)
TEXTS = st.lists(WORDS, max_size=7).map("\n\n".join)


def applied(old, edits):
    """What the API would make of the blocks."""
    now = list(old)
    for number, edit in enumerate(edits):
        after = [block["id"] for block in now].index(edit.after) + 1 if edit.after else 0
        made = [{**one, "id": f"new-{number}-{i}"} for i, one in enumerate(as_read(edit.insert))]
        now[after:after] = made
        now = [block for block in now if block["id"] not in edit.delete]
    return now


@given(TEXTS, TEXTS, st.booleans())
def test_a_plan_makes_the_new_content_of_the_old(before, after, at_start):
    old = [{**one, "id": str(i)} for i, one in enumerate(as_read(blocks_from_markdown(before)))]
    found = plan(old, blocks_from_markdown(after), at_start=at_start)
    assert render(applied(old, found.edits)).markdown == normal(after)
    if not at_start and old:
        assert all(edit.after for edit in found.edits)


def test_equal_content_needs_no_edit_and_blocks_in_the_middle_stay():
    old = [
        {**one, "id": str(i)} for i, one in enumerate(as_read(blocks_from_markdown("a\n\nb\n\nc")))
    ]
    assert plan(old, blocks_from_markdown("a\n\nb\n\nc")).edits == []
    found = plan(old, blocks_from_markdown("a\n\nX\n\nc"))
    (edit,) = found.edits
    assert (edit.after, edit.delete, found.kept) == ("1", ["1"], 2)


def test_a_block_that_holds_a_page_is_never_deleted():
    page = {"id": "p", "type": "child_page", "child_page": {"title": "Kept"}}
    toggle = {"id": "t", "type": "toggle", "toggle": {"rich_text": []}, "children": [page]}
    found = plan([toggle, page], [])
    assert not any(edit.delete for edit in found.edits)


ANN, BOB = "00000000-0000-4000-8000-00000000000a", "00000000-0000-4000-8000-00000000000b"


@pytest.mark.parametrize(
    ("base", "there", "wanted", "state"),
    [
        (["Ann"], (ANN, "Ann"), [ANN], "same"),
        (["Ann"], (ANN, "Ann"), [BOB], "source"),
        (["Ann"], (BOB, "Bob"), [BOB], "same"),
        (["Eve"], (BOB, "Bob"), [ANN], "both"),
    ],
)
async def test_people_are_compared_by_id(notion, fake, base, there, wanted, state):
    person = {"object": "user", "id": there[0], "name": there[1]}
    owner = {"id": "o", "type": "people", "people": [person]}
    fake.pages[ANN] = {"id": ANN, "properties": {"Owner": owner}}
    found = await notion.compare_page(ANN, {"properties": {"Owner": base}}, {"Owner": wanted})
    assert [field["state"] for field in found["fields"]] == [state]


def columns(*texts):
    """A box of columns as it is read, one paragraph each."""
    paragraphs = [as_read(blocks_from_markdown(text)) for text in texts]
    found = [{"type": "column", "column": {}, "children": children} for children in paragraphs]
    return {"id": "box", "type": "column_list", "column_list": {}, "children": found}


def test_columns_stay_columns_while_their_words_stay():
    old = [columns("left", "right"), {**as_read(blocks_from_markdown("last"))[0], "id": "z"}]
    assert plan(old, blocks_from_markdown("left\n\nright\n\nlast")).edits == []
    (edit,) = plan(old, blocks_from_markdown("left\n\nright\n\nchanged")).edits
    assert (edit.after, edit.delete) == ("z", ["z"])
    (edit,) = plan(old, blocks_from_markdown("left\n\nnew\n\nright\n\nlast")).edits
    assert edit.delete == ["box"] and len(edit.insert) == 3


def test_what_markdown_cannot_show_stays():
    odd = {"id": "o", "type": "unsupported", "unsupported": {"block_type": "form"}}
    empty = {"id": "e", "type": "paragraph", "paragraph": {"rich_text": []}}
    word = {**as_read(blocks_from_markdown("word"))[0], "id": "w"}
    (edit,) = plan([odd, word, empty], blocks_from_markdown("other")).edits
    assert (edit.after, edit.delete) == ("e", ["w"])


@given(TEXTS, TEXTS, st.sets(st.integers(0, 6)), st.booleans())
def test_a_plan_keeps_the_reading_order_around_boxes(before, after, boxed, at_start):
    old = [{**one, "id": str(i)} for i, one in enumerate(as_read(blocks_from_markdown(before)))]
    for place in sorted(boxed, reverse=True):
        inside = old[place : place + 2]
        if inside:
            box = {"id": f"box-{place}", "type": "synced_block", "synced_block": {}}
            old[place : place + 2] = [{**box, "children": inside}]
    found = plan(old, blocks_from_markdown(after), at_start=at_start)

    def words(markdown):
        # A box begins to count anew.
        return [word for word in markdown.split() if not word.rstrip(".").isdigit()]

    assert words(render(applied(old, found.edits)).markdown) == words(normal(after))
