"""The table "Style Examples" of the OpenAPI Specification 3.1, and of 3.2 for cookies."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from interlock.sdk import InvalidInput

from .conftest import Open, Serve, api, echo, written

EMPTY, STRING = "", "blue"
ARRAY = ["blue", "black", "brown"]
OBJECT = {"R": 100, "G": 200, "B": 150}
Row = tuple[str, str, bool, list[str | None]]
# Style, place, explode; what empty, string, array and object become. None: not in the table.
TABLE: list[Row] = [
    (
        "matrix",
        "path",
        False,
        [";color", ";color=blue", ";color=blue,black,brown", ";color=R,100,G,200,B,150"],
    ),
    (
        "matrix",
        "path",
        True,
        [";color", ";color=blue", ";color=blue;color=black;color=brown", ";R=100;G=200;B=150"],
    ),
    ("label", "path", False, [None, ".blue", ".blue,black,brown", ".R,100,G,200,B,150"]),
    ("label", "path", True, [None, ".blue", ".blue.black.brown", ".R=100.G=200.B=150"]),
    ("simple", "path", False, [None, "blue", "blue,black,brown", "R,100,G,200,B,150"]),
    ("simple", "path", True, [None, "blue", "blue,black,brown", "R=100,G=200,B=150"]),
    ("simple", "header", False, ["", "blue", "blue,black,brown", "R,100,G,200,B,150"]),
    ("simple", "header", True, ["", "blue", "blue,black,brown", "R=100,G=200,B=150"]),
    (
        "form",
        "query",
        False,
        ["color=", "color=blue", "color=blue,black,brown", "color=R,100,G,200,B,150"],
    ),
    (
        "form",
        "query",
        True,
        ["color=", "color=blue", "color=blue&color=black&color=brown", "R=100&G=200&B=150"],
    ),
    (
        "spaceDelimited",
        "query",
        False,
        [None, None, "color=blue%20black%20brown", "color=R%20100%20G%20200%20B%20150"],
    ),
    (
        "pipeDelimited",
        "query",
        False,
        [None, None, "color=blue%7Cblack%7Cbrown", "color=R%7C100%7CG%7C200%7CB%7C150"],
    ),
    (
        "deepObject",
        "query",
        True,
        [None, None, None, "color%5BR%5D=100&color%5BG%5D=200&color%5BB%5D=150"],
    ),
    (
        "form",
        "cookie",
        False,
        ["color=", "color=blue", "color=blue,black,brown", "color=R,100,G,200,B,150"],
    ),
    (
        "form",
        "cookie",
        True,
        ["color=", "color=blue", "color=blue; color=black; color=brown", "R=100; G=200; B=150"],
    ),
    (
        "cookie",
        "cookie",
        False,
        ["color=", "color=blue", "color=blue,black,brown", "color=R,100,G,200,B,150"],
    ),
    (
        "cookie",
        "cookie",
        True,
        ["color=", "color=blue", "color=blue; color=black; color=brown", "R=100; G=200; B=150"],
    ),
]


def sent(request: dict[str, Any], place: str) -> str:
    """What of a request stands at that place."""
    match place:
        case "path":
            return str(request["path"]).removeprefix("/a/")
        case "query":
            return str(request["raw_query"])
        case "header":
            return str(request["headers"]["color"])
    return str(request["headers"]["cookie"])


@pytest.mark.parametrize(("style", "place", "explode", "wanted"), TABLE)
async def test_a_value_is_written_as_in_the_table(
    serve: Serve,
    opened: Open,
    tmp_path: Path,
    style: str,
    place: str,
    explode: bool,
    wanted: list[str | None],
) -> None:
    path = "/a/{color}" if place == "path" else "/a/"
    url = await serve({f"GET {path}": echo})
    declared = {"name": "color", "in": place, "style": style, "explode": explode}
    document = api(url, {"parameters": [declared]}, path=path)
    runtime = await opened({"description": written(tmp_path, document)}, plugin="openapi")
    for value, text in zip([EMPTY, STRING, ARRAY, OBJECT], wanted, strict=True):
        if text is not None:
            assert sent(await runtime.call("api.a", {"color": value}), place) == text
    if place == "path" and wanted[0] is None:
        with pytest.raises(InvalidInput, match="cannot stand in a path"):
            await runtime.call("api.a", {"color": ""})


@pytest.mark.parametrize(
    ("parameter", "value", "wanted"),
    [
        ({"explode": False}, ["a,b", "c d"], "color=a%2Cb,c%20d"),
        ({}, "a b&c=d", "color=a%20b%26c%3Dd"),
        ({"allowReserved": True}, "http://x/?a=b&c#d", "color=http://x/?a=b%26c%23d"),
        ({"content": {"application/json": {}}}, ["a", 1], "color=%5B%22a%22%2C1%5D"),
        ({"style": "deepObject"}, {"a b": "c"}, "color%5Ba%20b%5D=c"),
    ],
)
async def test_values_are_encoded_and_what_is_between_them_is_not(
    serve: Serve,
    opened: Open,
    tmp_path: Path,
    parameter: dict[str, Any],
    value: Any,
    wanted: str,
) -> None:
    url = await serve({"GET /a": echo})
    document = api(url, {"parameters": [{"name": "color", "in": "query", **parameter}]})
    runtime = await opened({"description": written(tmp_path, document)}, plugin="openapi")
    assert (await runtime.call("api.a", {"color": value}))["raw_query"] == wanted


async def test_a_key_in_the_query_stands_beside_the_arguments(
    serve: Serve, opened: Open, tmp_path: Path
) -> None:
    url = await serve({"GET /a": echo})
    document = api(url, {"parameters": [{"name": "color", "in": "query", "explode": False}]})
    auth = {"kind": "api-key", "name": "key", "value": "s&cret", "in": "query"}
    settings = {"description": written(tmp_path, document), "auth": auth}
    runtime = await opened(settings, plugin="openapi")
    raw = (await runtime.call("api.a", {"color": ["a", "b"]}))["raw_query"]
    assert raw.startswith("color=a,b&key=")


async def test_a_cookie_that_is_not_encoded_stays_one(
    serve: Serve, opened: Open, tmp_path: Path
) -> None:
    url = await serve({"GET /a": echo})
    declared = [
        {"name": "raw", "in": "cookie", "style": "cookie"},
        {"name": "form", "in": "cookie"},
    ]
    document = api(url, {"parameters": declared})
    runtime = await opened({"description": written(tmp_path, document)}, plugin="openapi")
    request = await runtime.call("api.a", {"raw": "a=b/c", "form": "a;b c"})
    assert sent(request, "cookie") == "raw=a=b/c; form=a%3Bb%20c"
    for bad in ("a; admin=1", "é", "a\n"):
        with pytest.raises(InvalidInput, match="a cookie is ASCII without ;"):
            await runtime.call("api.a", {"raw": bad})
    assert "cookie" not in (await runtime.call("api.a", {"form": []}))["headers"]


async def test_a_header_that_cannot_be_sent_is_refused(
    serve: Serve, opened: Open, tmp_path: Path
) -> None:
    url = await serve({"GET /a": echo})
    document = api(url, {"parameters": [{"name": "X-Name", "in": "header"}]})
    runtime = await opened({"description": written(tmp_path, document)}, plugin="openapi")
    for bad in ("Müller", ["a", "日本"], "a\r\nb: c"):
        with pytest.raises(InvalidInput, match="a header is ASCII") as refused:
            await runtime.call("api.a", {"X-Name": bad})
        assert "percent-encoded" in refused.value.hint
