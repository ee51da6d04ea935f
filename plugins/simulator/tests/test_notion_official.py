"""Simulated Notion held to Notion's own types, and read by the community's Python client.

The types are those of the npm package ``@notionhq/client``, compiled to a JSON Schema by
``ts-json-schema-generator``; both are fetched once with npm into the system's folder for temporary
files. The client is ``uv pip install notion-client``, which is no dependency of the workspace.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from jsonschema import Draft7Validator

pytestmark = pytest.mark.slow

PACKAGES = ("@notionhq/client@5.26.0", "ts-json-schema-generator@2.4.0")
PLACE = Path(tempfile.gettempdir()) / "interlock-notion-types-5.26.0"
TYPES = {
    "page": "GetPageResponse",
    "block": "GetBlockResponse",
    "children": "ListBlockChildrenResponse",
    "database": "GetDatabaseResponse",
    "source": "GetDataSourceResponse",
    "rows": "QueryDataSourceResponse",
    "search": "SearchResponse",
    "property": "GetPagePropertyResponse",
    "markdown": "GetPageMarkdownResponse",
    "comment": "CreateCommentResponse",
    "comments": "ListCommentsResponse",
    "users": "ListUsersResponse",
    "me": "GetSelfResponse",
    "upload": "GetFileUploadResponse",
    "uploads": "ListFileUploadsResponse",
    "task": "GetAsyncTaskResponse",
    "view": "GetViewResponse",
    "views": "ListDatabaseViewsResponse",
    "view_query": "CreateViewQueryResponse",
    "emojis": "ListCustomEmojisResponse",
}

ABOUT = "fdc65179-a8bd-451c-af67-59019204cfde"
EVERY_TYPE = "31dcd6cf-1406-8067-8100-dcb28020592d"
DATABASE = "1842fdf6-5e49-4c74-a388-cab1b3a6725e"
SOURCE = "1842fdf6-5e49-4c74-a388-0000dd5a0001"

Fits = Callable[[str, httpx.Response], dict[str, Any]]


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    """All types as definitions of one JSON Schema."""
    compiled = PLACE / "notion.schema.json"
    if not compiled.exists() and (trouble := _compile(compiled)):
        if os.environ.get("INTERLOCK_TEST_REQUIRE_SERVICES") == "1":
            pytest.fail(trouble)
        pytest.skip(trouble)
    found: dict[str, Any] = json.loads(compiled.read_text(encoding="utf-8"))
    return found


@pytest.fixture
def fits(schema: dict[str, Any]) -> Fits:
    """Check an answer against the type of this name; its body."""

    def check(kind: str, response: httpx.Response) -> dict[str, Any]:
        body: dict[str, Any] = response.json()
        assert response.status_code < 300, body
        types = schema["definitions"]
        asked = {"definitions": types, **types["Root"]["properties"][kind]}
        # Every answer has a request id, of which the types say nothing.
        facts = {name: value for name, value in body.items() if name != "request_id"}
        faults = [_told(error) for error in Draft7Validator(asked).iter_errors(facts)]
        assert not faults, faults[:5]
        return body

    return check


async def test_everything_read_has_the_type_that_notion_promises(
    notion: httpx.AsyncClient, fits: Fits
) -> None:
    fits("page", await notion.get(f"/v1/pages/{ABOUT}"))
    fits("block", await notion.get(f"/v1/blocks/{ABOUT}"))
    for parent in (ABOUT, EVERY_TYPE):
        fits("children", await notion.get(f"/v1/blocks/{parent}/children"))
    fits("database", await notion.get(f"/v1/databases/{DATABASE}"))
    fits("source", await notion.get(f"/v1/data_sources/{SOURCE}"))
    rows = fits("rows", await notion.post(f"/v1/data_sources/{SOURCE}/query", json={}))
    fits("search", await notion.post("/v1/search", json={}))
    for value in rows["results"][0]["properties"].values():
        fits("property", await notion.get(f"/v1/pages/{ABOUT}/properties/{value['id']}"))
    fits("markdown", await notion.get(f"/v1/pages/{ABOUT}/markdown"))
    fits("users", await notion.get("/v1/users"))
    fits("me", await notion.get("/v1/users/me"))


async def test_everything_written_has_the_type_that_notion_promises(
    notion: httpx.AsyncClient, fits: Fits
) -> None:
    words = [{"text": {"content": "words"}}]
    columns = {"Name": {"title": {}}, "Kind": {"select": {"options": [{"name": "a"}]}}}
    made = await notion.post(
        "/v1/databases",
        json={
            "parent": {"page_id": ABOUT},
            "title": words,
            "initial_data_source": {"properties": columns},
        },
    )
    source_id = fits("database", made)["data_sources"][0]["id"]
    fits("source", await notion.get(f"/v1/data_sources/{source_id}"))
    row = await notion.post(
        "/v1/pages",
        json={
            "parent": {"data_source_id": source_id},
            "properties": {"Name": {"title": words}, "Kind": {"select": {"name": "b"}}},
            "children": [{"to_do": {"rich_text": words}}, {"divider": {}}],
        },
    )
    page_id = fits("page", row)["id"]
    fits("children", await notion.get(f"/v1/blocks/{page_id}/children"))
    said = {"parent": {"page_id": page_id}, "rich_text": words}
    fits("comment", await notion.post("/v1/comments", json=said))
    fits("comments", await notion.get("/v1/comments", params={"block_id": page_id}))
    change = {"type": "insert_content", "insert_content": {"content": "# More"}}
    fits("markdown", await notion.patch(f"/v1/pages/{page_id}/markdown", json=change))
    task = await notion.patch(f"/v1/pages/{page_id}/markdown", json={**change, "allow_async": True})
    fits("task", await notion.get(f"/v1/async_tasks/{task.json()['id']}"))


async def test_views_and_emojis_have_the_types_that_notion_promises(
    notion: httpx.AsyncClient, fits: Fits
) -> None:
    (view,) = fits("views", await notion.get("/v1/views", params={"database_id": DATABASE}))[
        "results"
    ]
    fits("view", await notion.get(f"/v1/views/{view['id']}"))
    sorts = [{"timestamp": "created_time", "direction": "ascending"}]
    wanted = {"data_source_id": SOURCE, "name": "Board", "type": "board", "sorts": sorts}
    made = fits("view", await notion.post("/v1/views", json=wanted))
    asked = await notion.post(f"/v1/views/{made['id']}/queries", json={"page_size": 2})
    fits("view_query", asked)
    fits("emojis", await notion.get("/v1/custom_emojis"))


async def test_an_uploaded_file_has_the_types_that_notion_promises(
    notion: httpx.AsyncClient, fits: Fits
) -> None:
    upload = fits("upload", await notion.post("/v1/file_uploads", json={"filename": "a.png"}))
    path = f"/v1/file_uploads/{upload['id']}"
    fits("upload", await notion.post(f"{path}/send", files={"file": ("a.png", b"x", "image/png")}))
    fits("uploads", await notion.get("/v1/file_uploads"))
    shown = {"image": {"type": "file_upload", "file_upload": {"id": upload["id"]}}}
    fits("children", await notion.patch(f"/v1/blocks/{ABOUT}/children", json={"children": [shown]}))


async def test_the_python_client_reads_and_writes(start: Any) -> None:
    required = os.environ.get("INTERLOCK_TEST_REQUIRE_SERVICES") == "1"
    library = __import__("notion_client") if required else pytest.importorskip("notion_client")
    helpers = __import__("notion_client.helpers", fromlist=["_"])
    url = (await (await start()).status())["url"]
    options = {"auth": "simulated", "base_url": f"{url}/notion"}
    async with library.AsyncClient(options=options) as client:
        rows = await helpers.async_collect_paginated_api(
            client.data_sources.query, data_source_id=SOURCE, page_size=7
        )
        assert len(rows) == 22 and all(helpers.is_full_page(row) for row in rows)
        title = {"title": [{"text": {"content": "New"}}]}
        page = await client.pages.create(parent={"page_id": ABOUT}, properties={"title": title})
        block = {"paragraph": {"rich_text": [{"text": {"content": "words"}}]}}
        await client.blocks.children.append(block_id=page["id"], children=[block])
        blocks = await helpers.async_collect_paginated_api(
            client.blocks.children.list, block_id=page["id"]
        )
        assert [helpers.is_full_block(one) for one in blocks] == [True]
        upload = await client.file_uploads.create(mode="single_part", filename="a.txt")
        sent = await client.file_uploads.send(
            file_upload_id=upload["id"], file=("a.txt", b"text", "text/plain")
        )
        assert sent["status"] == "uploaded"
        with pytest.raises(library.APIResponseError) as caught:
            await client.pages.retrieve(page_id=DATABASE)
        assert caught.value.code == library.APIErrorCode.ObjectNotFound


def _told(error: Any) -> str:
    """The innermost reason, since a union's own is as long as the answer."""
    while error.context:
        error = max(error.context, key=lambda one: len(list(_deepest(one).absolute_path)))
    return f"{error.json_path}: {error.message[:200]}"


