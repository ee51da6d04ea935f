"""Misspelt names are found before anything runs."""

from typing import Any

import pytest
from pydantic import BaseModel

from interlock.expr import parse


class Component(BaseModel):
    name: str
    children: list["Component"] = []


class File(BaseModel):
    title: str
    owner: Component | None = None
    components: list[Component]
    extra: dict[str, Component] = {}
    anything: Any = None


SCHEMAS: dict[str, Any] = {
    "file": File.model_json_schema(),
    "unknown": {},
    "closed": {"type": "object", "properties": {"a": {"type": "string"}}},
    "open": {"type": "object", "properties": {"a": True}, "additionalProperties": True},
    "either": {"oneOf": [{"properties": {"a": {}}}, {"properties": {"b": {}}}]},
}


@pytest.mark.parametrize(
    "text",
    [
        "file.components[0].children[2].name",
        "file.owner.name",
        "file.extra.whatever.name",
        "file.anything.whatever",
        "unknown.whatever.deep[0]",
        "open.whatever",
        "either.a or either.b",
        "[c.name for c in file.components if c.children]",
        "[c.name for d in file.components for c in d.children]",
        "[k for k, v in items(file.extra) if v.whatever]",
        "first(file.components).name",
        "sorted(file.components, by='name')[0].name",
        "get(closed, 'b')",
    ],
)
def test_what_the_schemas_allow_passes(text: str) -> None:
    assert parse(text).check(SCHEMAS) == []


@pytest.mark.parametrize(
    ("text", "offset", "nearest"),
    [
        ("fle.title", 0, "file"),
        ("file.titel", 5, "title"),
        ("file['titel']", 5, "title"),
        ("file.components[0].nmae", 19, "name"),
        ("file.owner.nam", 11, "name"),
        ("file.extra.whatever.nmae", 20, "name"),
        ("[c.nmae for c in file.components]", 3, "name"),
        ("[c.name for c in file.components][0].x", None, None),
        ("{c.nmae: 1 for c in file.components}", 3, "name"),
        ("first(file.components).nmae", 23, "name"),
        ("'x' if file.titel else 1", 12, "title"),
        ("closed.a.b", 9, None),
        ("either.c", 7, None),
        ("len(nothing)", 4, None),
        ("sorted(file.components, by=file.titel)", 32, "title"),
        ("file.title[nme]", 11, None),
    ],
)
def test_what_they_rule_out_is_found_with_the_nearest_name(
    text: str, offset: int | None, nearest: str | None
) -> None:
    (problem,) = parse(text).check(SCHEMAS)
    assert offset in (None, problem.offset)
    assert problem.nearest == nearest


def test_all_problems_are_found_in_the_order_of_the_text() -> None:
    problems = parse("fle.a + file.titel + closed.b").check(SCHEMAS)
    assert [problem.offset for problem in problems] == [0, 13, 28]


def test_a_schema_that_refers_to_itself_ends() -> None:
    loop = {"$ref": "#/$defs/a", "$defs": {"a": {"$ref": "#/$defs/a"}}}
    tree = {"anyOf": [{"$ref": "#"}, {"$ref": "#"}]}
    assert parse("a.b.c + b.c").check({"a": loop, "b": tree}) == []
