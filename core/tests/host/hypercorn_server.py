"""A hypercorn in its own process: ``python hypercorn_server.py CHAIN KEY REQUESTS``.

Prints its port once it listens. Each HTTP/2 connection is ended after REQUESTS. ``/seen`` tells how
often each number was asked for.
"""

from __future__ import annotations

import asyncio
import socket
import sys
from collections import Counter
from collections.abc import AsyncIterator

import hypercorn.asyncio
import hypercorn.config
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

seen: Counter[str] = Counter()


async def number(request: Request) -> Response:
    asked = request.path_params["number"]
    seen[f"{request.method} {asked}"] += 1
    await asyncio.sleep(0)
    return JSONResponse({"number": asked, "version": request.scope["http_version"]})


async def show_seen(_: Request) -> Response:
    return JSONResponse(seen)


async def echo(request: Request) -> Response:
    return Response(await request.body())


async def stream(_: Request) -> Response:
    async def parts() -> AsyncIterator[bytes]:
        for part in range(3):
            yield f"part {part}\n".encode()

    return StreamingResponse(parts())


app = Starlette(
    routes=[
        Route("/number/{number}", number, methods=["GET", "POST"]),
        Route("/seen", show_seen),
        Route("/echo", echo, methods=["POST"]),
        Route("/stream", stream),
    ]
)


def main() -> None:
    door = socket.create_server(("127.0.0.1", 0))
    print(door.getsockname()[1], flush=True)  # noqa: T201 - this is how the test learns it
    config = hypercorn.config.Config()
    config.bind = [f"fd://{door.detach()}"]
    config.certfile, config.keyfile = sys.argv[1:3]
    config.keep_alive_max_requests = int(sys.argv[3])
    config.errorlog = None
    asyncio.run(hypercorn.asyncio.serve(app, config))  # type: ignore[arg-type]


if __name__ == "__main__":
    main()
