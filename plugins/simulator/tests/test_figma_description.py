"""Simulated Figma held to Figma's own OpenAPI description.

The description is the npm package ``@figma/rest-api-spec``; it is fetched once with ``npm pack``
into the system's folder for temporary files.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Mapping
from itertools import islice
from pathlib import Path
from typing import Any

import httpx
import jsonschema_rs
import pytest
import yaml

from interlock_simulator.figma.payloads import payload
from interlock_simulator.figma.webhooks import KINDS

PACKAGE = "@figma/rest-api-spec@0.43.0"
PLACE = Path(tempfile.gettempdir()) / "interlock-figma-rest-api-spec-0.43.0"

# Captures of 2025 and later fit the description whole; older ones lack keys added since.
CLEAN = ("radix-icons", "not-pink-presentation", "hero-header", "home-section")
VARIABLES = "/v1/files/{file_key}/variables/local"
PATHS = {
    "file": "/v1/files/{file_key}",
    "geometry": "/v1/files/{file_key}?geometry=paths",
    "depth": "/v1/files/{file_key}?depth=2",
    "ids": "/v1/files/{file_key}?ids={id}",
    "nodes": "/v1/files/{file_key}/nodes?ids={id}",
    "meta": "/v1/files/{file_key}/meta",
    "versions": "/v1/files/{file_key}/versions",
    "components": "/v1/files/{file_key}/components",
    "component_sets": "/v1/files/{file_key}/component_sets",
    "styles": "/v1/files/{file_key}/styles",
    "comments": "/v1/files/{file_key}/comments",
    "image fills": "/v1/files/{file_key}/images",
    "renders": "/v1/images/{file_key}?ids={id}&scale=0.1",
    "me": "/v1/me",
}


@pytest.fixture(scope="module")
def description() -> Any:
    """The OpenAPI document."""
    document = PLACE / "package/openapi/openapi.yaml"
    if not document.exists() and (trouble := _fetch()):
        told = f"no {PACKAGE} ({trouble}); `npm pack {PACKAGE}` and unpack it in {PLACE}"
        if os.environ.get("INTERLOCK_TEST_REQUIRE_SERVICES") == "1":
            pytest.fail(told)
        pytest.skip(told)
    # The loader in C takes a tenth of a second where the other takes several.
    return _by_discriminator(yaml.load(document.read_bytes(), yaml.CSafeLoader))


@pytest.fixture
def fits(description: Any) -> Any:
    """Check a response against what its operation promises for its status."""

    def check(response: httpx.Response, path: str) -> None:
        operation = description["paths"][path][response.request.method.lower()]
        promised = operation["responses"][str(response.status_code)]
        pointer = promised.get("$ref")
        if pointer:
            schema = {"$ref": f"{pointer}/content/application~1json/schema"}
        else:
            schema = promised["content"]["application/json"]["schema"]
        document = {**schema, "components": description["components"]}
        found = jsonschema_rs.Draft202012Validator(document).iter_errors(response.json())
        assert [f"{each.instance_path}: {each.message[:200]}" for each in islice(found, 3)] == []

    return check


@pytest.mark.parametrize("name", PATHS)
@pytest.mark.parametrize("key", CLEAN)
async def test_answers_fit_the_description(
    figma: httpx.AsyncClient, fits: Any, key: str, name: str
) -> None:
    pages = (await figma.get(f"/v1/files/{key}", params={"depth": 2})).json()["document"]
    id = next(top["id"] for page in pages["children"] for top in page["children"])
    template = PATHS[name]
    response = await figma.get(template.format(file_key=key, id=id))
    assert response.status_code == 200
    fits(response, template.split("?")[0])


async def test_written_comments_fit_the_description(figma: httpx.AsyncClient, fits: Any) -> None:
    path = "/v1/files/{file_key}/comments"
    place = path.format(file_key="torii-gate")
    posted = await figma.post(place, json={"message": "Lower the beam"})
    fits(posted, path)
    fits(await figma.get(place), path)
    deleted = await figma.delete(f"{place}/{posted.json()['id']}")
    fits(deleted, f"{path}/{{comment_id}}")


async def test_reactions_fit_the_description(figma: httpx.AsyncClient, fits: Any) -> None:
    comments = "/v1/files/torii-gate/comments"
    path = "/v1/files/{file_key}/comments/{comment_id}/reactions"
    posted = await figma.post(comments, json={"message": "Lower the beam"})
    place = f"{comments}/{posted.json()['id']}/reactions"

    fits(await figma.post(place, json={"emoji": ":eyes:"}), path)
    listed = await figma.get(place)
    fits(listed, path)
    assert [each["emoji"] for each in listed.json()["reactions"]] == [":eyes:"]
    fits(await figma.delete(place, params={"emoji": ":eyes:"}), path)
    fits(await figma.delete(place, params={"emoji": ":eyes:"}), path)
    assert (await figma.post(place, json={"emoji": "eyes"})).status_code == 400


@pytest.mark.parametrize("kind", ["components", "component_sets", "styles"])
async def test_a_team_s_library_fits_the_description(
    figma: httpx.AsyncClient, fits: Any, kind: str
) -> None:
    path = f"/v1/teams/{{team_id}}/{kind}"
    first = (await figma.get(path.format(team_id="1"), params={"page_size": 2})).json()["meta"]
    second = await figma.get(
        path.format(team_id="1"), params={"page_size": 2, "after": first["cursor"]["after"]}
    )
    fits(second, path)
    keys = [entry["key"] for meta in (first, second.json()["meta"]) for entry in meta[kind]]
    assert len(set(keys)) == 4


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_deliveries_fit_the_description(description: Any, kind: str) -> None:
    name = "".join(part.title() for part in kind.split("_"))
    schema = {"$ref": f"#/components/schemas/Webhook{name}Payload"}
    validator = jsonschema_rs.Draft202012Validator(
        {**schema, "components": description["components"]}
    )
    hook, file = {"id": "1", "passcode": "p"}, {"key": "abc", "name": "Shop"}

    body = payload(kind, hook, file, "2026-01-01T00:00:00+00:00")

    assert [error.message for error in validator.iter_errors(body)] == []


async def test_dev_resources_fit_the_description(figma: httpx.AsyncClient, fits: Any) -> None:
    path = "/v1/files/{file_key}/dev_resources"
    link = {"name": "T", "url": "https://t", "file_key": "torii-gate", "node_id": "1:5"}

    made = await figma.post("/v1/dev_resources", json={"dev_resources": [link, link]})
    fits(made, "/v1/dev_resources")
    assert [len(made.json()[kind]) for kind in ("links_created", "errors")] == [1, 1]
    listed = await figma.get(path.format(file_key="torii-gate"), params={"node_ids": "1:5"})
    fits(listed, path)
    (entry,) = listed.json()["dev_resources"]
    change = {"id": entry["id"], "name": "U"}
    changed = await figma.put("/v1/dev_resources", json={"dev_resources": [change, {"id": "0"}]})
    fits(changed, "/v1/dev_resources")
    assert changed.json()["links_updated"] == [{**entry, "name": "U"}]
    assert [error["id"] for error in changed.json()["errors"]] == ["0"]
    gone = await figma.delete(f"{path.format(file_key='torii-gate')}/{entry['id']}")
    assert gone.status_code == 200
    assert (await figma.get(path.format(file_key="torii-gate"))).json() == {"dev_resources": []}


async def test_webhooks_fit_the_description(figma: httpx.AsyncClient, fits: Any) -> None:
    path, place = "/v2/webhooks", {"context": "file", "context_id": "torii-gate"}
    wanted = {**place, "event_type": "FILE_UPDATE", "endpoint": "https://us", "passcode": "p"}

    made = await figma.post(path, json=wanted)
    fits(made, path)
    one = f"{path}/{made.json()['id']}"
    listed = await figma.get(path, params=place)
    fits(listed, path)
    assert [entry["passcode"] for entry in listed.json()["webhooks"]] == [""]
    fits(await figma.put(one, json={"status": "PAUSED"}), f"{path}/{{webhook_id}}")
    sent = await figma.get(f"{one}/requests")
    fits(sent, f"{path}/{{webhook_id}}/requests")
    assert sent.json()["requests"][0]["request_info"]["payload"]["event_type"] == "PING"
    fits(await figma.delete(one), f"{path}/{{webhook_id}}")
    fits(await figma.get(one), f"{path}/{{webhook_id}}")
    fits(await figma.post(path, json={**wanted, "event_type": "NONSENSE"}), path)


@pytest.mark.parametrize("path", [PATHS["file"], PATHS["components"], VARIABLES])
@pytest.mark.parametrize("status", [403, 404, 429, 500])
async def test_errors_fit_the_description(
    start: Any, client: Any, fits: Any, path: str, status: int
) -> None:
    faults = {
        429: [{"kind": "throttle"}],
        500: [{"kind": "error", "status": 500}],
    }
    figma = await client(await start(faults=faults.get(status, [])), "figma")
    if status == 403:
        figma.headers["X-Figma-Token"] = "invalid"
    response = await figma.get(path.format(file_key="nothing"))
    assert response.status_code == status
    fits(response, path)


async def test_an_answer_that_does_not_fit_is_noticed(figma: httpx.AsyncClient, fits: Any) -> None:
    path = PATHS["file"]
    response = await figma.get(path.format(file_key="not-pink-presentation"))
    spoilt = response.content.replace(b'"type":"TEXT"', b'"type":"TEXTS"')
    assert spoilt != response.content
    with pytest.raises(AssertionError, match="TEXTS"):
        fits(httpx.Response(200, content=spoilt, request=response.request), path)


def _by_discriminator(part: Any) -> Any:
    """The same, with a condition for each value of a discriminator instead of a ``oneOf``.

    Trying each branch of that is exponential in depth.
    """
    if isinstance(part, list):
        return [_by_discriminator(each) for each in part]
    if not isinstance(part, dict):
        return part
    same = {key: _by_discriminator(each) for key, each in part.items()}
    if "discriminator" not in part or "oneOf" not in part:
        return same
    del same["oneOf"]
    return {**same, "allOf": [*same.get("allOf", ()), *_conditions(part["discriminator"])]}


def _conditions(discriminator: Mapping[str, Any]) -> list[dict[str, Any]]:
    name, branches = discriminator["propertyName"], discriminator["mapping"]

    def has(value: Any) -> dict[str, Any]:
        return {"type": "object", "properties": {name: value}, "required": [name]}

    ways = [{"if": has({"const": kind}), "then": {"$ref": ref}} for kind, ref in branches.items()]
    return [has({"enum": sorted(branches)}), *ways]


def _fetch() -> str:
    """Fetch the package; what went wrong, or an empty text."""
    npm = shutil.which("npm")
    if npm is None:
        return "npm is not installed"
    with tempfile.TemporaryDirectory(dir=PLACE.parent) as folder:
        command = [npm, "pack", PACKAGE, "--pack-destination", folder]
        done = subprocess.run(command, capture_output=True, text=True, timeout=50, check=False)
        if done.returncode != 0:
            return done.stderr.strip().splitlines()[-1] if done.stderr.strip() else "npm failed"
        (archive,) = Path(folder).glob("*.tgz")
        with tarfile.open(archive) as packed:
            packed.extractall(PLACE, filter="data")
    return ""