def _deepest(error: Any) -> Any:
    return max([error, *map(_deepest, error.context)], key=lambda one: len(one.absolute_path))


def _compile(target: Path) -> str:
    """Fetch the packages and compile; why not, if so."""
    if shutil.which("npm") is None:
        return "node and npm are needed"
    PLACE.mkdir(exist_ok=True)
    lines = "\n".join(f"  {name}: N.{kind};" for name, kind in TYPES.items())
    source = 'import type * as N from "@notionhq/client/build/src/api-endpoints";\n'
    (PLACE / "types.ts").write_text(f"{source}export type Root = {{\n{lines}\n}};\n")
    for command in _commands(target):
        done = subprocess.run(command, cwd=PLACE, capture_output=True, text=True, timeout=50)
        if done.returncode:
            return f"{' '.join(command)}: {done.stderr[-400:]}"
    return ""


def _commands(target: Path) -> Iterator[list[str]]:
    yield ["npm", "init", "-y"]
    yield ["npm", "install", "--no-audit", "--no-fund", "--no-package-lock", *PACKAGES]
    generate = ["npx", "ts-json-schema-generator", "--path", "types.ts", "--type", "Root"]
    # Aliases inside, so that each type is looked up by the property's own schema.
    yield [*generate, "--no-type-check", "--expose", "all", "-o", str(target)]
