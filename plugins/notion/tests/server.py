"""A Notion of our own on a loopback port: recorded answers, real pages, scripted faults."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from . import recordings

Answer = tuple[int, dict[str, str], Any]
TOKEN = "secret_test"


def error(status: int, code: str, message: str = "no", **headers: str) -> Answer:
    """One error body in Notion's shape."""
    body = {"object": "error", "status": status, "code": code, "message": message}
    return status, headers, {**body, "request_id": "r-1"}


@dataclass
class FakeNotion:
    """State and script of the server.

    Attributes:
        faults: answers given instead, one for each request, first come first served.
        fault_on: gives a fault for a request, or None.
        cap: rows after which a query ends incomplete.
    """

    rows: list[dict[str, Any]] = field(default_factory=recordings.doc_pages)
    children: dict[str, list[Any]] = field(default_factory=recordings.copied_children)
    pages: dict[str, Any] = field(default_factory=dict)
    faults: list[Answer] = field(default_factory=list)
    fault_on: Callable[[str, str], Answer | None] = lambda method, path: None
    cap: int = 10_000
    most_children: int = 100
    requests: list[tuple[str, str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    made: int = 0

    def __post_init__(self) -> None:
        self.meta = recordings.recorded(f"{recordings.DOCS}/pages.json")
        self.pages.update({row["id"]: row for row in self.rows})

    def app(self) -> Starlette:
        return Starlette(
            routes=[Route("/{path:path}", self.answer, methods=["GET", "POST", "PATCH", "DELETE"])]
        )

    async def answer(self, request: Request) -> Response:
        raw = await request.body()
        json_sent = "json" in request.headers.get("content-type", "")
        body = (json.loads(raw) if json_sent else raw) if raw else None
        path = request.url.path
        self.requests.append((request.method, path, body))
        self.headers.append(dict(request.headers))
        status, headers, answer = self._answer(request, path, body)
        return JSONResponse(answer, status, headers)

    def _answer(self, request: Request, path: str, body: Any) -> Answer:
        if self.faults:
            return self.faults.pop(0)
        fault = self.fault_on(request.method, path)
        if fault is not None:
            return fault
        if request.headers.get("authorization") != f"Bearer {TOKEN}":
            return error(401, "unauthorized", "API token is invalid.")
        parts = path.strip("/").split("/")[1:]
        handler = getattr(self, f"_{request.method.lower()}_{parts[0]}", None)
        if handler is None:
            return error(400, "invalid_request_url", "Invalid request URL.")
        return handler(parts[1:], body, dict(request.query_params))

    def _page_of(self, items: list[Any], asked: dict[str, Any]) -> dict[str, Any]:
        start = int(asked.get("start_cursor") or 0)
        end = start + int(asked.get("page_size") or 100)
        more = end < len(items)
        cursor = str(end) if more else None
        return {
            "object": "list",
            "results": items[start:end],
            "next_cursor": cursor,
            "has_more": more,
        }

    def _get_users(self, parts: list[str], body: Any, query: dict[str, Any]) -> Answer:
        user = {"object": "user", "id": "u", "name": "Bot", "type": "bot"}
        return 200, {}, user if parts else self._page_of([user] * 5, query)

    def _get_databases(self, parts: list[str], body: Any, query: dict[str, Any]) -> Answer:
        if parts[0] != self.meta["database_id"]:
            return error(404, "object_not_found", "Could not find database.")
        sources = [{"id": self.meta["data_source_id"], "name": "Docs"}]
        found = {"object": "database", "id": parts[0], "title": [], "data_sources": sources}
        return 200, {}, found

    def _get_data_sources(self, parts: list[str], body: Any, query: dict[str, Any]) -> Answer:
        if parts[0] != self.meta["data_source_id"]:
            return error(404, "object_not_found", "Could not find data source.")
        columns = {
            name: {"id": prop["id"], "name": name, "type": prop["type"], prop["type"]: {}}
            for name, prop in self.rows[0]["properties"].items()
        }
        parent = {"type": "database_id", "database_id": self.meta["database_id"]}
        found = {"object": "data_source", "id": parts[0], "title": [], "parent": parent}
        return 200, {}, {**found, "properties": columns}

    def _post_data_sources(self, parts: list[str], body: Any, query: dict[str, Any]) -> Answer:
        rows = [row for row in self.rows if _passes(row, body.get("filter"))]
        if body.get("sorts") and body["sorts"][0].get("timestamp") == "created_time":
            rows.sort(key=lambda row: row["created_time"])
        page = self._page_of(rows[: self.cap], body)
        if not page["has_more"] and len(rows) > self.cap:
            reason = "query_result_limit_reached"
            page["request_status"] = {"type": "incomplete", "incomplete_reason": reason}
        return 200, {}, page

    _post_databases = _post_data_sources

    def _post_search(self, parts: list[str], body: Any, query: dict[str, Any]) -> Answer:
        return 200, {}, self._page_of(self.rows, body)

    def _get_pages(self, parts: list[str], body: Any, query: dict[str, Any]) -> Answer:
        page = self.pages.get(parts[0])
        if page is None:
            return (
                404,
                {},
                recordings.recorded("notion-ruby-mapping/retrieve_page_unpermitted_page.json"),
            )
        if parts[1:2] == ["properties"]:
            found = next(p for p in page["properties"].values() if p["id"] == parts[2])
            return 200, {}, _property_item(self, found, query)
        return 200, {}, page

    def _post_pages(self, parts: list[str], body: Any, query: dict[str, Any]) -> Answer:
        page = {"object": "page", "id": self._new_id(), "parent": body["parent"]}
        typed = {
            name: {"id": name, "type": next(iter(value)), **value}
            for name, value in body["properties"].items()
        }
        page |= {"properties": typed, "in_trash": False, "url": "https://www.notion.so/x"}
        self.pages[page["id"]] = page
        self._store(page["id"], body.get("children") or [])
        return 200, {}, page

    def _patch_pages(self, parts: list[str], body: Any, query: dict[str, Any]) -> Answer:
        page = self.pages[parts[0]]
        if page.get("in_trash") and body.get("in_trash"):
            return error(400, "validation_error", "Can't edit block that is archived.")
        self.pages[parts[0]] = {**page, **{k: v for k, v in body.items() if k != "properties"}}
        return 200, {}, self.pages[parts[0]]

    def _get_files(self, parts: list[str], body: Any, query: dict[str, Any]) -> Answer:
        return 200, {"content-type": "image/png"}, "the picture"

    def _get_blocks(self, parts: list[str], body: Any, query: dict[str, Any]) -> Answer:
        if len(parts) == 1:
            return (
                200,
                {},
                next(b for bs in self.children.values() for b in bs if b["id"] == parts[0]),
            )
        if parts[0] not in self.children:
            return error(404, "object_not_found", "Could not find block.")
        return 200, {}, self._page_of(self.children[parts[0]], query)

    def _patch_blocks(self, parts: list[str], body: Any, query: dict[str, Any]) -> Answer:
        sent = body["children"]
        fault = _too_much(sent, self.most_children)
        if fault:
            return error(400, "validation_error", fault)
        return (
            200,
            {},
            {"object": "list", "results": self._store(parts[0], sent, body.get("after"))},
        )

    def _delete_blocks(self, parts: list[str], body: Any, query: dict[str, Any]) -> Answer:
        return 200, {}, {"object": "block", "id": parts[0], "in_trash": True}

    def _get_comments(self, parts: list[str], body: Any, query: dict[str, Any]) -> Answer:
        comments = [
            {"object": "comment", "id": str(n), "rich_text": [{"plain_text": f"c{n}"}]}
            for n in range(5)
        ]
        return 200, {}, self._page_of(comments, query)

    def _post_comments(self, parts: list[str], body: Any, query: dict[str, Any]) -> Answer:
        return 200, {}, {"object": "comment", "id": "c", **body}

    def _new_id(self) -> str:
        self.made += 1
        return f"00000000-0000-4000-8000-{self.made:012x}"

    def _store(self, parent: str, sent: list[Any], after: str | None = None) -> list[Any]:
        stored = []
        for block in sent:
            payload = dict(block[block["type"]])
            below = payload.pop("children", [])
            new = {**block, block["type"]: payload, "object": "block", "id": self._new_id()}
            new["has_children"] = bool(below)
            self.children[new["id"]] = []
            self._store(new["id"], below)
            stored.append(new)
        siblings = self.children.setdefault(parent, [])
        place = next((n + 1 for n, b in enumerate(siblings) if b["id"] == after), len(siblings))
        siblings[place:place] = stored
        for known in self.children.values():
            for block in known:
                if block["id"] == parent:
                    block["has_children"] = True
        return stored


def _passes(row: dict[str, Any], condition: Any) -> bool:
    if not condition:
        return True
    if "and" in condition:
        return all(_passes(row, one) for one in condition["and"])
    if "or" in condition:
        return any(_passes(row, one) for one in condition["or"])
    if condition.get("timestamp") == "created_time":
        return str(row["created_time"]) >= condition["created_time"]["on_or_after"]
    chosen = row["properties"][condition["property"]].get("select") or {}
    return chosen.get("name") == condition["select"]["equals"]


def _too_much(sent: list[Any], most: int, level: int = 0) -> str:
    """What Notion would refuse; empty if nothing."""
    if len(sent) > most:
        return f"body.children.length should be ≤ `{most}`, instead was `{len(sent)}`."
    for block in sent:
        payload = block[block["type"]]
        texts = payload.get("rich_text") or []
        if len(texts) > 100 or any(len(t.get("text", {}).get("content", "")) > 2000 for t in texts):
            return "body.children[0].rich_text is too long"
        below = payload.get("children") or []
        if below and level == 1:
            return "body.children[0].children[0].children[0].children should be not present"
        fault = _too_much(below, most, level + 1)
        if fault:
            return fault
    return ""


def _property_item(
    server: FakeNotion, found: dict[str, Any], query: dict[str, Any]
) -> dict[str, Any]:
    kind = found["type"]
    if kind != "relation":
        return {"object": "property_item", **found}
    whole = found["all"]
    items = [{"object": "property_item", "type": kind, kind: entry} for entry in whole]
    page = server._page_of(items, query)
    return {**page, "type": "property_item", "property_item": {"id": found["id"], "type": kind}}
