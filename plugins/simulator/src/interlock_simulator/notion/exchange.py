"""Requests read and answers shaped as the API of the request's version does it."""

from __future__ import annotations

import uuid
from typing import Any

import orjson
from aiohttp import web

from interlock_simulator.notion import errors
from interlock_simulator.notion.files import attached, linked
from interlock_simulator.notion.limits import LARGEST_BODY, check_sizes
from interlock_simulator.notion.workspace import Workspace
from interlock_simulator.vendor import BAD_CREDENTIAL, Handler, Refused, reply

WORKSPACE: web.AppKey[Workspace] = web.AppKey("workspace", Workspace)

VERSIONS = ("2022-06-28", "2025-09-03", "2026-03-11")
# Databases became containers of data sources, which took over what concerns rows.
DATA_SOURCES_SINCE = "2025-09-03"
_NO_ARCHIVED_SINCE = "2026-03-11"


@web.middleware
async def admitted(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Ask for a token and a version, as every endpoint does."""
    if _by_link(request):
        return await handler(request)
    token = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if token in ("", BAD_CREDENTIAL):
        raise Refused(errors.error(401, "unauthorized", "API token is invalid."))
    version = request.headers.get("Notion-Version")
    if version is None:
        message = (
            "Notion-Version header failed validation: "
            "Notion-Version header should be defined, instead was `undefined`."
        )
        raise Refused(errors.error(400, "missing_version", message))
    if version not in VERSIONS:
        known = ", ".join(f'`"{known}"`' for known in VERSIONS)
        raise errors.invalid(
            "Notion-Version header failed validation: "
            f'Notion-Version header should be one of {known}, instead was `"{version}"`.'
        )
    return await handler(request)


def _by_link(request: web.Request) -> bool:
    """Links to uploaded files carry their own permission."""
    return "/files/" in request.path


def version_of(request: web.Request) -> str:
    return request.headers["Notion-Version"]


def with_data_sources(request: web.Request) -> bool:
    return version_of(request) >= DATA_SOURCES_SINCE


def path_id(request: web.Request, name: str) -> str:
    """An id of the path, with its dashes."""
    return uuid_of(request.match_info[name], f"path.{name}")


def uuid_of(text: Any, place: str) -> str:
    try:
        return str(uuid.UUID(str(text)))
    except ValueError:
        raise errors.invalid(
            f"{place.split('.')[0]} failed validation: {place} should be a valid uuid, "
            f'instead was `"{text}"`.'
        ) from None


async def body_of(request: web.Request) -> dict[str, Any]:
    """The JSON object of a request, within the size limits; empty for no body."""
    raw = await request.read()
    if len(raw) > LARGEST_BODY:
        raise errors.invalid(
            f"body failed validation: {len(raw)} bytes exceed the limit of {LARGEST_BODY}."
        )
    try:
        body = orjson.loads(raw or b"{}")
    except orjson.JSONDecodeError:
        raise Refused(errors.error(400, "invalid_json", "Error parsing JSON body.")) from None
    if not isinstance(body, dict):
        raise errors.invalid("body failed validation: body should be an object.")
    check_sizes(body)
    found: dict[str, Any] = attached(body, request.app[WORKSPACE].uploads)
    return found


def answer(
    request: web.Request, body: dict[str, Any], *, status: int = 200, with_id: bool = True
) -> web.Response:
    """``body`` in the shape of the request's version, with a request id and fresh links."""
    workspace = request.app[WORKSPACE]
    if workspace.uploads:
        origin = str(request.url.origin())
        body = linked(body, workspace.uploads, origin, workspace.moment())
    if version_of(request) >= _NO_ARCHIVED_SINCE:
        body = without_archived(body)
    if with_id:
        body = {**body, "request_id": str(uuid.uuid5(uuid.NAMESPACE_URL, str(request.url)))}
    return reply(body, status=status)


def without_archived(body: dict[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in body.items() if name != "archived"}
    if isinstance(kept.get("results"), list):
        kept["results"] = [without_archived(entry) for entry in kept["results"]]
    return kept
