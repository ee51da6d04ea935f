"""Schemas, expressions and templates: what callers may write, and what they may not."""

from __future__ import annotations

import socket
from typing import Any

import pytest

from interlock.sdk import InvalidInput, Rejected
from interlock_data.checking import check
from interlock_data.service import Data
from interlock_data.shaping import render, transform

ORDER = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "required": ["id"],
    "properties": {
        "id": {"type": "integer"},
        "mail": {"format": "email"},
        "items": {"items": {"$ref": "#/$defs/item"}},
    },
    "$defs": {"item": {"type": "object", "properties": {"odd name": {"minimum": 1}}}},
}


def test_every_error_has_its_path_reason_and_rule() -> None:
    data = {"id": "x", "mail": "nobody", "items": [{}, {"odd name": 0}, 7]}
    found = check(data, ORDER, True, 100)
    assert (found["valid"], found["count"]) == (False, 4)
    by_path = {error["path"]: error for error in found["errors"]}
    assert by_path.keys() == {"$.id", "$.mail", "$.items[1]['odd name']", "$.items[2]"}
    assert by_path["$.id"]["reason"] == '"x" is not of type "integer"'
    assert by_path["$.id"]["rule"] == "#/properties/id/type"
    assert check(data, ORDER, False, 100)["count"] == 3
    limited = check(data, ORDER, True, 1)
    assert (limited["count"], len(limited["errors"])) == (4, 1)
    assert check({"id": 1}, ORDER, True, 1) == {"valid": True, "count": 0, "errors": []}


@pytest.mark.parametrize(
    ("schema", "reason"),
    [
        ({"type": "text"}, r"\$\.schema\.type: not a JSON Schema"),
        ({"$ref": "file:///etc/passwd"}, "not a JSON Schema"),
        ({"$ref": "#/nowhere"}, "not a JSON Schema"),
        ({"pattern": "(?=ahead)"}, "not a JSON Schema"),
    ],
)
def test_a_schema_that_cannot_be_used_is_refused(schema: Any, reason: str) -> None:
    with pytest.raises(InvalidInput, match=reason):
        check(1, schema, True, 1)


def test_no_other_document_is_fetched() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}/other"
        with pytest.raises(InvalidInput, match="not a JSON Schema"):
            check(1, {"$ref": url}, True, 1)
        server.setblocking(False)
        with pytest.raises(BlockingIOError):
            server.accept()


async def test_a_pattern_takes_linear_time(data: Data) -> None:
    found = await data.validate("a" * 50_000 + "!", {"pattern": "^(a+)+$"})
    assert found["valid"] is False


def test_expressions_select_and_reshape() -> None:
    data = {"items": [{"id": 1, "price": 5}, {"id": 2, "price": 20}]}
    assert transform(data, "items[?price > `10`].{id: id, cost: price}") == [{"id": 2, "cost": 20}]
    assert transform(data, "nothing.here") is None


@pytest.mark.parametrize(
    ("expression", "error"),
    [
        ("items[", InvalidInput),
        ("", InvalidInput),
        ("unknown(@)", Rejected),
        ("length(`1`)", Rejected),
        ("sum(items)", Rejected),
        ("items[::0]", Rejected),
    ],
)
def test_a_wrong_expression_is_the_callers_fault(expression: str, error: type[Rejected]) -> None:
    with pytest.raises(error) as refused:
        transform({"items": ["x"]}, expression)
    assert "\n" not in refused.value.message


def test_templates_see_their_values_and_escape_for_pages() -> None:
    template = "{% for i in items %}{{ loop.index }}: {{ i.name }}\n{% endfor %}"
    values = {"items": [{"name": "<a>"}, {"name": "b"}]}
    assert render(template, values, "none") == "1: <a>\n2: b\n"
    assert render(template, values, "html") == "1: &lt;a&gt;\n2: b\n"
    assert render("{{ x | tojson }}", {"x": {"a": 1}}, "none") == '{"a": 1}'


@pytest.mark.parametrize(
    ("template", "error", "reason"),
    [
        ("ok\n{% for %}", InvalidInput, "line 2"),
        ("{{ missing }}", Rejected, "'missing' is undefined"),
        ("{{ a.b.c }}", Rejected, "has no attribute 'b'"),
        ("{{ a.__class__.__mro__ }}", Rejected, "more than it may|not given"),
        ("{{ ''.__class__.__base__.__subclasses__() }}", Rejected, "more than it may|not given"),
        ("{{ '{0.__class__.__mro__}'.format(a) }}", Rejected, "more than it may|not given"),
        ("{{ a.update(x=1) }}", Rejected, "more than it may|not given"),
        ("{% include '/etc/passwd' %}", Rejected, "fails"),
        ("{{ 1 / 0 }}", Rejected, "fails"),
        ("{{ a | random }}", InvalidInput, "No filter named 'random'"),
        ("{{ lipsum() }}", Rejected, "'lipsum' is undefined"),
        ("{{ cycler.__init__.__globals__ }}", Rejected, "more than it may|not given"),
    ],
)
def test_a_template_has_no_way_out(template: str, error: type[Rejected], reason: str) -> None:
    with pytest.raises(error, match=reason):
        render(template, {"a": {"x": 2}}, "none")


async def test_the_tools_run_them_in_workers(data: Data) -> None:
    assert await data.transform([3, 1, 2], "sort(@)") == [1, 2, 3]
    assert await data.template("{{ n }}!", {"n": 1}) == {"text": "1!"}
    with pytest.raises(InvalidInput, match="line 1") as refused:
        await data.template("{% if %}")
    assert refused.value.path == "$.template"
