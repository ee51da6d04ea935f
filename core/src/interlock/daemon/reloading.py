"""When the configuration is read again: at a SIGHUP, and when a file has changed."""

from __future__ import annotations

import logging
import signal
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import anyio
from anyio.abc import TaskStatus

from interlock.runtime import Runtime
from interlock.sdk import InterlockError

if TYPE_CHECKING:
    from interlock.daemon.deployment import Deployment

_EVERY = 1.0
_log = logging.getLogger(__name__)

Signature = frozenset[tuple[str, int, int]]


async def reload_on_signal(
    runtime: Runtime, *, task_status: TaskStatus[None] = anyio.TASK_STATUS_IGNORED
) -> None:
    """Until cancelled."""
    with anyio.open_signal_receiver(signal.SIGHUP) as signals:
        task_status.started()
        async for _ in signals:
            await _reload(runtime)


async def reload_on_change(
    deployment: Deployment, *, task_status: TaskStatus[None] = anyio.TASK_STATUS_IGNORED
) -> None:
    """Look at the files now and then, until cancelled."""
    seen = await anyio.to_thread.run_sync(_signature, deployment.files)
    task_status.started()
    while True:
        await anyio.sleep(_EVERY)
        now = await anyio.to_thread.run_sync(_signature, deployment.files)
        if now != seen:
            seen = now
            await _reload(deployment.runtime)


async def _reload(runtime: Runtime) -> None:
    try:
        told = await runtime.reload()
    except InterlockError as error:
        _log.error("the configuration stays as it was: %s", error)
        return
    if told["needs_restart"]:
        _log.warning("counts after a restart only: %s", ", ".join(told["needs_restart"]))


def _signature(files: Iterable[Path]) -> Signature:
    found = set()
    for file in files:
        try:
            status = file.stat()
        except OSError:
            continue
        found.add((str(file), status.st_mtime_ns, status.st_size))
    return frozenset(found)
