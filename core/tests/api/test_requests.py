"""What is asked wrongly is answered with a problem that says why."""

from __future__ import annotations

import httpx
import pytest
from jsonschema import Draft202012Validator

from .served import Served

CALL = "/api/v1/tools/files.write/call"
EACH = "/api/v1/runs/each"


async def test_every_route_is_described_and_its_answers_have_their_shapes(
    served: Served, http: httpx.AsyncClient
) -> None:
    description = (await http.get("/api/v1/openapi.json")).json()
    assert description == served.description
    names = [
        each["operationId"] for path in description["paths"].values() for each in path.values()
    ]
    assert len(set(names)) == len(names)
    for schema in description["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)

    await http.post(CALL, json={"arguments": {"path": "a.txt", "text": "a"}})
    started = await http.post("/api/v1/workflows/keep/start", json={"input": {"path": "b.txt"}})
    run = started.json()["run_id"]
    await served.system.runtime.wait(run)
    shown = [
        path.format(tool="files.write", workflow="keep", run=run, service="files")
        for path, methods in description["paths"].items()
        if "get" in methods
        and not set(path.split("/"))
        & {"{approval}", "{letter}", "{digest}", "{event}", "watch", ".well-known"}
    ]
    for path in shown:
        assert (await http.get(path)).status_code == 200, path
    assert len(shown) > 15


@pytest.mark.parametrize(
    ("method", "path", "headers", "content", "status"),
    [
        ("GET", "/nowhere", {}, b"", 404),
        ("GET", "/api/v1/tools/", {}, b"", 404),
        ("DELETE", "/api/v1/tools", {}, b"", 405),
        ("GET", CALL, {}, b"", 405),
        ("GET", "/api/v1/tools", {"Accept": "text/html"}, b"", 406),
        ("POST", CALL, {"Content-Type": "text/plain"}, b"{}", 415),
        ("POST", CALL, {}, b"{", 422),
        ("POST", CALL, {}, b'{"argument": {}}', 422),
        ("GET", "/api/v1/runs?limit=x", {}, b"", 422),
        ("GET", "/api/v1/runs?token=x", {}, b"", 422),
        ("GET", "/api/v1/runs?input.path={", {}, b"", 422),
        ("GET", "/api/v1/runs/none/watch", {}, b"", 404),
        ("POST", EACH, {}, b'{"action": "retry", "where": {"status": "done"}}', 422),
        ("POST", "/api/v1/services/none/pause", {}, b"", 404),
        ("POST", CALL, {"Idempotency-Key": ""}, b"{}", 422),
    ],
)
async def test_a_wrong_request_gets_a_problem(
    http: httpx.AsyncClient,
    method: str,
    path: str,
    headers: dict[str, str],
    content: bytes,
    status: int,
) -> None:
    answer = await http.request(method, path, headers=headers, content=content)

    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == status
    assert (status == 405) == ("allow" in answer.headers)


async def test_a_bug_of_ours_shows_no_traceback(
    served: Served, monkeypatch: pytest.MonkeyPatch, http: httpx.AsyncClient
) -> None:
    def broken() -> None:
        raise RuntimeError("a secret path /etc/x")

    monkeypatch.setattr(served.system.runtime, "plugins", broken)
    answer = await http.get("/api/v1/plugins")

    assert (answer.status_code, answer.json()["title"]) == (500, "internal error")
    assert "secret" not in answer.text


async def test_pages_lead_on_to_the_last_one(served: Served, http: httpx.AsyncClient) -> None:
    for number in range(5):
        path = {"path": f"{number}.txt"}
        await served.system.runtime.call("keep", path)
    seen, url = [], "/api/v1/runs?limit=2&workflow=keep"
    while url:
        answer = await http.get(url)
        seen += [run["input"]["path"] for run in answer.json()["items"]]
        url = answer.links.get("next", {}).get("url", "")

    assert seen == ["4.txt", "3.txt", "2.txt", "1.txt", "0.txt"]


async def test_what_finds_no_room_is_told_apart(served: Served, http: httpx.AsyncClient) -> None:
    await served.system.runtime.journal.writer.transact(
        lambda connection: connection.execute("PRAGMA max_page_count = 1")
    )
    big = {"input": {"path": "y" * 500_000}}
    answer = await http.post("/api/v1/workflows/keep/start", json=big)
    assert (answer.status_code, answer.json()["code"]) == (507, "journal-full")
    assert answer.json()["hint"].startswith("free space on the disk")
