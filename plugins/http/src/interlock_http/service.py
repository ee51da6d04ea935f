"""The http service: tools that the configuration writes down."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import httpx

from interlock.sdk import Facts, HttpOptions, Service, ServiceContext, ServiceError, ToolSpec
from interlock_http.answers import error_of
from interlock_http.anywhere import request_tools
from interlock_http.auth import Auth, Authoriser, OAuth, fixed
from interlock_http.caller import Caller
from interlock_http.operation import Body, Operation, Parameter, Request, facts_of
from interlock_http.paging import Cursor, Paging, argument_of
from interlock_http.settings import FactSettings, HttpSettings, ToolSettings
from interlock_http.tokens import Tokens


class Http(Service[HttpSettings]):
    """Any API whose requests are written down under ``tools``."""

    def __init__(self, settings: HttpSettings, context: ServiceContext) -> None:
        super().__init__(settings, context)
        who = authoriser(settings.auth, context)
        self._caller = Caller(context, settings, who, settings.base_url)

    def http_options(self) -> HttpOptions:
        return HttpOptions(self.settings.base_url)

    def read_error(self, response: httpx.Response) -> ServiceError:
        return error_of(
            response,
            now=self.world.time(),
            service=self.context.name,
            message_path=self.settings.error_message,
        )

    async def check(self) -> None:
        if self.settings.health:
            await self._caller.send(Request("GET", self.settings.health))

    def tools(self) -> Mapping[str, ToolSpec]:
        keyed = bool(self.settings.idempotency_header)
        written = {
            name: self._caller.tool(operation_of(name, wanted, keyed=keyed))
            for name, wanted in self.settings.tools.items()
        }
        return {**written, **(request_tools(self._caller) if self.settings.allow_request else {})}


def authoriser(auth: Auth | None, context: ServiceContext) -> Authoriser:
    """What gives the credentials that the settings describe."""
    if isinstance(auth, OAuth):
        return Tokens(auth, context)
    return fixed(auth)


def operation_of(name: str, wanted: ToolSettings, *, keyed: bool) -> Operation:
    """What the configuration says of a tool, as an operation."""
    query = _with_paging(wanted)
    schemas: dict[str, Any] = {**wanted.in_path(), **query, **wanted.headers, **wanted.body}
    if wanted.whole_body is not None:
        schemas["body"] = wanted.whole_body
    parameters = [Parameter(argument, argument, "path") for argument in wanted.in_path()]
    parameters += [Parameter(argument, argument, "query") for argument in query]
    parameters += [Parameter(argument, argument, "header") for argument in wanted.headers]
    return Operation(
        name=name,
        method=wanted.method,
        path=wanted.path,
        parameters=tuple(parameters),
        body=_body(wanted),
        description=wanted.description or f"{wanted.method} {wanted.path}",
        input_schema={
            "type": "object",
            "properties": schemas,
            "required": [*wanted.in_path(), *wanted.required],
            "additionalProperties": False,
        },
        # With pages the result is no longer the answer; see Caller.call.
        output_schema={} if wanted.paging else wanted.returns,
        facts=with_wishes(facts_of(wanted.method, keyed=keyed), wanted),
        paging=wanted.paging,
        pick=wanted.pick,
    )


def _with_paging(wanted: ToolSettings) -> dict[str, Any]:
    """The parameters of the query, and the one that pages need if it is nowhere else."""
    needed = _argument(wanted.paging)
    there = {*wanted.in_path(), *wanted.query, *wanted.headers, *wanted.body}
    if not needed or needed in there:
        return wanted.query
    kind = ["string", "integer"] if isinstance(wanted.paging, Cursor) else "integer"
    return {**wanted.query, needed: {"type": kind}}


def _argument(paging: Paging | None) -> str:
    return "" if paging is None else argument_of(paging)


def _body(wanted: ToolSettings) -> Body | None:
    media_type = "application/x-www-form-urlencoded" if wanted.form else "application/json"
    if wanted.body:
        return Body(fields=tuple(wanted.body), media_type=media_type)
    return None if wanted.whole_body is None else Body(media_type=media_type)


def with_wishes(facts: Facts, wishes: FactSettings) -> Facts:
    """Facts, as far as nobody knows better."""
    known = {name: getattr(wishes, name) for name in FactSettings.model_fields}
    said = {name: value for name, value in known.items() if value is not None}
    if said.get("effect") == "read":
        # A POST that only searches.
        said = {"idempotent": True, "destructive": False, **said}
    return replace(facts, **said)
