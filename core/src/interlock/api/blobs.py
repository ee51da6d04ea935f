"""What is too large for a result, over HTTP."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from interlock.api.endpoint import Endpoint
from interlock.api.requests import runtime_of

_OCTETS = "application/octet-stream"


async def get_blob(request: Request) -> Response:
    digest: str = request.path_params["digest"]
    data, media_type = await runtime_of(request).blob(digest)
    headers = {
        # Whoever wrote it, a browser must not run it as a page of ours: hence no type of its own.
        "Content-Disposition": f'attachment; filename="{digest[:16]}"',
        "X-Media-Type": media_type,
        "Cache-Control": "private, max-age=31536000, immutable",
        "ETag": f'"{digest}"',
    }
    return Response(data, media_type=_OCTETS, headers=headers)


ENDPOINTS = [
    Endpoint(
        "GET",
        "/blobs/{digest}",
        get_blob,
        "Get what a result names by its digest.",
        None,
        media=_OCTETS,
        headers={"X-Media-Type": "what it was kept as"},
    )
]
