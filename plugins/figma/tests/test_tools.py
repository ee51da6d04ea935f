"""Writing to Figma, pictures in batches, histories, webhooks and what they missed."""

from __future__ import annotations

import asyncio
import base64
import json
from typing import Any, get_args

import pytest
from aiohttp import web
from pydantic import SecretStr

from interlock.sdk import InvalidInput, NeedsAttention, Rejected, WebhookRequest
from interlock_figma import slim
from interlock_figma.service import Figma
from interlock_figma.settings import FigmaSettings
from interlock_figma.tools.webhooks import Kind

HOOK = {
    "id": "22",
    "event_type": "FILE_UPDATE",
    "context": "file",
    "context_id": "abc",
    "endpoint": "https://us/hooks/figma",
    "status": "PAUSED",
    "passcode": "opensesame",
}
UPDATE = {
    "event_type": "FILE_UPDATE",
    "file_key": "abc",
    "webhook_id": "22",
    "timestamp": "2026-01-01T00:00:00Z",
    "passcode": "opensesame",
}


async def test_a_comment_is_pinned_to_a_layer_or_answers_another(figma: Any, server: Any) -> None:
    path = "/v1/files/abc/comments"
    server.answers = {path: {"id": "9", "message": "Lower"}}

    await figma.add_comment("abc", "Lower", node_id="1-2", x=3)
    await figma.add_comment("abc", "Yes", reply_to="9")

    pinned, reply = (json.loads(body) for body in server.bodies)
    assert pinned["client_meta"] == {"node_id": "1:2", "node_offset": {"x": 3, "y": 0}}
    assert reply == {"message": "Yes", "comment_id": "9"}


async def test_an_id_cannot_lead_out_of_its_path(figma: Any, server: Any) -> None:
    with pytest.raises(InvalidInput):
        await figma.delete_comment("abc", "../../me")
    with pytest.raises(InvalidInput):
        await figma.delete_webhook("../me")
    assert server.asked == []


async def test_a_history_is_read_page_by_page(figma: Any, server: Any) -> None:
    async def versions(request: web.Request) -> Any:
        start = int(request.query.get("before", "100"))
        page = [{"id": str(number)} for number in range(start - 1, max(start - 51, 0), -1)]
        return {"versions": page, "pagination": {"next_page": "https://there"} if page else {}}

    server.answers = {"/v1/files/abc/versions": versions}

    assert [entry["id"] for entry in await figma.get_versions("abc", limit=70)][-1] == "30"
    assert len(await figma.get_versions("abc", limit=500)) == 99


async def test_many_renders_are_asked_for_in_batches(figma: Any, server: Any) -> None:
    async def renders(request: web.Request) -> Any:
        asked = request.query["ids"].split(",")
        return {"err": None, "images": {i: None if i == "1:7" else f"u/{i}" for i in asked}}

    server.answers = {"/v1/images/abc": renders}

    result = await figma.render_images("abc", [f"1:{n}" for n in range(120)])

    assert server.count("/v1/images/abc") == 3
    assert len(result["images"]) == 120
    assert result["failed"] == ["1:7"]


async def test_assets_are_stored_and_named_for_the_generator(figma: Any, server: Any) -> None:
    async def picture(request: web.Request) -> Any:
        return web.Response(body=b"\x89PNG", content_type="image/png")

    fills = {"r1": f"{figma.settings.base_url}/p/1", "r2": f"{figma.settings.base_url}/gone"}
    server.answers = {"/v1/files/abc/images": {"meta": {"images": fills}}, "/p/1": picture}

    result = await figma.save_assets("abc", inline=True)

    (asset,) = result["assets"]
    assert result["paths"] == {"r1": "assets/r1.png"}
    assert result["failed"] == ["r2"]
    assert await figma.context.blobs.get(asset["digest"]) == b"\x89PNG"
    assert base64.b64decode(asset["base64"]) == b"\x89PNG"


