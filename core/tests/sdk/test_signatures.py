"""What annotations become: schemas, arguments, results."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import Enum
from typing import Annotated, Any, Literal

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, Field
from typing_extensions import TypedDict

from interlock.sdk import InvalidInput, ServiceBug
from interlock.sdk.signature import Signature

BORN = date(1815, 12, 10)


class Colour(Enum):
    RED = "red"
    BLUE = "blue"


class Author(BaseModel):
    name: str
    born: date | None = None


@dataclass
class Point:
    x: int
    y: int


class Page(TypedDict):
    id: str
    tags: list[str]


class Tools:
    async def typed(
        self,
        data: bytes,
        since: datetime,
        author: Author,
        colour: Colour = Colour.RED,
        size: int | Literal["auto"] = "auto",
        count: Annotated[int, Field(ge=1, le=5)] = 1,
        tags: tuple[str, ...] = (),
    ) -> dict[str, Any]:
        """Do something typed.

        With a second paragraph, about ``count``.

        Args:
            data: raw bytes,
                as many as ``count``, or ``a | `b```.
            since (datetime): not before this.
            count: how many

        Returns:
            nothing of note
        """
        return {}

    async def model(self) -> Author:
        return Author(name="Ada")

    async def point(self) -> Point:
        return Point(1, 2)

    async def page(self) -> Page:
        return {"id": "1", "tags": []}

    async def binary(self) -> bytes:
        return b"\xff\x00"

    async def moment(self) -> list[datetime]:
        return []

    async def whatever(self, value: Any = None) -> Any:
        return value

    async def unsaid(self):  # type: ignore[no-untyped-def]
        return {}

    async def spread(self, *values: int) -> None: ...


def signature(name: str) -> Signature:
    return Signature(name, getattr(Tools, name))


TYPED = {
    "data": base64.b64encode(b"\xff\x00").decode(),
    "since": "2026-01-02T03:04:05Z",
    "author": {"name": "Ada", "born": "1815-12-10"},
}


def test_arguments_become_what_the_annotations_say() -> None:
    arguments = signature("typed").arguments(TYPED | {"colour": "blue", "size": 3, "tags": ["a"]})

    assert arguments == {
        "data": b"\xff\x00",
        "since": datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
        "author": Author(name="Ada", born=date(1815, 12, 10)),
        "colour": Colour.BLUE,
        "size": 3,
        "tags": ("a",),
    }


def test_what_is_not_given_is_left_to_the_methods_own_default() -> None:
    assert signature("typed").arguments(TYPED).keys() == TYPED.keys()


def test_the_schema_is_valid_and_takes_what_the_method_takes() -> None:
    schema = signature("typed").input_schema

    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(TYPED, schema)
    assert schema["required"] == ["data", "since", "author"]
    assert schema["additionalProperties"] is False


def test_defaults_are_in_the_schema_as_json() -> None:
    properties = signature("typed").input_schema["properties"]

    assert properties["colour"]["default"] == "red"
    assert properties["size"]["default"] == "auto"
    assert properties["count"] | {"description": ""} == {
        "default": 1,
        "maximum": 5,
        "minimum": 1,
        "type": "integer",
        "description": "",
    }


def test_descriptions_come_from_the_docstring() -> None:
    typed = signature("typed")
    properties = typed.input_schema["properties"]

    assert typed.description == "Do something typed.\n\nWith a second paragraph, about `count`."
    # Code that holds a mark itself keeps both of its own.
    assert properties["data"]["description"] == "raw bytes, as many as `count`, or ``a | `b```."
    assert properties["since"]["description"] == "not before this."
    assert properties["count"]["description"] == "how many"
    assert "description" not in properties["tags"]


def test_no_title_is_made_up_for_fields() -> None:
    properties = signature("typed").input_schema["properties"]

    assert all("title" not in schema for schema in properties.values())


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"data": "not base64!"}, "$.data"),
        ({"since": "yesterday"}, "$.since"),
        ({"author": {}}, "$.author.name"),
        ({"colour": "green"}, "$.colour"),
        ({"count": 6}, "$.count"),
        ({"tags": ["a", 2]}, "$.tags[1]"),
        ({"sinse": "x"}, "$.sinse"),
    ],
)
def test_a_fault_is_named_by_its_path(change: dict[str, Any], path: str) -> None:
    with pytest.raises(InvalidInput) as raised:
        signature("typed").arguments(TYPED | change)

    assert raised.value.path == path
    assert path in str(raised.value)


def test_all_faults_are_in_the_details() -> None:
    with pytest.raises(InvalidInput, match="and 2 more") as raised:
        signature("typed").arguments({})

    assert [each["path"] for each in raised.value.details["errors"]] == [
        "$.data",
        "$.since",
        "$.author",
    ]


def test_a_secret_in_an_argument_is_not_repeated_in_the_error() -> None:
    with pytest.raises(InvalidInput) as raised:
        signature("typed").arguments(TYPED | {"count": "s3cr3t"})

    assert "s3cr3t" not in str(raised.value.to_problem())


def test_arguments_that_are_no_json_are_refused() -> None:
    with pytest.raises(InvalidInput, match="not JSON"):
        signature("whatever").arguments({"value": object()})


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        (
            "model",
            Author(name="Ada", born=date(1815, 12, 10)),
            {"name": "Ada", "born": "1815-12-10"},
        ),
        ("point", Point(1, 2), {"x": 1, "y": 2}),
        ("page", {"id": "1", "tags": ["a"]}, {"id": "1", "tags": ["a"]}),
        ("binary", b"\xff\x00", "_wA="),
        ("moment", [datetime(2026, 1, 2, tzinfo=UTC)], ["2026-01-02T00:00:00Z"]),
        ("whatever", {"a": [1, None]}, {"a": [1, None]}),
        ("unsaid", [Author(name="Ada"), BORN], [{"name": "Ada", "born": None}, "1815-12-10"]),
    ],
)
def test_results_become_json(name: str, value: Any, expected: Any) -> None:
    result = signature(name).result(value)

    assert result == expected
    jsonschema.validate(result, signature(name).output_schema)


@pytest.mark.parametrize(
    ("name", "value"),
    [("model", {"name": 1}), ("point", "x"), ("moment", 3), ("unsaid", object())],
)
def test_a_result_that_the_annotation_forbids_is_the_plugins_bug(name: str, value: Any) -> None:
    with pytest.raises(ServiceBug, match="annotation forbids"):
        signature(name).result(value)


def test_a_tool_cannot_take_whatever_comes() -> None:
    with pytest.raises(TypeError, match=r"\*values"):
        signature("spread").arguments({})


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


@given(json_values)
def test_any_json_passes_through_a_tool_that_promises_nothing(value: Any) -> None:
    whatever = signature("whatever")

    assert whatever.result(whatever.arguments({"value": value})["value"]) == value


@given(st.binary())
def test_bytes_go_in_as_they_come_out(data: bytes) -> None:
    text = signature("binary").result(data)

    assert signature("typed").arguments(TYPED | {"data": text})["data"] == data
