"""The service against a loopback server."""

from typing import Any

import pytest
from pydantic import SecretStr

from interlock.sdk import (
    InvalidInput,
    NeedsAttention,
    NotFound,
    Rejected,
    Throttled,
    WebhookRequest,
)
from interlock_figma.service import Figma
from interlock_figma.settings import FigmaSettings

META = {"file": {"name": "Kit", "version": "7", "last_touched_at": "2026-01-01T00:00:00Z"}}


def a_file(**fields: Any) -> dict[str, Any]:
    page = {"id": "0:1", "name": "Page", "type": "CANVAS", "children": []}
    document = {"id": "0:0", "name": "Document", "type": "DOCUMENT", "children": [page]}
    return {"name": "Kit", "version": "7", "document": document, **fields}


async def test_a_file_is_read_with_the_token_and_the_asked_for_depth(
    figma: Any, server: Any
) -> None:
    server.answers = {"/v1/files/abc/meta": META, "/v1/files/abc": a_file()}

    result = await figma.get_file("https://www.figma.com/design/abc/Kit?node-id=1-2", depth=2)

    assert result["name"] == "Kit"
    assert server.asked[-1].query == {"depth": "2"}
    assert server.asked[-1].headers["X-Figma-Token"] == "figd_secret"


async def test_an_unchanged_file_is_read_once(figma: Any, server: Any, call: Any) -> None:
    server.answers = {"/v1/files/abc/meta": META, "/v1/files/abc": a_file()}

    first = await figma.design("abc")
    await figma.extract_components("abc")
    again = await figma.design("abc")

    assert first == again
    assert server.count("/v1/files/abc") == 1
    assert call.admitted == ["tier1"]


async def test_a_new_version_is_read_again(figma: Any, server: Any) -> None:
    server.answers = {"/v1/files/abc/meta": META, "/v1/files/abc": a_file()}
    await figma.get_file("abc")

    server.answers["/v1/files/abc/meta"] = {"file": {"version": "8"}}
    server.answers["/v1/files/abc"] = a_file(name="Kit 2")

    assert (await figma.get_file("abc"))["name"] == "Kit 2"


async def test_a_file_whose_bytes_retention_removed_is_read_again(figma: Any, server: Any) -> None:
    server.answers = {"/v1/files/abc/meta": META, "/v1/files/abc": a_file()}
    await figma.get_file("abc")
    figma.context.blobs.data.clear()

    assert (await figma.get_file("abc"))["name"] == "Kit"


async def test_a_throttled_call_tells_whose_limit_it_is(figma: Any, server: Any) -> None:
    path = "/v1/files/abc/meta"
    server.answers = {path: {"status": 429, "err": "Rate limit exceeded"}}
    server.status = {path: 429}
    server.headers = {
        "Retry-After": "86400",
        "X-Figma-Plan-Tier": "starter",
        "X-Figma-Rate-Limit-Type": "low",
        "X-Figma-Upgrade-Link": "https://www.figma.com/pricing",
    }

    with pytest.raises(Throttled) as caught:
        await figma.get_file_meta("abc")

    assert caught.value.retry_after == 86400
    assert caught.value.details["plan_tier"] == "starter"
    assert caught.value.details["limit_type"] == "low"
    assert caught.value.details["upgrade_link"].endswith("/pricing")


@pytest.mark.parametrize(
    "body",
    [
        {"status": 403, "err": "Invalid token"},
        {"error": True, "status": 403, "message": "Invalid token"},
    ],
)
async def test_both_shapes_of_errors_are_read(figma: Any, server: Any, body: Any) -> None:
    server.answers = {"/v1/me": body}
    server.status = {"/v1/me": 403}

    with pytest.raises(NeedsAttention, match="Invalid token"):
        await figma.check()


