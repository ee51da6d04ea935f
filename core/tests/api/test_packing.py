"""Long answers are packed for those who can unpack them; short ones and streams are not."""

from __future__ import annotations

import httpx
import pytest

from .served import Served

LONG = "/api/v1/openapi.json"


async def test_a_long_answer_is_packed_for_who_takes_it(http: httpx.AsyncClient) -> None:
    packed = await http.get(LONG, headers={"Accept-Encoding": "gzip"})
    plain = await http.get(LONG, headers={"Accept-Encoding": "identity"})

    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert packed.headers["vary"] == plain.headers["vary"] == "Accept-Encoding"
    assert packed.json() == plain.json()
    assert int(packed.headers["content-length"]) < len(plain.content) / 4


async def test_an_answer_under_an_idempotency_key_is_kept_plain(
    served: Served, http: httpx.AsyncClient
) -> None:
    call = {"arguments": {"path": "a.txt", "text": "a" * 5000}}
    await http.post("/api/v1/tools/files.write/call", json=call)
    key = {"Idempotency-Key": "k", "Accept-Encoding": "gzip"}
    read = {"arguments": {"path": "a.txt"}}
    first = await http.post("/api/v1/tools/files.read/call", json=read, headers=key)
    again = await http.post("/api/v1/tools/files.read/call", json=read, headers=key)

    assert first.headers["content-encoding"] == again.headers["content-encoding"] == "gzip"
    assert again.headers["idempotency-replayed"] == "true"
    assert first.json() == again.json() and len(first.content) > 5000


@pytest.mark.parametrize("path", ["/health", "/api/v1/services"])
async def test_a_short_answer_is_as_it_is(http: httpx.AsyncClient, path: str) -> None:
    answer = await http.get(path, headers={"Accept-Encoding": "gzip"})

    assert "content-encoding" not in answer.headers