async def test_dev_resources_say_what_figma_refused(figma: Any, server: Any) -> None:
    errors = [{"error": "Duplicate URL", "file_key": "abc", "node_id": "1:2"}]
    server.answers = {"/v1/dev_resources": {"links_created": [], "errors": errors}}
    link = {"node_id": "1-2", "name": "Button.tsx", "url": "https://git/Button.tsx"}

    assert (await figma.add_dev_resources("abc", [link]))["errors"] == errors
    (sent,) = json.loads(server.bodies[0])["dev_resources"]
    assert sent == {**link, "node_id": "1:2", "file_key": "abc"}
    with pytest.raises(InvalidInput, match="url"):
        await figma.add_dev_resources("abc", [{"node_id": "1:2", "name": "n"}])


async def test_links_are_changed_by_their_ids(figma: Any, server: Any) -> None:
    errors = [{"id": "8", "error": "Dev resource not found"}]
    server.answers = {"/v1/dev_resources": {"links_updated": [{"id": "7"}], "errors": errors}}

    given = await figma.update_dev_resources([{"id": "7", "url": "https://git/x", "node_id": "1"}])

    assert given == {"updated": [{"id": "7"}], "errors": errors}
    assert json.loads(server.bodies[0]) == {"dev_resources": [{"id": "7", "url": "https://git/x"}]}
    with pytest.raises(InvalidInput, match="id"):
        await figma.update_dev_resources([{"name": "n"}])
    with pytest.raises(InvalidInput, match="url"):
        await figma.update_dev_resources([{"id": "7"}])


async def test_a_team_s_library_is_read_page_by_page(figma: Any, server: Any, call: Any) -> None:
    async def components(request: web.Request) -> Any:
        start, size = int(request.query.get("after", "0")), int(request.query["page_size"])
        cursor = {"after": start + size} if start + size < 25 else {}
        page = [{"key": str(number)} for number in range(start, min(start + size, 25))]
        return {"meta": {"components": page, "cursor": cursor}}

    server.answers = {"/v1/teams/42/components": components}

    part = await figma.get_team_library("42", "components", limit=10)
    assert (part["count"], part["complete"]) == (10, False)

    async def small_pages(request: web.Request) -> Any:
        return await components(request.clone(rel_url=request.rel_url.update_query(page_size="10")))

    server.answers = {"/v1/teams/42/components": small_pages}
    whole = await figma.get_team_library("42", "components")
    assert [entry["key"] for entry in whole["entries"]] == [str(number) for number in range(25)]
    assert whole["complete"]
    assert call.admitted == ["tier3", "tier3"]


async def test_reactions_are_read_to_the_end(figma: Any, server: Any) -> None:
    async def reactions(request: web.Request) -> Any:
        last = request.query.get("cursor") == "b"
        more = {} if last else {"next_page": f"{request.url.with_query(cursor='b')}"}
        return {"reactions": [{"emoji": ":eyes:" if last else ":+1:"}], "pagination": more}

    path = "/v1/files/abc/comments/9/reactions"
    server.answers = {path: reactions}

    assert [each["emoji"] for each in await figma.get_reactions("abc", "9")] == [":+1:", ":eyes:"]

    server.answers = {path: {"status": 200, "error": False}}
    await figma.add_reaction("abc", "9", ":eyes:")
    await figma.delete_reaction("abc", "9", ":eyes:")
    assert json.loads(server.bodies[-1]) == {"emoji": ":eyes:"}
    assert server.asked[-1].query["emoji"] == ":eyes:"


async def test_a_webhook_is_registered_once_and_never_shows_its_passcode(
    figma: Any, server: Any
) -> None:
    known: list[Any] = []

    async def hooks(request: web.Request) -> Any:
        if request.method == "POST":
            known.append({**await request.json(), "id": "22"})
            return known[0]
        return {"webhooks": known}

    server.answers = {"/v2/webhooks": hooks, "/v2/webhooks/22": HOOK}
    wanted = ("FILE_UPDATE", "file", "abc", "https://us/hooks/figma")

    first = await figma.register_webhook(*wanted)
    again = await figma.register_webhook(*wanted)

    assert first["id"] == again["id"] == "22"
    assert len(known) == 1
    assert known[0]["passcode"] == "opensesame"
    assert "passcode" not in {**first, **again}
    assert [r.method for r in server.asked] == ["GET", "POST", "GET", "PUT"]
    required = {"event_type", "team_id", "endpoint", "passcode"}
    assert required <= json.loads(server.bodies[-1]).keys()


