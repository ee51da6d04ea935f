"""Simulated Notion held to Notion itself: recorded conversations are held again.

Each recording is a sequence of requests and answers of one session with the real API. The requests
are sent to the simulator, with the ids that it gave in place of those that Notion gave; its answers
must have the status, the keys and the types of the recorded ones.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from interlock.sdk import RealWorld
from interlock_simulator.service import Simulator
from interlock_simulator.settings import SimulatorSettings

from .conftest import CREDENTIALS

RECORDINGS = Path(__file__).parents[1] / "src/interlock_simulator/recordings/notion"
FOLDER = RECORDINGS / "notion-sdk-py-interactions"
SESSIONS = sorted(path.stem for path in FOLDER.glob("*.json"))

ROOT = "393abc1e-edcd-80f3-813b-e205934558c6"
AUTHOR = "7775f3a3-893f-43fa-b625-460c61094c78"
ABOUT = "fdc65179-a8bd-451c-af67-59019204cfde"

ID = re.compile(r"(?:task_)?[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}")
# Objects of which the workspace of the recording had others than the simulator has.
OF_THE_WORKSPACE = ("/v1/users", "/v1/search", "/v1/file_uploads")
LISTED = ("$.results", "$.next_cursor", "$.has_more")


@pytest.fixture(scope="module")
async def notion() -> AsyncIterator[httpx.AsyncClient]:
    """One simulator for all sessions: each has objects of its own."""
    context: Any = SimpleNamespace(
        name="simulator", world=RealWorld(), log=logging.getLogger("simulator")
    )
    simulator = Simulator(SimulatorSettings(), context)
    async with simulator.running():
        url = (await simulator.status())["url"]
        headers = CREDENTIALS["notion"]
        async with httpx.AsyncClient(
            base_url=f"{url}/notion", headers=headers, verify=False
        ) as client:
            yield client


@pytest.mark.parametrize("session", SESSIONS)
async def test_a_recorded_session_goes_alike(notion: httpx.AsyncClient, session: str) -> None:
    me = (await notion.get("/v1/users/me")).json()["id"]
    known = {plain(ROOT): ABOUT, plain(AUTHOR): me}
    for pair in recorded_pairs(session):
        asked, recorded = pair["request"], pair["response"]
        if recorded["status"] == 401:
            # Credentials were not recorded, wrong ones neither.
            asked["headers"]["authorization"] = "Bearer invalid"
        response = await send(notion, asked, known)
        where = f"{asked['method']} {asked['uri']}"
        assert response.status_code == recorded["status"], f"{where}: {response.text}"
        faults = list(differences(recorded["body"], response.json(), "$", known))
        if response.status_code == 200 and urlsplit(asked["uri"]).path in OF_THE_WORKSPACE:
            faults = [fault for fault in faults if not fault.startswith(LISTED)]
        assert not faults, f"{where}: {faults}"


def recorded_pairs(session: str) -> list[dict[str, Any]]:
    pairs: list[dict[str, Any]] = json.loads((FOLDER / f"{session}.json").read_text("utf-8"))
    return pairs


async def send(
    notion: httpx.AsyncClient, asked: dict[str, Any], known: dict[str, str]
) -> httpx.Response:
    address = urlsplit(asked["uri"])
    path = translated(f"{address.path}?{address.query}".rstrip("?"), known)
    headers = {"Notion-Version": asked["headers"].get("notion-version", "2025-09-03")}
    if "authorization" in asked["headers"]:
        headers["Authorization"] = asked["headers"]["authorization"]
    kind = asked["headers"].get("content-type", "")
    if kind.startswith("multipart/"):
        content = asked["body"].encode()
        return await notion.request(
            asked["method"], path, content=content, headers={**headers, "content-type": kind}
        )
    body = (
        None if asked["body"] is None else json.loads(translated(json.dumps(asked["body"]), known))
    )
    return await notion.request(asked["method"], path, json=body, headers=headers)


def plain(id: str) -> str:
    return id.replace("-", "")


def translated(text: str, known: dict[str, str]) -> str:
    return ID.sub(lambda found: known.get(plain(found[0]), found[0]), text)


def differences(want: Any, got: Any, path: str, known: dict[str, str]) -> Iterator[str]:
    """Where two answers differ in keys or types; ids are learned on the way."""
    if isinstance(want, dict) and isinstance(got, dict):
        for name in want.keys() ^ got.keys():
            yield f"{path}.{name}: {'missing' if name in want else 'should not be there'}"
        for name in want.keys() & got.keys():
            yield from differences(want[name], got[name], f"{path}.{name}", known)
    elif isinstance(want, list) and isinstance(got, list):
        if len(want) != len(got):
            yield f"{path}: {len(got)} entries in place of {len(want)}"
        for index, (one, other) in enumerate(zip(want, got, strict=False)):
            yield from differences(one, other, f"{path}[{index}]", known)
    elif type(want) is not type(got):
        yield f"{path}: {got!r} in place of {want!r}"
    elif isinstance(want, str) and ID.fullmatch(want):
        known.setdefault(plain(want), got)
    elif path.endswith((".type", ".object", ".status", ".code")) and want != got:
        yield f"{path}: {got!r} in place of {want!r}"
