"""Simulated Figma and Notion behind Prism, which holds each request and answer to the descriptions.

Prism and the vendors' descriptions are npm packages; they are fetched once into the system's folder
for temporary files. Prism takes a minute to read Figma's description:
``uv run pytest -m slow plugins/simulator/tests/test_prism.py``.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

PACKAGES = (
    *("@stoplight/prism-cli@5", "@figma/rest-api-spec@0.43.0"),
    "@notionhq/notion-mcp-server@2.5.2",
)
PLACE = Path(tempfile.gettempdir()) / "interlock-prism-5"
DESCRIPTIONS = {
    "figma": "@figma/rest-api-spec/openapi/openapi.yaml",
    "notion": "@notionhq/notion-mcp-server/scripts/notion-openapi.json",
}
CREDENTIALS = {
    "figma": {"X-Figma-Token": "simulated"},
    "notion": {"Authorization": "Bearer simulated", "Notion-Version": "2025-09-03"},
}
KEY = "not-pink-presentation"
PAGE = "fdc65179-a8bd-451c-af67-59019204cfde"
DATABASE = "1842fdf6-5e49-4c74-a388-cab1b3a6725e"
SOURCE = "1842fdf6-5e49-4c74-a388-0000dd5a0001"

Ask = Callable[..., Awaitable[Any]]


@pytest.fixture(scope="module")
def modules() -> Path:
    """The folder of the packages."""
    found = PLACE / "node_modules"
    if (found / ".bin/prism").exists():
        return found
    told = "npm is needed" if shutil.which("npm") is None else ""
    if not told:
        PLACE.mkdir(exist_ok=True)
        command = ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", *PACKAGES]
        done = subprocess.run(command, cwd=PLACE, capture_output=True, text=True, timeout=300)
        told = done.stderr[-400:] if done.returncode else ""
    if told and os.environ.get("INTERLOCK_TEST_REQUIRE_SERVICES") == "1":
        pytest.fail(told)
    if told:
        pytest.skip(told)
    return found


@pytest.fixture
async def proxied(start: Any, modules: Path) -> AsyncIterator[Callable[[str], Awaitable[Ask]]]:
    """Ask a simulated vendor through Prism; what either side does against the description fails."""
    running: list[asyncio.subprocess.Process] = []
    clients: list[httpx.AsyncClient] = []

    async def opened(vendor: str) -> Ask:
        upstream = f"{(await (await start()).status())['url']}/{vendor}"
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = str(listener.getsockname()[1])
        prism = await asyncio.create_subprocess_exec(
            *(modules / ".bin/prism", "proxy", "-h", "127.0.0.1", "-p", port, "--errors"),
            *(modules / DESCRIPTIONS[vendor], upstream),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        running.append(prism)
        assert prism.stdout
        async for line in prism.stdout:
            if b"Prism is listening" in line:
                break
        client = httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{port}", headers=CREDENTIALS[vendor], timeout=120
        )
        clients.append(client)

        async def ask(method: str, path: str, **given: Any) -> Any:
            answer = await client.request(method, path, **given)
            told = answer.headers.get("sl-violations", "")
            assert "stoplight.io" not in answer.text, f"{method} {path}: {answer.text[:800]} {told}"
            assert not told, f"{method} {path}: {told[:800]}"
            return answer.json()

        return ask

    yield opened
    for client in clients:
        await client.aclose()
    for prism in running:
        prism.kill()
        await prism.communicate()


async def test_figma_and_what_is_asked_of_it_fit_the_description(proxied: Any) -> None:
    ask: Ask = await proxied("figma")
    file = f"/v1/files/{KEY}"
    pages = (await ask("GET", file, params={"depth": 2}))["document"]["children"]
    node = pages[0]["children"][0]["id"]
    await ask("GET", "/v1/files/torii-gate", params={"geometry": "paths"})
    await ask("GET", f"{file}/nodes", params={"ids": node, "depth": 1})
    await ask("GET", f"/v1/images/{KEY}", params={"ids": node, "format": "png"})
    lists = ("components", "component_sets", "styles")
    for part in ("meta", "versions", *lists, "images", "comments", "dev_resources"):
        await ask("GET", f"{file}/{part}")
    for kind in lists:
        await ask("GET", f"/v1/teams/1/{kind}", params={"page_size": 2})
    await ask("GET", "/v1/me")

    comment = (await ask("POST", f"{file}/comments", json={"message": "Lower"}))["id"]
    reactions = f"{file}/comments/{comment}/reactions"
    await ask("POST", reactions, json={"emoji": ":eyes:"})
    await ask("GET", reactions)
    await ask("DELETE", reactions, params={"emoji": ":eyes:"})
    await ask("DELETE", f"{file}/comments/{comment}")

    link = {"name": "n", "url": "https://u", "file_key": KEY, "node_id": node}
    made = await ask("POST", "/v1/dev_resources", json={"dev_resources": [link]})
    identity = made["links_created"][0]["id"]
    change = {"id": identity, "name": "m"}
    await ask("PUT", "/v1/dev_resources", json={"dev_resources": [change]})
    await ask("DELETE", f"{file}/dev_resources/{identity}")

    place = {"context": "file", "context_id": KEY}
    wanted = {"event_type": "FILE_UPDATE", "endpoint": "https://us", "passcode": "p"}
    hook = f"/v2/webhooks/{(await ask('POST', '/v2/webhooks', json={**place, **wanted}))['id']}"
    await ask("GET", "/v2/webhooks", params=place)
    await ask("PUT", hook, json={**wanted, "team_id": "", "status": "PAUSED"})
    await ask("GET", f"{hook}/requests")
    await ask("DELETE", hook)


async def test_notion_and_what_is_asked_of_it_fit_the_description(proxied: Any) -> None:
    ask: Ask = await proxied("notion")
    for path in (
        *("/v1/users", "/v1/users/me", f"/v1/pages/{PAGE}", f"/v1/blocks/{PAGE}"),
        *(f"/v1/blocks/{PAGE}/children", f"/v1/pages/{PAGE}/properties/title"),
        *(f"/v1/databases/{DATABASE}", f"/v1/data_sources/{SOURCE}"),
        *(f"/v1/data_sources/{SOURCE}/templates", f"/v1/pages/{PAGE}/markdown"),
    ):
        await ask("GET", path)
    await ask("POST", "/v1/search", json={"query": "a"})
    await ask("POST", f"/v1/data_sources/{SOURCE}/query", json={"page_size": 2})

    words = [{"type": "text", "text": {"content": "words"}}]
    parent = {"parent": {"page_id": PAGE}}
    page = await ask("POST", "/v1/pages", json={**parent, "properties": {"title": words}})
    one = f"/v1/pages/{page['id']}"
    await ask("PATCH", one, json={"properties": {"title": words}})
    await ask("POST", f"{one}/move", json={"parent": {"type": "page_id", "page_id": PAGE}})
    block = {"type": "paragraph", "paragraph": {"rich_text": words}}
    added = await ask("PATCH", f"/v1/blocks/{page['id']}/children", json={"children": [block]})
    written = f"/v1/blocks/{added['results'][0]['id']}"
    await ask("PATCH", written, json={"paragraph": {"rich_text": words}})
    await ask("DELETE", written)
    await ask("POST", "/v1/comments", json={**parent, "rich_text": words})
    await ask("GET", "/v1/comments", params={"block_id": PAGE})


async def test_what_the_description_forbids_is_noticed(proxied: Any) -> None:
    ask: Ask = await proxied("notion")
    with pytest.raises(AssertionError, match="uuid"):
        await ask("GET", "/v1/users/nobody")
