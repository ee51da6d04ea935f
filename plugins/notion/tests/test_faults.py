import httpx
import pytest

from interlock.sdk import (
    Conflict,
    InvalidInput,
    NeedsAttention,
    NotFound,
    Rejected,
    Retryable,
    Throttled,
)
from interlock_notion.errors import read_error

from .recordings import doc_pages, recorded
from .server import error

PAGE = doc_pages()[0]["id"]


async def test_a_throttled_request_waits_as_long_as_it_was_told(notion, fake):
    fake.faults = [error(429, "rate_limited", **{"retry-after": "12"})]
    assert (await notion.get_page(PAGE))["id"] == PAGE
    assert 12 in [round(seconds) for seconds in notion.context.world.slept]
    assert len(fake.requests) == 2


async def test_one_throttled_request_does_not_start_a_long_read_over(notion, fake):
    await notion.get_blocks(PAGE)
    undisturbed = len(fake.requests)
    fake.requests.clear()
    faults = iter(range(1000))

    def every_tenth(method, path):
        return (
            error(429, "rate_limited", **{"retry-after": "1"}) if next(faults) % 10 == 5 else None
        )

    fake.fault_on = every_tenth
    await notion.get_blocks(PAGE)
    assert undisturbed < len(fake.requests) < undisturbed * 1.3


async def test_a_pause_of_minutes_is_left_to_whoever_called(notion, fake):
    fake.faults = [error(429, "rate_limited", **{"retry-after": "600"})]
    with pytest.raises(Throttled) as caught:
        await notion.get_page(PAGE)
    assert caught.value.retry_after == 600 and len(fake.requests) == 1


async def test_reads_are_repeated_when_notion_stumbles(notion, fake):
    fake.faults = [
        (502, {}, "bad gateway"),
        error(529, "service_overload"),
        error(500, "internal_server_error"),
    ]
    assert (await notion.get_page(PAGE))["id"] == PAGE


async def test_writes_are_not_repeated_when_they_may_have_been_carried_out(notion, fake):
    fake.faults = [error(500, "internal_server_error")]
    with pytest.raises(Retryable):
        await notion.create_comment("hello", page_id=PAGE)
    assert len(fake.requests) == 1


@pytest.mark.parametrize("code", [(409, "conflict_error"), (429, "rate_limited")])
async def test_writes_are_repeated_when_they_were_not_carried_out(notion, fake, code):
    fake.faults = [error(*code)]
    await notion.create_comment("hello", page_id=PAGE)
    assert len(fake.requests) == 2


async def test_repeating_can_be_left_to_the_policies(start, fake):
    notion = await start(request_tries=1)
    fake.faults = [error(429, "rate_limited", **{"retry-after": "1"})]
    with pytest.raises(Throttled):
        await notion.get_page(PAGE)
    assert len(fake.requests) == 1


async def test_a_cursor_that_comes_again_does_not_turn_forever(notion, fake):
    same = (200, {}, {"results": [], "has_more": True, "next_cursor": "again"})
    fake.fault_on = lambda method, path: same
    with pytest.raises(Retryable, match="cursor"):
        await notion.list_users()


async def test_requests_keep_the_pace_of_the_settings(start):
    notion = await start(rate="2/s", page_size=1)
    await notion.list_users()
    await notion.list_users()
    assert notion.context.world.monotonic() == pytest.approx(4.0)


async def test_a_wrong_token_needs_attention(start):
    notion = await start(token="other")
    with pytest.raises(NeedsAttention) as caught:
        await notion.check()
    assert "settings.token" in caught.value.hint


async def test_what_is_not_shared_is_not_found(notion):
    with pytest.raises(NotFound) as caught:
        await notion.get_page("2600ce2a-6520-801c-86cb-fd0b73eb91de")
    assert "share" in caught.value.hint
    assert caught.value.details["request_id"]


def answered(status, body, **headers):
    request = httpx.Request("GET", "https://api.notion.com/v1/x")
    return read_error(httpx.Response(status, json=body, headers=headers, request=request), 0.0)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("retrieve_page_wrong_format", InvalidInput),
        ("retrieve_database_wrong_format", InvalidInput),
        ("retrieve_data_source_unpermitted_data_source", NotFound),
        ("retrieve_block_unpermitted_block", NotFound),
    ],
)
def test_recorded_errors_are_read_by_their_code(name, kind):
    body = recorded(f"notion-ruby-mapping/{name}.json")
    found = answered(body["status"], body)
    assert type(found) is kind and body["message"] in found.message


def test_recorded_errors_of_the_python_client_are_read():
    kinds = [
        type(answered(pair["response"]["status"], pair["response"]["body"]))
        for pair in recorded("notion-sdk-py-interactions/api_response_error.json")
    ]
    assert kinds == [Rejected, NeedsAttention]


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (403, "restricted_resource", NeedsAttention),
        (409, "conflict_error", Conflict),
        (503, "database_connection_unavailable", Retryable),
        (529, "service_overload", Throttled),
        (400, "a_new_code", Rejected),
        (504, "", Retryable),
    ],
)
def test_codes_decide_and_then_the_status(status, code, kind):
    assert type(answered(status, {"code": code, "message": "m"})) is kind


def test_a_validation_error_names_the_path():
    body = {"code": "validation_error", "message": "body failed: body.children[0].type should be"}
    found = answered(400, body)
    assert found.path == "$.children[0].type"
