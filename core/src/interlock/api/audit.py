"""Who did what, over HTTP."""

from __future__ import annotations

from operator import itemgetter

from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from interlock.api.answers import Entry, Intact, Items
from interlock.api.endpoint import Endpoint, Page
from interlock.api.pages import listing, page
from interlock.api.problems import Json
from interlock.api.requests import runtime_of


class AuditQuery(Page):
    cursor: int | None = Field(None, ge=0, le=2**62, description="from the link to this page")
    actor: str | None = None
    action: str | None = None


async def list_audit(request: Request) -> Response:
    query: AuditQuery = request.state.query
    found = await runtime_of(request).journal.audit.list(
        limit=query.limit, before=query.cursor, actor=query.actor, action=query.action
    )
    return page(request, [entry.to_dict() for entry in found], itemgetter("id"))


async def check_audit(request: Request) -> Response:
    broken = await runtime_of(request).journal.audit.broken_at()
    return Json({"intact": broken is None, "broken_at": broken})


ENDPOINTS = [
    listing(
        "/audit",
        list_audit,
        "List who did what, newest first.",
        Items[Entry],
        AuditQuery,
        role="admin",
    ),
    Endpoint(
        "GET",
        "/audit/check",
        check_audit,
        "Check that no entry was changed or removed.",
        Intact,
        role="admin",
    ),
]
