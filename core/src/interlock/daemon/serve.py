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
from starlette.types import ASGIApp

from interlock.api import Guard, build_app
from interlock.config import Config
from interlock.daemon.access import guard_of
from interlock.daemon.compose import System, open_system
from interlock.daemon.logs import Logs
from interlock.daemon.mcp import LazyMcp
from interlock.daemon.memory import settle_memory
from interlock.daemon.reloading import reload_on_change, reload_on_signal
from interlock.daemon.server import Server
from interlock.daemon.state import StateDirectory
from interlock.dashboard import Dashboard
from interlock.sdk import NeedsAttention

if TYPE_CHECKING:
    from interlock.mcp import McpEndpoints

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
        config = system.config
        with (
            StateDirectory.locked(Path(config.daemon.state_dir)) as state,
            _listen(config) as listener,
        ):
            url = f"http://{_host(config.daemon.host)}:{listener.getsockname()[1]}"
            mcp = _mcp(system, state)
            app = _app(system, _guard(system, state), mcp)
            server = Server(app, read_timeout=config.api.read_timeout)
            async with mcp.running(), anyio.create_task_group() as tasks:
                tasks.start_soon(server.serve, [listener])
                async with anyio.create_task_group() as reloading:
                    await reloading.start(reload_on_signal, system.runtime)
                    if config.daemon.watch:
                        await reloading.start(reload_on_change, system.deployment)
                    with state.announced(url):
                        on_listening(url, system)
                        clean = await _drained_on_signal(system)
                    reloading.cancel_scope.cancel()
                mcp.close()
                server.should_exit = True
    return clean


def _guard(system: System, state: StateDirectory) -> Guard:
    """Who may come in, by the configuration; by each new one from when it is in force."""

    def made(config: Config) -> Guard:
        return guard_of(config.api, state.token(), system.world)

    guard = made(system.config)
    system.deployment.listeners.append(lambda config: guard.become(made(config)))
    return guard


def _app(system: System, guard: Guard, mcp: LazyMcp) -> ASGIApp:
    """All that is answered over HTTP: the dashboard, and behind it the API and MCP."""
    limits = system.config.api
    api = build_app(
        system.runtime,
        guard,
        endpoints=mcp.apps,
        max_body=limits.max_body,
        read_timeout=limits.read_timeout,
    )
    return Dashboard(api, guard.admit, system.runtime)


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


def _mcp(system: System, state: StateDirectory) -> LazyMcp:
    config = system.config

    def build() -> McpEndpoints:
        from interlock.mcp import McpEndpoints

        secret = state.token().encode()
        return McpEndpoints(system.runtime, config.mcp, secret=secret, max_body=config.api.max_body)

    return LazyMcp(config.mcp, build)


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
