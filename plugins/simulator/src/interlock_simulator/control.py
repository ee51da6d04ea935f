"""Steering a simulator over HTTP while it runs: ``/_simulator/`` beside the vendors."""

from __future__ import annotations

from typing import Any, Literal, Protocol, TypeVar

import orjson
from aiohttp import web
from pydantic import TypeAdapter, ValidationError

from interlock_simulator.ai.scripts import ScriptedAnswer
from interlock_simulator.deliveries import Announcement
from interlock_simulator.faults import FaultProfile
from interlock_simulator.vendor import reply

NAME = "_simulator"
T = TypeVar("T")

_PROFILES = TypeAdapter(list[FaultProfile])
_ANSWERS = TypeAdapter(list[ScriptedAnswer])
_EVENT = TypeAdapter(Announcement)
_SUBSCRIPTION = TypeAdapter(dict[Literal["endpoint"], str])


class Steered(Protocol):
    """What the simulator's tools offer as well."""

    async def status(self) -> dict[str, Any]: ...

    async def set_faults(self, faults: list[FaultProfile]) -> dict[str, Any]: ...

    async def add_faults(self, faults: list[FaultProfile]) -> dict[str, Any]: ...

    async def list_faults(self) -> list[dict[str, Any]]: ...

    async def set_answers(self, answers: list[ScriptedAnswer]) -> dict[str, Any]: ...

    async def add_answers(self, answers: list[ScriptedAnswer]) -> dict[str, Any]: ...

    async def list_answers(self) -> list[dict[str, Any]]: ...

    async def requests(
        self, vendor: str | None = None, limit: int = 50
    ) -> list[dict[str, Any]]: ...

    async def reset(self) -> dict[str, Any]: ...

    async def subscribe(self, endpoint: str) -> dict[str, Any]: ...

    async def announce(self, event: Announcement) -> dict[str, Any]: ...


class Control:
    """The endpoints, as an application."""

    def __init__(self, steered: Steered) -> None:
        self._steered = steered

    def application(self) -> web.Application:
        application = web.Application()
        application.add_routes(
            [
                web.get("/status", self._status),
                web.get("/faults", self._faults),
                web.put("/faults", self._replace),
                web.post("/faults", self._add),
                web.delete("/faults", self._clear),
                web.get("/answers", self._answers),
                web.put("/answers", self._replace_answers),
                web.post("/answers", self._add_answers),
                web.delete("/answers", self._clear_answers),
                web.get("/requests", self._requests),
                web.post("/reset", self._reset),
                web.post("/subscriptions", self._subscribe),
                web.post("/events", self._announce),
            ]
        )
        return application

    async def _status(self, request: web.Request) -> web.Response:
        return reply(await self._steered.status())

    async def _faults(self, request: web.Request) -> web.Response:
        return reply(await self._steered.list_faults())

    async def _replace(self, request: web.Request) -> web.Response:
        return reply(await self._steered.set_faults(await _profiles(request)))

    async def _add(self, request: web.Request) -> web.Response:
        return reply(await self._steered.add_faults(await _profiles(request)))

    async def _clear(self, request: web.Request) -> web.Response:
        return reply(await self._steered.set_faults([]))

    async def _answers(self, request: web.Request) -> web.Response:
        return reply(await self._steered.list_answers())

    async def _replace_answers(self, request: web.Request) -> web.Response:
        answers = await _read(request, _ANSWERS, several=True)
        return reply(await self._steered.set_answers(answers))

    async def _add_answers(self, request: web.Request) -> web.Response:
        answers = await _read(request, _ANSWERS, several=True)
        return reply(await self._steered.add_answers(answers))

    async def _clear_answers(self, request: web.Request) -> web.Response:
        return reply(await self._steered.set_answers([]))

    async def _requests(self, request: web.Request) -> web.Response:
        limit = request.query.get("limit", "50")
        if not limit.isdecimal():
            raise _refused([{"path": "limit", "reason": "a number is expected"}])
        return reply(await self._steered.requests(request.query.get("vendor"), int(limit)))

    async def _reset(self, request: web.Request) -> web.Response:
        return reply(await self._steered.reset())

    async def _subscribe(self, request: web.Request) -> web.Response:
        wanted = await _read(request, _SUBSCRIPTION)
        return reply(await self._steered.subscribe(wanted["endpoint"]))

    async def _announce(self, request: web.Request) -> web.Response:
        return reply(await self._steered.announce(await _read(request, _EVENT)))


async def _profiles(request: web.Request) -> list[FaultProfile]:
    """One profile, or a list of them."""
    return await _read(request, _PROFILES, several=True)


async def _read(request: web.Request, shape: TypeAdapter[T], *, several: bool = False) -> T:
    """The body in this shape; 422 with every fault otherwise."""
    try:
        body = orjson.loads(await request.read())
        return shape.validate_python([body] if several and not isinstance(body, list) else body)
    except orjson.JSONDecodeError as error:
        raise _refused([{"path": "", "reason": f"the body is not JSON: {error}"}]) from None
    except ValidationError as error:
        faults = error.errors(include_url=False, include_input=False, include_context=False)
        told = [
            {"path": ".".join(map(str, fault["loc"])), "reason": fault["msg"]} for fault in faults
        ]
        raise _refused(told) from None


def _refused(errors: list[dict[str, str]]) -> web.HTTPException:
    body = orjson.dumps({"errors": errors}).decode()
    return web.HTTPUnprocessableEntity(text=body, content_type="application/json")
