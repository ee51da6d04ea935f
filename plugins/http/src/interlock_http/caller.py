"""Calls operations: credentials, pages, and the part of the answer that is wanted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import httpx

from interlock.sdk import NeedsAttention, ServiceContext, ToolSpec, current_call, declared_tool
from interlock_http.answers import read_body, value_of
from interlock_http.credentials import Authoriser, Credentials
from interlock_http.jmespaths import look_up
from interlock_http.operation import Operation, Request, request_of
from interlock_http.paged_list import PagedList
from interlock_http.paging import POSITION_SCHEMA
from interlock_http.settings import ApiSettings
from interlock_http.uploads import loaded

_UNAUTHORISED = 401


class Caller:
    """Sends the requests of one API.

    Args:
        base_url: of the API, absolute.
    """

    def __init__(
        self, context: ServiceContext, settings: ApiSettings, authoriser: Authoriser, base_url: str
    ) -> None:
        self._context = context
        self._settings = settings
        self._authoriser = authoriser
        self._base = base_url.rstrip("/")
        self._headers = {name: value.get_secret_value() for name, value in settings.headers.items()}

    def tool(self, operation: Operation) -> ToolSpec:
        """An operation as a tool."""

        async def handler(arguments: Mapping[str, Any]) -> Any:
            return await self.call(operation, arguments)

        return declared_tool(
            operation.name,
            handler,
            description=operation.description,
            input_schema=_with_position(operation),
            output_schema=operation.output_schema,
            facts=operation.facts,
            fill_defaults=operation.fill_defaults,
        )

    async def call(self, operation: Operation, arguments: Mapping[str, Any]) -> Any:
        """The operation's result: its answer, the part ``pick`` leads to, or its items.

        Those of an operation with pages are ``{items, truncated}``, or ``{items, next}`` for one.
        """
        arguments = await self._with_files(operation, arguments)
        if operation.paging is not None:
            base = operation.base_url or self._base
            paged = PagedList(self._context.name, operation, operation.paging, base)
            step = paged.collected if operation.paging.collect else paged.page
            return await step(arguments, self.send)
        request = request_of(operation, arguments)
        if self._settings.idempotency_header and operation.facts.effect == "write":
            request.headers[self._settings.idempotency_header] = current_call().idempotency_key
        answer, _ = await self.send(request)
        return look_up(operation.pick, answer) if operation.pick else answer

    async def _with_files(
        self, operation: Operation, arguments: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        files = operation.body.files & arguments.keys() if operation.body else frozenset()
        blobs = self._context.blobs
        return {**arguments, **{name: await loaded(arguments[name], blobs) for name in files}}

    async def send(self, request: Request, url: str = "") -> tuple[Any, httpx.Response]:
        """Send a request, once more with other credentials if these are refused.

        Args:
            url: default: the request's path below the base URL.
        """
        target = url or (request.base_url or self._base) + request.path
        credentials = await self._authoriser.credentials()
        try:
            return await self._answer(request, target, credentials)
        except NeedsAttention as error:
            unknown = error.details.get("status") == _UNAUTHORISED
            if not unknown or not self._authoriser.refused(credentials):
                raise
        return await self._answer(request, target, await self._authoriser.credentials())

    async def _answer(
        self, request: Request, url: str, credentials: Credentials
    ) -> tuple[Any, httpx.Response]:
        options = request.options()
        options["headers"] = self._all_headers(request, credentials)
        async with self._context.http.stream(
            request.method, _with_query(url, request, credentials), follow_redirects=True, **options
        ) as response:
            body = await read_body(response, self._settings.max_answer, self._context.name)
        value = await value_of(response, body, self._context.blobs, self._context.name)
        return value, response

    def _all_headers(self, request: Request, credentials: Credentials) -> httpx.Headers:
        """Those of the credentials win; cookies of both are sent."""
        headers = httpx.Headers(self._headers)
        headers.update(request.headers)
        cookies = [each["Cookie"] for each in (headers, credentials.headers) if "Cookie" in each]
        headers.update(credentials.headers)
        if cookies:
            headers["Cookie"] = "; ".join(cookies)
        return headers


def _with_query(url: str, request: Request, credentials: Credentials) -> httpx.URL:
    """What is encoded already stays as it is: httpx would encode what stands between values."""
    found = httpx.URL(url)
    secrets = (f"{quote(key, '')}={quote(value, '')}" for key, value in credentials.query.items())
    query = "&".join(filter(None, [found.query.decode(), *request.query, *secrets]))
    return found.copy_with(query=query.encode() or None)


def _with_position(operation: Operation) -> Mapping[str, Any]:
    """The schema of the arguments; of a call for one page also where that page begins."""
    schema = operation.input_schema
    if operation.paging is None or operation.paging.collect:
        return schema
    return {**schema, "properties": {**schema.get("properties", {}), "next": POSITION_SCHEMA}}
