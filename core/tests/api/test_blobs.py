"""Large values, named by their content, over HTTP."""

from __future__ import annotations

import httpx

from .served import Served


async def test_a_blob_is_handed_out_as_it_was_kept(served: Served, http: httpx.AsyncClient) -> None:
    kept = await served.system.runtime.journal.blobs.put(b"<svg/>", "image/svg+xml")
    answer = await http.get(f"/api/v1/blobs/{kept.digest}")
    assert answer.content == b"<svg/>"
    assert answer.headers["x-media-type"] == "image/svg+xml"
    assert answer.headers["content-disposition"].startswith("attachment")
    assert answer.headers["content-type"] == "application/octet-stream"


async def test_one_that_is_gone_is_a_problem(http: httpx.AsyncClient) -> None:
    answer = await http.get(f"/api/v1/blobs/{'0' * 64}")
    assert answer.status_code == 404
    assert answer.json()["code"] == "not-found"
