"""Long lists, in each of the ways in which APIs hand them out."""

from __future__ import annotations

from typing import Any

import pytest
from aiohttp import web

from interlock.sdk import InvalidInput, Rejected

from .conftest import Open, Serve, answering

ALL = list(range(7))


async def listing(request: web.Request) -> web.StreamResponse:
    """Three at once, from ``cursor``, ``offset`` or ``page``."""
    query = request.query
    start = int(query.get("cursor") or query.get("offset") or (int(query.get("page", 1)) - 1) * 3)
    following = start + 3 if start + 3 < len(ALL) else None
    headers = {}
    if following is not None:
        headers["Link"] = f'<{request.path}?cursor={following}>; rel="next"'
    body: dict[str, Any] = {"data": ALL[start : start + 3], "meta": {"next": following}}
    return web.json_response(body, headers=headers)


@pytest.mark.parametrize(
    "paging",
    [
        {"kind": "cursor", "argument": "cursor", "next": "meta.next"},
        {"kind": "page"},
        {"kind": "page", "size": 3},
        {"kind": "offset"},
        {"kind": "link"},
    ],
)
async def test_all_items_are_collected(serve: Serve, opened: Open, paging: dict[str, Any]) -> None:
    url = await serve({"GET /list": listing})
    runtime = await opened(_settings(url, {**paging, "items": "data"}))
    assert await runtime.call("api.list", {}) == {"items": ALL, "truncated": False}


async def test_a_list_that_is_cut_off_says_so(serve: Serve, opened: Open) -> None:
    url = await serve({"GET /list": listing})
    paging = {"kind": "link", "items": "data", "max_items": 4}
    runtime = await opened(_settings(url, paging))
    assert await runtime.call("api.list", {}) == {"items": ALL[:4], "truncated": True}


async def test_the_next_page_is_asked_of_the_same_host_only(serve: Serve, opened: Open) -> None:
    body = {"data": [1], "next": "http://127.0.0.2:9/steal"}
    url = await serve({"GET /list": answering(body)})
    paging = {"kind": "link", "items": "data", "next": "next"}
    runtime = await opened(_settings(url, paging))
    with pytest.raises(Rejected, match="said to be at another host"):
        await runtime.call("api.list", {})


async def test_an_answer_without_a_list_is_told(serve: Serve, opened: Open) -> None:
    url = await serve({"GET /list": answering({"rows": []})})
    runtime = await opened(_settings(url, {"kind": "page", "items": "data"}))
    with pytest.raises(Rejected, match="'data' leads to no list"):
        await runtime.call("api.list", {})


@pytest.mark.parametrize(
    ("paging", "nexts"),
    [
        ({"kind": "cursor", "argument": "cursor", "next": "meta.next"}, [3, 6, None]),
        ({"kind": "page", "size": 3}, [2, 3, None]),
        ({"kind": "offset", "size": 3}, [3, 6, None]),
    ],
)
async def test_pages_can_be_had_one_by_one(
    serve: Serve, opened: Open, paging: dict[str, Any], nexts: list[int | None]
) -> None:
    url = await serve({"GET /list": listing})
    runtime = await opened(_settings(url, {**paging, "items": "data", "collect": False}))
    assert "next" in runtime.tool("api.list")["input_schema"]["properties"]
    pages, position = [], None
    for _ in range(3):
        pages.append(await runtime.call("api.list", {"next": position}))
        position = pages[-1]["next"]
    assert [page["items"] for page in pages] == [ALL[:3], ALL[3:6], ALL[6:]]
    assert [page["next"] for page in pages] == nexts


async def test_a_page_by_its_link_is_asked_of_the_same_host_only(
    serve: Serve, opened: Open
) -> None:
    url = await serve({"GET /list": listing})
    runtime = await opened(_settings(url, {"kind": "link", "items": "data", "collect": False}))
    first = await runtime.call("api.list")
    assert first["next"] == f"{url}/list?cursor=3"
    assert (await runtime.call("api.list", {"next": first["next"]}))["items"] == ALL[3:6]
    for elsewhere in ("http://127.0.0.2/list", "//evil.example/list", "https://a b/"):
        with pytest.raises(Rejected):
            await runtime.call("api.list", {"next": elsewhere})


async def test_pages_that_lead_in_a_circle_are_told(serve: Serve, opened: Open) -> None:
    url = await serve({"GET /list": answering({"data": [], "meta": {"next": "again"}})})
    paging = {"kind": "cursor", "argument": "cursor", "next": "meta.next", "items": "data"}
    runtime = await opened(_settings(url, paging))
    with pytest.raises(Rejected, match="the pages lead in a circle"):
        await runtime.call("api.list")


async def test_the_argument_that_pages_need_does_not_have_to_be_listed(
    serve: Serve, opened: Open
) -> None:
    url = await serve({"GET /list": listing})
    tool = {"path": "/list", "paging": {"kind": "offset", "items": "data"}}
    runtime = await opened({"base_url": url, "tools": {"list": tool}})
    assert (await runtime.call("api.list"))["items"] == ALL
    assert (await runtime.call("api.list", {"offset": 5}))["items"] == ALL[5:]


async def test_a_page_number_that_is_none_is_the_caller_s_fault(serve: Serve, opened: Open) -> None:
    url = await serve({"GET /list": answering([1])})
    tool = {"path": "/list", "query": {"page": "string"}, "paging": {"kind": "page"}}
    runtime = await opened({"base_url": url, "tools": {"list": tool}})
    with pytest.raises(InvalidInput, match="page: 'x' is no number"):
        await runtime.call("api.list", {"page": "x"})


def _settings(url: str, paging: dict[str, Any]) -> dict[str, Any]:
    arguments = dict.fromkeys(("cursor", "offset", "page"), "integer")
    tool = {"path": "/list", "query": arguments, "paging": paging}
    return {"base_url": url, "tools": {"list": tool}}
