"""What servers offer, over stdio and HTTP; one runtime for all, which every test leaves as it was."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from interlock.runtime import Runtime
from interlock.sdk import InterlockError, InvalidInput, NotFound, Rejected

from .conftest import Remote, State, as_child, opening, until


@dataclass(frozen=True)
class Shared:
    """Services: ``stdio`` and ``http`` with hints believed; ``doubted``, ``wanted`` and ``short``."""

    runtime: Runtime
    states: dict[str, State]


@pytest.fixture(scope="module")
async def shared(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Shared]:
    states = {name: State(tmp_path_factory.mktemp(name)) for name in ("stdio", "http")}
    remote = Remote(states["http"])
    await remote.start()
    services = {
        "stdio": {**as_child(states["stdio"]), "hints": True},
        "http": {**remote.settings, "hints": True},
        "doubted": remote.settings,
        "wanted": {**remote.settings, "include": ["e*"], "exclude": ["environment"]},
        "short": {**remote.settings, "max_result": 1000, "failed_if": {}},
    }
    try:
        async with opening(tmp_path_factory.mktemp("runtime"), services) as runtime:
            yield Shared(runtime, states)
    finally:
        remote.kill()


@pytest.fixture(scope="module")
def runtime(shared: Shared) -> Runtime:
    return shared.runtime


@pytest.fixture(params=["stdio", "http"])
def up(request: pytest.FixtureRequest) -> str:
    """The same server, reached either way."""
    return str(request.param)


async def test_defaults_of_the_server_are_left_to_it(runtime: Runtime, up: str) -> None:
    assert await runtime.call(f"{up}.given", {}) == {}


async def test_its_tools_are_ours(runtime: Runtime, up: str) -> None:
    names = {tool["name"] for tool in runtime.tools()}
    assert {f"{up}.{name}" for name in ("echo", "add", "picture", "definitions")} <= names
    echo = runtime.tool(f"{up}.echo")
    assert echo["description"] == "Say it again."
    assert echo["facts"]["effect"] == "read" and echo["facts"]["idempotent"]
    assert runtime.tool(f"{up}.add")["facts"]["destructive"]
    assert await runtime.call(f"{up}.echo", {"text": "hello"}) == "hello"
    assert await runtime.call(f"{up}.echo", {"text": '{"a": [1]}'}) == {"a": [1]}
    assert await runtime.call(f"{up}.add", {"numbers": [1, 2]}) == {"sum": 3}
    with pytest.raises(InvalidInput, match="'text' is a required property"):
        await runtime.call(f"{up}.echo", {})


async def test_what_a_tool_says_of_its_failure_is_kept(runtime: Runtime, up: str) -> None:
    with pytest.raises(Rejected, match=f"{up}: it would not do it"):
        await runtime.call(f"{up}.fail")


async def test_a_picture_is_kept_beside_the_journal(runtime: Runtime, up: str) -> None:
    (picture,) = await runtime.call(f"{up}.picture")
    assert picture["media_type"] == "image/png"
    assert await runtime.journal.blobs.get(picture["blob"]) == b"\x89PNG"


async def test_bytes_within_a_value_are_kept_beside_the_journal_too(runtime: Runtime) -> None:
    (picture,) = (await runtime.call("stdio.album"))["pictures"]
    assert (picture["type"], picture["mimeType"]) == ("image", "image/png")
    assert await runtime.journal.blobs.get(picture["data"]) == b"\x89PNG"


async def test_a_failure_that_looks_like_a_result_is_a_failure(runtime: Runtime) -> None:
    with pytest.raises(NotFound, match="stdio: no such page"):
        await runtime.call("stdio.refused")
    assert (await runtime.call("short.refused"))["object"] == "error"


async def test_what_a_server_offers_beside_tools_is_listed_to_its_end(
    runtime: Runtime, up: str
) -> None:
    prompts = await runtime.call(f"{up}.list_prompts")
    assert [prompt["name"] for prompt in prompts] == ["greet", "part"]
    assert await runtime.call(f"{up}.list_resources") == [{"name": "map", "uri": "here://map"}]


async def test_progress_is_passed_on_and_giving_up_reaches_the_server(
    shared: Shared, up: str
) -> None:
    heard: list[tuple[float, float | None, str]] = []
    call = asyncio.create_task(
        shared.runtime.call(
            f"{up}.wait", {"seconds": 60}, on_progress=lambda *what: heard.append(what)
        )
    )
    await shared.states[up].told("began")
    await until(lambda: bool(heard))
    assert heard == [(1, 2, "half")]
    call.cancel()
    await shared.states[up].told("cancelled")


async def test_one_request_that_fails_takes_no_other_along(runtime: Runtime) -> None:
    heard: list[float] = []
    calls = [
        asyncio.create_task(
            runtime.call(
                "doubted.wait",
                {"seconds": 1},
                timeout=45,
                on_progress=lambda done, *_: heard.append(done),
            )
        )
        for _ in range(49)
    ]
    await until(lambda: bool(heard))
    with pytest.raises(InterlockError):
        await runtime.call("doubted.echo", {"text": "x" * 6_000_000})
    assert await asyncio.gather(*calls) == ["done"] * 49


async def test_only_what_is_wanted_is_offered(runtime: Runtime) -> None:
    names = {tool["name"] for tool in runtime.tools() if tool["name"].startswith("wanted.")}
    own = {"accept_tool", "definitions", "get_prompt", "list_prompts", "list_resources"}
    assert names == {"wanted.echo", "wanted.read_resource", *(f"wanted.{name}" for name in own)}


async def test_hints_are_not_believed_unasked(runtime: Runtime) -> None:
    facts = runtime.tool("doubted.echo")["facts"]
    assert facts["effect"] == "write" and facts["destructive"] and not facts["idempotent"]


async def test_more_than_anybody_can_take_is_cut_off(runtime: Runtime) -> None:
    echoed = await runtime.call("short.echo", {"text": "é" * 5000})
    assert echoed == "é" * 500 + "… [cut off: 10000 bytes]"
    assert await runtime.call("short.echo", {"text": "é" * 500}) == "é" * 500
