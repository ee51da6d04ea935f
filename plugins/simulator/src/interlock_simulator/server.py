"""The HTTP server: one prefix for each vendor, faults around all of them."""

from __future__ import annotations

import socket
import struct
from collections.abc import Sequence

from aiohttp import web

from interlock.sdk import World
from interlock_simulator import control
from interlock_simulator.faults import FaultPlan, FaultProfile
from interlock_simulator.traffic import Exchange, Traffic
from interlock_simulator.vendor import Handler, Vendor, retry_after_header

_LARGEST_REQUEST = 64 * 2**20
# Handlers that wait on purpose (latency, slow) are cancelled soon when the server stops.
_SHUTDOWN = 0.2


class Server:
    """Real HTTP on one port. ``plan`` may be replaced at any time."""

    def __init__(
        self,
        vendors: Sequence[Vendor],
        plan: FaultPlan,
        traffic: Traffic,
        world: World,
        steering: control.Control,
    ) -> None:
        self.plan = plan
        self._vendors = {vendor.name: vendor for vendor in vendors}
        self._traffic = traffic
        self._world = world
        self._steering = steering
        self._runner: web.AppRunner | None = None
        self.url = ""

    async def start(self, host: str, port: int) -> None:
        """Listen; OSError if the address is taken."""
        application = web.Application(middlewares=[self._serve], client_max_size=_LARGEST_REQUEST)
        application.add_subapp(f"/{control.NAME}/", self._steering.application())
        for name, vendor in self._vendors.items():
            application.add_subapp(f"/{name}/", vendor.application())
        self._runner = web.AppRunner(
            application, access_log=None, shutdown_timeout=_SHUTDOWN, handler_cancellation=True
        )
        await self._runner.setup()
        await web.TCPSite(self._runner, host, port).start()
        self.url = f"http://{host}:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    @web.middleware
    async def _serve(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        vendor = request.path.split("/")[1]
        if vendor == control.NAME:
            return await handler(request)
        fault = None
        if vendor in self._vendors:
            fault = self.plan.choose(request.method, request.path)
        number = self._traffic.next_id()
        status = 0
        try:
            response = await self._answer(request, handler, vendor, fault)
            status = response.status if fault is None or fault.kind != "reset" else 0
            return response
        finally:
            self._traffic.add(
                Exchange(
                    id=number,
                    time=self._world.time(),
                    vendor=vendor if vendor in self._vendors else "none",
                    method=request.method,
                    path=request.path_qs,
                    status=status,
                    fault=fault.kind if fault else None,
                    idempotency_key=request.headers.get("Idempotency-Key"),
                )
            )

    async def _answer(
        self, request: web.Request, handler: Handler, vendor: str, fault: FaultProfile | None
    ) -> web.StreamResponse:
        match fault:
            case None:
                return await handler(request)
            case FaultProfile(kind="throttle"):
                return self._vendors[vendor].throttled(request.path, fault.retry_after)
            case FaultProfile(kind="error"):
                return _asking_to_wait(
                    self._vendors[vendor].failed(request.path, fault.status), fault
                )
            case FaultProfile(kind="reset"):
                return _reset(request)
            case FaultProfile(kind="latency"):
                await self._world.sleep(fault.delay)
                return await handler(request)
            case FaultProfile(kind="truncate"):
                return await _truncated(request, await handler(request), fault)
            case _:
                return await self._dribbled(request, await handler(request), fault)

    async def _dribbled(
        self, request: web.Request, response: web.StreamResponse, fault: FaultProfile
    ) -> web.StreamResponse:
        body, stream = _restarted(response)
        await stream.prepare(request)
        size = -(-len(body) // fault.pieces) or 1
        for start in range(0, len(body), size):
            await stream.write(body[start : start + size])
            if start + size < len(body):
                await self._world.sleep(fault.delay)
        await stream.write_eof()
        return stream


def _reset(request: web.Request) -> web.StreamResponse:
    transport = request.transport
    if transport is not None:
        connection: socket.socket = transport.get_extra_info("socket")
        # Lingering for zero seconds makes the kernel send RST in place of FIN (socket(7)).
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()
    return web.Response(status=500)


async def _truncated(
    request: web.Request, response: web.StreamResponse, fault: FaultProfile
) -> web.StreamResponse:
    body, stream = _restarted(response)
    await stream.prepare(request)
    await stream.write(body[: int(len(body) * fault.after)])
    if fault.clean and stream.chunked:
        await stream.write_eof()
    elif request.transport is not None:
        request.transport.close()
    return stream


def _restarted(response: web.StreamResponse) -> tuple[bytes, web.StreamResponse]:
    """The body, and a response with the same head that sends it piece by piece."""
    body = response.body if isinstance(response, web.Response) else b""
    content = body if isinstance(body, bytes) else b""
    stream = web.StreamResponse(status=response.status, headers=response.headers)
    if response.chunked:
        stream.enable_chunked_encoding()
    else:
        stream.content_length = len(content)
    return content, stream


def _asking_to_wait(response: web.Response, fault: FaultProfile) -> web.Response:
    if "retry_after" in fault.model_fields_set:
        response.headers.update(retry_after_header(fault.retry_after))
    return response
