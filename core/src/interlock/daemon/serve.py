"""The daemon's life: build, listen, serve, drain, stop."""

from __future__ import annotations

import logging
import signal
import socket
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import anyio

from interlock.api import build_app
from interlock.config import Config
from interlock.daemon.compose import System, open_system
from interlock.daemon.door import Server, guard_of
from interlock.daemon.logs import Logs
from interlock.daemon.mcp import LateMcp
from interlock.daemon.memory import settle_memory
from interlock.daemon.reloading import reload_on_change, reload_on_signal
from interlock.daemon.state import StateDirectory
from interlock.dashboard import Dashboard
from interlock.sdk import NeedsAttention

if TYPE_CHECKING:
    from interlock.mcp import McpEndpoint

_log = logging.getLogger(__name__)


async def serve(
    path: Path, *, on_listening: Callable[[str, System], None], logs: Logs | None = None
) -> bool:
    """Run the daemon of the configuration file at ``path`` until a signal ends it.

    Args:
        on_listening: called with the URL once requests are answered.
        logs: of the process.

    Returns:
        True after a clean drain, False if work had to be cut off.

    Raises:
        ConfigError: the file has faults; all of them.
        Conflict: another daemon uses the same state directory.
        NeedsAttention: the address cannot be listened on.
    """
    async with open_system(path, logs=logs) as system:
        daemon = system.config.daemon
        with StateDirectory.locked(Path(daemon.state_dir)) as state, _listen(system.config) as door:
            url = f"http://{_host(daemon.host)}:{door.getsockname()[1]}"
            mcp = _mcp(system, state)
            async with mcp.running(), anyio.create_task_group() as tasks:
                api = system.config.api
                guard = guard_of(api, state.token(), system.world)
                app = build_app(
                    system.runtime,
                    guard,
                    endpoints=mcp.apps,
                    max_body=api.max_body,
                    read_timeout=api.read_timeout,
                )
                pages = Dashboard(app, guard.admit, system.runtime)
                server = Server(pages, read_timeout=api.read_timeout)
                tasks.start_soon(server.serve, [door])
                system.deployment.listeners.append(
                    lambda config: guard.become(guard_of(config.api, state.token(), system.world))
                )
                async with anyio.create_task_group() as reloading:
                    await reloading.start(reload_on_signal, system.runtime)
                    if daemon.watch:
                        await reloading.start(reload_on_change, system.deployment)
                    with state.announced(url):
                        on_listening(url, system)
                        clean = await _drained_on_signal(system)
                    reloading.cancel_scope.cancel()
                mcp.close()
                server.should_exit = True
    return clean


async def _drained_on_signal(system: System) -> bool:
    """Drain at the first SIGTERM or SIGINT; at the second, stop draining."""
    with anyio.open_signal_receiver(signal.SIGTERM, signal.SIGINT) as signals:
        number = await anext(signals)
        _log.info("%s: draining, for %g s at most", signal.Signals(number).name, system.grace)
        async with anyio.create_task_group() as waiting:
            drained = False

            async def drain() -> None:
                nonlocal drained
                drained = await system.drain()
                waiting.cancel_scope.cancel()

            waiting.start_soon(drain)
            await anext(signals)
            _log.warning("second signal: what is unfinished is cut off")
            waiting.cancel_scope.cancel()
    return drained


def _mcp(system: System, state: StateDirectory) -> LateMcp:
    config = system.config

    def build() -> McpEndpoint:
        from interlock.mcp import McpEndpoint

        secret = state.token().encode()
        return McpEndpoint(system.runtime, config.mcp, secret=secret, max_body=config.api.max_body)

    return LateMcp(config.mcp, build)


def run_daemon(path: Path, *, on_listening: Callable[[str], None]) -> bool:
    """:func:`serve` in an event loop of its own, with logs on standard error."""

    def listening(url: str, _: System) -> None:
        settle_memory()
        on_listening(url)

    logs = Logs()
    try:
        return anyio.run(partial(serve, path, on_listening=listening, logs=logs))
    except BaseExceptionGroup as group:
        raise _innermost(group) from None


def _innermost(error: BaseException) -> BaseException:
    """What went wrong, without the task groups that it went through."""
    while isinstance(error, BaseExceptionGroup) and len(error.exceptions) == 1:
        error = error.exceptions[0]
    return error


def _listen(config: Config) -> closing[socket.socket]:
    address = (config.daemon.host, config.daemon.port)
    family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
    try:
        return closing(socket.create_server(address, family=family, backlog=1024))
    except OSError as error:
        raise NeedsAttention(
            f"cannot listen on {address[0]}:{address[1]}: {error.strerror}",
            hint="choose another daemon.port, or 0 for a free one",
        ) from None


def _host(host: str) -> str:
    return f"[{host}]" if ":" in host else host
