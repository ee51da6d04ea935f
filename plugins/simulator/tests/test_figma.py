"""Simulated Figma: parameters, errors and lists, over the recorded files."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

TORII = "/v1/files/torii-gate"
IMPORTER = "/v1/files/figma-importer-example"


def nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for child in node.get("children", ()):
        yield from nodes(child)


async def get(figma: httpx.AsyncClient, path: str, **parameters: Any) -> Any:
    response = await figma.get(path, params=parameters)
    assert response.status_code == 200, response.text
    return response.json()


async def test_every_recording_is_served_as_a_whole_file(start: Any, client: Any) -> None:
    simulator = await start()
    figma = await client(simulator, "figma")
    listed = {entry["key"]: entry for entry in await simulator.list_files()}
    assert {"radix-icons", "hero-header", "storybook-sample-nodes-64-1"} <= listed.keys()
    for key, summary in listed.items():
        file = await get(figma, f"/v1/files/{key}")
        assert file["document"]["type"] == "DOCUMENT"
        assert (file["name"], file["version"]) == (summary["name"], summary["version"])
        assert sum(1 for _ in nodes(file["document"])) == summary["nodes"]


async def test_without_geometry_no_outline_is_sent(figma: httpx.AsyncClient) -> None:
    plain = await get(figma, "/v1/files/radix-icons", ids="2001:4198")
    drawn = await get(figma, "/v1/files/radix-icons", ids="2001:4198", geometry="paths")
    assert not any("fillGeometry" in node for node in nodes(plain["document"]))
    assert any("fillGeometry" in node for node in nodes(drawn["document"]))


async def test_depth_counts_levels_below_the_document(figma: httpx.AsyncClient) -> None:
    pages = (await get(figma, TORII, depth=1))["document"]["children"]
    tops = (await get(figma, TORII, depth=2))["document"]["children"]
    assert [page["children"] for page in pages] == [[] for _ in pages]
    assert any(page["children"] for page in tops)
    assert not any(top.get("children") for page in tops for top in page["children"])


async def test_ids_leave_ancestors_descendants_and_pages(figma: httpx.AsyncClient) -> None:
    whole = await get(figma, IMPORTER)
    wanted = next(node for node in nodes(whole["document"]) if node["type"] == "COMPONENT_SET")
    part = await get(figma, IMPORTER, ids=wanted["id"])
    kept = {node["id"]: node for node in nodes(part["document"])}
    assert len(part["document"]["children"]) == len(whole["document"]["children"])
    assert len(kept[wanted["id"]]["children"]) == len(wanted["children"])
    assert wanted["id"] in part["componentSets"]
    assert len(kept) < sum(1 for _ in nodes(whole["document"])) / 2


async def test_nodes_bring_what_they_use_and_null_for_the_unknown(
    figma: httpx.AsyncClient,
) -> None:
    whole = await get(figma, IMPORTER)
    instance = next(node for node in nodes(whole["document"]) if node["type"] == "INSTANCE")
    found = await get(figma, f"{IMPORTER}/nodes", ids=f"{instance['id']},9999-9999")
    assert found["nodes"]["9999:9999"] is None
    entry = found["nodes"][instance["id"]]
    assert entry["document"]["name"] == instance["name"]
    assert instance["componentId"] in entry["components"]


@pytest.mark.parametrize(
    ("path", "parameters", "status", "body"),
    [
        ("/v1/files/nothing", {}, 404, {"status": 404, "err": "Not found"}),
        (TORII, {"depth": "0"}, 400, {"err": "depth: Must be a positive integer"}),
        (f"{TORII}/nodes", {}, 400, {"err": "ids: Required"}),
        ("/v1/images/torii-gate", {"ids": "1:2", "scale": "9"}, 400, {"status": 400}),
        ("/v1/images/torii-gate", {"ids": "1:2", "format": "bmp"}, 400, {"status": 400}),
        (
            "/v1/files/nothing/components",
            {},
            404,
            {"error": True, "status": 404, "message": "Not found"},
        ),
        (f"{TORII}/variables/local", {}, 403, {"error": True, "status": 403}),
        ("/v1/nowhere", {}, 404, {"err": "Not found"}),
    ],
)
async def test_errors_come_in_the_shape_of_their_endpoint(
    figma: httpx.AsyncClient,
    path: str,
    parameters: dict[str, str],
    status: int,
    body: dict[str, Any],
) -> None:
    response = await figma.get(path, params=parameters)
    assert response.status_code == status
    assert body.items() <= response.json().items()


@pytest.mark.parametrize("token", ["", "invalid"])
async def test_without_a_good_token_nothing_is_served(figma: httpx.AsyncClient, token: str) -> None:
    response = await figma.get(TORII, headers={"X-Figma-Token": token})
    assert response.status_code == 403
    assert response.json() == {"status": 403, "err": "Invalid token"}


async def test_meta_tells_the_version_of_the_file(figma: httpx.AsyncClient) -> None:
    file, meta = await get(figma, TORII, depth=1), await get(figma, f"{TORII}/meta")
    assert meta["file"]["version"] == file["version"]
    assert meta["file"]["last_touched_at"] == file["lastModified"]


async def test_renders_have_the_size_of_their_node(figma: httpx.AsyncClient) -> None:
    whole = await get(figma, "/v1/files/home-section")
    section = whole["document"]["children"][0]["children"][0]
    asked = {"ids": f"{section['id']},1:1", "scale": "0.5", "format": "png"}
    images = (await get(figma, "/v1/images/home-section", **asked))["images"]
    assert images["1:1"] is None
    async with httpx.AsyncClient(verify=False) as nobody:
        picture = (await nobody.get(images[section["id"]])).content
    width = int.from_bytes(picture[16:20], "big")
    assert width == round(section["absoluteBoundingBox"]["width"] / 2)
    svg = (await get(figma, "/v1/images/home-section", ids=section["id"], format="svg"))["images"]
    assert (await figma.get(svg[section["id"]])).headers["content-type"] == "image/svg+xml"


async def test_image_fills_lead_to_pictures(figma: httpx.AsyncClient) -> None:
    images = (await get(figma, "/v1/files/hero-header/images"))["meta"]["images"]
    assert images
    for url in images.values():
        assert (await figma.get(url)).content.startswith(b"\x89PNG")


async def test_the_library_lists_components_with_their_frame(figma: httpx.AsyncClient) -> None:
    components = (await get(figma, f"{IMPORTER}/components"))["meta"]["components"]
    sets = (await get(figma, f"{IMPORTER}/component_sets"))["meta"]["component_sets"]
    assert (len(components), len(sets)) == (64, 9)
    groups = {
        entry["containing_frame"]["containingStateGroup"]["nodeId"]
        for entry in components
        if "containingStateGroup" in entry["containing_frame"]
    }
    assert groups == {entry["node_id"] for entry in sets}
    styles = (await get(figma, f"{IMPORTER}/styles"))["meta"]["styles"]
    assert len(styles) == 13 and {style["style_type"] for style in styles} <= {"FILL", "TEXT"}


async def test_comments_are_kept_until_the_reset(start: Any, client: Any) -> None:
    simulator = await start()
    figma = await client(simulator, "figma")
    first = (await figma.post(f"{TORII}/comments", json={"message": "Lower the beam"})).json()
    reply = {"message": "Done", "comment_id": first["id"]}
    await figma.post(f"{TORII}/comments", json=reply)
    said = [entry["message"] for entry in (await get(figma, f"{TORII}/comments"))["comments"]]
    assert said == ["Lower the beam", "Done"]
    assert (await figma.delete(f"{TORII}/comments/{first['id']}")).json()["error"] is False
    assert (await get(figma, f"{TORII}/comments"))["comments"] == []
    await figma.post(f"{TORII}/comments", json={"message": "Again"})
    await simulator.reset()
    assert (await get(figma, f"{TORII}/comments"))["comments"] == []


@pytest.mark.parametrize("body", [b"{", b"[]", b"{}"])
async def test_a_comment_without_words_is_refused(figma: httpx.AsyncClient, body: bytes) -> None:
    response = await figma.post(f"{TORII}/comments", content=body)
    assert (response.status_code, response.json()["status"]) == (400, 400)


async def test_a_folder_of_the_settings_adds_files_and_variables(
    start: Any, client: Any, tmp_path: Any
) -> None:
    (tmp_path / "figma").mkdir()
    own = tmp_path / "figma"
    (own / "badge.node.json").write_text('{"id": "1:2", "name": "Badge", "type": "FRAME"}')
    (own / "sds.variables-local.json").write_text('{"status": 200, "meta": {}}')
    figma = await client(await start(recordings=[str(tmp_path)]), "figma")
    badge = await get(figma, "/v1/files/badge")
    assert badge["document"]["children"][0]["children"][0]["name"] == "Badge"
    assert (await get(figma, "/v1/files/sds/variables/local"))["status"] == 200
    assert (await get(figma, "/v1/files/sds"))["name"] == "sds"


async def test_a_recording_that_a_tool_abridged_is_served_like_any_other(
    start: Any, client: Any, tmp_path: Any
) -> None:
    (tmp_path / "figma").mkdir()
    page = {"id": "0:1", "name": "Page", "type": "CANVAS", "children": [None]}
    body = {"document": {"id": "0:0", "name": "D", "type": "DOCUMENT", "children": [page]}}
    (tmp_path / "figma/cut.file.json").write_text(json.dumps(body))
    figma = await client(await start(recordings=[str(tmp_path)]), "figma")

    meta = (await get(figma, "/v1/files/cut/meta"))["file"]
    file = await get(figma, "/v1/files/cut")

    assert (meta["name"], meta["version"]) == ("cut", file["version"])
    assert file["document"]["children"][0]["children"] == []
    assert file["components"] == {}
