import hashlib
import hmac
import json

import pytest

from interlock.sdk import NotFound, Rejected, WebhookRequest

HANDSHAKE = json.dumps({"verification_token": "secret_abc"}).encode()
BODY = json.dumps(
    {
        "id": "delivery-1",
        "type": "page.content_updated",
        "entity": {"id": "page-1", "type": "page"},
        "data": {"updated_blocks": [{"id": "b", "type": "block"}]},
    }
).encode()


def signed(body, token, header="X-Notion-Signature"):
    digest = hmac.new(token.encode(), body, hashlib.sha256).hexdigest()
    return WebhookRequest(body, {header: f"sha256={digest}"})


async def test_the_token_of_the_handshake_verifies_what_follows(notion):
    await notion.deliveries(WebhookRequest(HANDSHAKE, {}))
    assert await notion.show_webhook_token() == {"token": "secret_abc"}
    reply = await notion.deliveries(signed(BODY, "secret_abc"))
    (event,) = reply.events
    assert event.name == "notion.page_content_updated"
    assert event.id == "delivery-1" and event.key == "page-1"


async def test_a_second_handshake_cannot_take_over(notion):
    await notion.deliveries(WebhookRequest(HANDSHAKE, {}))
    with pytest.raises(Rejected):
        await notion.deliveries(WebhookRequest(b'{"verification_token": "mine"}', {}))
    with pytest.raises(Rejected):
        await notion.deliveries(signed(BODY, "mine"))


async def test_the_token_of_the_settings_goes_before_any_handshake(start):
    notion = await start(webhook_token="configured")
    with pytest.raises(Rejected):
        await notion.deliveries(WebhookRequest(HANDSHAKE, {}))
    assert (await notion.deliveries(signed(BODY, "configured"))).events


@pytest.mark.parametrize("header", ["x-notion-signature", "X-NOTION-SIGNATURE"])
async def test_names_of_headers_have_no_case(start, header):
    notion = await start(webhook_token="t")
    assert (await notion.deliveries(signed(BODY, "t", header))).events


@pytest.mark.parametrize(
    "request_",
    [
        WebhookRequest(BODY, {}),
        WebhookRequest(BODY, {"X-Notion-Signature": "sha256=00"}),
        WebhookRequest(BODY + b" ", signed(BODY, "t").headers),
        WebhookRequest(b"[]", {}),
        WebhookRequest(b"{", {}),
    ],
)
async def test_what_is_not_signed_by_notion_is_refused(start, request_):
    notion = await start(webhook_token="t")
    with pytest.raises(Rejected):
        await notion.deliveries(request_)


async def test_without_a_token_nothing_is_believed(notion):
    with pytest.raises(Rejected, match="no verification token"):
        await notion.deliveries(signed(BODY, ""))
    with pytest.raises(NotFound):
        await notion.show_webhook_token()