async def test_a_request_that_is_too_large_says_what_to_do(figma: Any, server: Any) -> None:
    server.answers = {
        "/v1/files/abc/meta": META,
        "/v1/files/abc": {
            "status": 400,
            "err": "Request too large. If applicable, filter by query params.",
        },
    }
    server.status = {"/v1/files/abc": 400}

    with pytest.raises(Rejected, match="smaller depth"):
        await figma.get_file("abc")


async def test_variables_that_the_plan_forbids_are_empty_with_a_note(
    figma: Any, server: Any
) -> None:
    path = "/v1/files/abc/variables/local"
    server.answers = {path: {"error": True, "status": 403, "message": "Limited by Figma plan"}}
    server.status = {path: 403}

    result = await figma.get_variables("abc")

    assert result["variables"] == {}
    assert "Enterprise" in result["note"]


async def test_a_wrong_token_is_not_taken_for_a_missing_plan(figma: Any, server: Any) -> None:
    path = "/v1/files/abc/variables/local"
    server.answers = {path: {"error": True, "status": 401, "message": "Token expired"}}
    server.status = {path: 401}

    with pytest.raises(NeedsAttention):
        await figma.get_variables("abc")


async def test_renders_and_fills_map_ids_to_urls(figma: Any, server: Any) -> None:
    server.answers = {
        "/v1/images/abc": {"err": None, "images": {"1:2": "https://img/1", "3:4": None}},
        "/v1/files/abc/images": {
            "error": False,
            "status": 200,
            "meta": {"images": {"r": "https://img/r"}},
        },
    }

    assert await figma.render_images("abc", ["1-2", "3:4"], format="svg", scale=2) == {
        "images": {"1:2": "https://img/1", "3:4": None},
        "failed": ["3:4"],
    }
    assert dict(server.asked[-1].query) == {"ids": "1:2,3:4", "format": "svg", "scale": "2"}
    assert await figma.get_image_fills("abc") == {"images": {"r": "https://img/r"}}


async def test_what_is_no_key_is_refused_before_anything_is_asked(figma: Any, server: Any) -> None:
    with pytest.raises(InvalidInput):
        await figma.get_comments("not a key!")
    assert server.asked == []


async def test_a_file_that_is_not_there_is_not_found(figma: Any, server: Any) -> None:
    with pytest.raises(NotFound):
        await figma.get_file("abc")


def test_the_seat_and_plan_decide_the_limits() -> None:
    def limit(seat: Any, plan: Any) -> str:
        settings = FigmaSettings(token=SecretStr("t"), seat=seat, plan=plan)
        rate = Figma(settings, None).tools()["get_file"].policies.rate  # type: ignore[arg-type]
        assert rate is not None
        return str(next(policy.limit for policy in rate if policy.tier == "tier1"))

    assert limit("view", "enterprise") == "6/month"
    assert limit("full", "starter") == "6/month"
    assert limit("dev", "enterprise") == "20/m"


async def test_a_delivery_becomes_an_event_without_its_passcode(figma: Any) -> None:
    body = (
        b'{"passcode":"opensesame","event_type":"FILE_UPDATE","file_key":"abc","webhook_id":"22",'
        b'"timestamp":"2026-01-01T00:00:00Z","file_name":"Kit"}'
    )

    (event,) = await figma.deliveries(WebhookRequest(body, {}))

    assert event.name == "figma.file_updated"
    assert event.id == "22:FILE_UPDATE:abc:2026-01-01T00:00:00Z"
    assert event.key == "abc"
    assert "passcode" not in event.payload


async def test_a_delivery_with_a_wrong_passcode_is_refused(figma: Any) -> None:
    with pytest.raises(Rejected):
        await figma.deliveries(
            WebhookRequest(b'{"passcode":"guess","event_type":"FILE_UPDATE"}', {})
        )


async def test_a_ping_is_no_event(figma: Any) -> None:
    ping = WebhookRequest(b'{"passcode":"opensesame","event_type":"PING"}', {})

    assert list(await figma.deliveries(ping)) == []