async def test_a_webhook_without_a_passcode_is_not_registered(figma: Any, server: Any) -> None:
    figma.settings = figma.settings.model_copy(update={"passcode": None})

    with pytest.raises(NeedsAttention, match="passcode"):
        await figma.register_webhook("FILE_UPDATE", "file", "abc", "https://us/hooks/figma")
    assert server.asked == []


async def test_deliveries_that_did_not_arrive_are_published_once(figma: Any, server: Any) -> None:
    missed = {**UPDATE, "timestamp": "2026-01-02T00:00:00Z"}
    ping = {**UPDATE, "event_type": "PING"}
    requests = [{"request_info": {"payload": each}} for each in (missed, ping, UPDATE)]
    server.answers = {"/v2/webhooks/22/requests": {"requests": requests}}
    await figma.context.state.put("webhooks", ["22", "gone"])
    (arrived,) = await figma.deliveries(WebhookRequest(json.dumps(UPDATE).encode(), {}))
    await figma.context.emit(arrived)

    result = await figma.reconcile_webhooks()
    events, _ = await figma.missed(None)

    assert result["published"] == ["22:FILE_UPDATE:abc:2026-01-02T00:00:00Z"]
    assert [event.id for event in events] == [arrived.id, *result["published"]]
    assert all("passcode" not in event.payload for event in figma.context.events)
    assert await figma.context.state.get("webhooks") == ["22"]


async def test_nothing_is_asked_where_no_webhook_is_registered(figma: Any, server: Any) -> None:
    assert list((await figma.missed(None))[0]) == []
    assert server.asked == []


@pytest.mark.parametrize("kind", get_args(Kind))
async def test_every_kind_of_delivery_has_a_name(figma: Any, kind: str) -> None:
    body = json.dumps({**UPDATE, "event_type": kind}).encode()

    (event,) = await figma.deliveries(WebhookRequest(body, {}))

    assert event.name != f"figma.{kind.lower()}"


async def test_steps_side_by_side_cost_one_read_and_one_document(
    figma: Any, server: Any, monkeypatch: pytest.MonkeyPatch, recorded: Any
) -> None:
    server.answers = {
        "/v1/files/abc/meta": {"file": {"version": "7"}},
        "/v1/files/abc": recorded("storybook-sample.file.json"),
    }
    sizes: list[int] = []
    whole = slim.read
    monkeypatch.setattr(slim, "read", lambda body: (sizes.append(len(body)), whole(body))[1])

    await asyncio.gather(
        figma.design("abc"), figma.extract_components("abc"), figma.extract_tokens("abc")
    )

    assert server.count("/v1/files/abc") == 1
    assert len(sizes) == 1


async def test_an_answer_beyond_the_limit_is_refused_with_a_way_out(
    figma: Any, server: Any
) -> None:
    server.answers = {
        "/v1/files/abc/meta": {"file": {"version": "7"}},
        "/v1/files/abc": {"name": "x" * 2000},
    }
    figma.settings = figma.settings.model_copy(update={"max_result": 1000})

    with pytest.raises(Rejected, match="depth"):
        await figma.get_file("abc")


@pytest.mark.parametrize("name", ["storybook-sample.file.json", "home-section.node.json"])
def test_a_file_read_as_a_stream_gives_the_same_design(
    recorded: Any, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    from interlock_figma import components, design, tokens
    from interlock_figma.tree import read_document

    body = json.dumps(recorded(name)).encode()
    whole = read_document(slim.read(body))
    monkeypatch.setattr(slim, "LARGE", 0)
    streamed = read_document(slim.read(body))

    for make in (design.simplified, components.extract, tokens.extract):
        assert make(streamed) == make(whole)
    assert b'"backgroundColor"' in body
    assert '"backgroundColor"' not in json.dumps(slim.read(body))


def test_the_tools_of_all_groups_are_there_with_their_limits() -> None:
    settings = FigmaSettings(token=SecretStr("t"))
    tools = Figma(settings, None).tools()  # type: ignore[arg-type]  # only its tools are asked for

    assert {"get_file", "save_assets", "add_comment", "register_webhook", "design"} <= tools.keys()
    assert all(spec.policies.rate for spec in tools.values())
