"""Bring one service up, and keep trying; take it down whatever happened on the way."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any

from interlock.actors.deadlines import TimeLimit
from interlock.host.context import HostContext
from interlock.host.status import ServiceState, ServiceStatus
from interlock.sdk import (
    InterlockError,
    NeedsAttention,
    Rejected,
    Retryable,
    Service,
    ServiceBug,
    World,
)

START_SECONDS = 30.0
STOP_SECONDS = 4.0
FIRST_PAUSE = 1.0
LONGEST_PAUSE = 60.0

_log = logging.getLogger(__name__)
AnyService = Service[Any]


class Lifecycle:
    """The instances of a service, one after another; at most one is up."""

    def __init__(
        self,
        open_context: Callable[[], HostContext],
        build: Callable[[HostContext], AnyService],
        status: ServiceStatus,
        world: World,
        clean: Callable[[InterlockError], InterlockError],
    ) -> None:
        self._open_context = open_context
        self._build = build
        self._status = status
        self._world = world
        self._clean = clean
        self._failures = 0
        self._instance: AnyService | None = None
        self._context: HostContext | None = None
        self._broken: asyncio.Future[Exception] = asyncio.get_running_loop().create_future()

    @property
    def service(self) -> AnyService:
        """The instance that takes calls.

        Raises:
            ServiceUnavailable, NeedsAttention: there is none, and why.
        """
        if self._status.state is not ServiceState.READY or self._instance is None:
            raise self._status.unavailable()
        return self._instance

    async def bring_up(self) -> AnyService:
        """Try until an instance is ready, with growing pauses."""
        while True:
            self._status.enter(ServiceState.STARTING, self._status.error)
            outcome = await self._try()
            if not isinstance(outcome, InterlockError):
                self._failures = 0
                self._status.enter(ServiceState.READY)
                return outcome
            await self.take_down()
            await self._pause(outcome)

    def broken(self, error: Exception) -> None:
        """The instance is of no use any more, says ``error``."""
        if not self._broken.done():
            self._broken.set_result(error)

    async def broken_by(self) -> Exception:
        """Wait for :meth:`broken`."""
        return await self._broken

    async def close(self) -> None:
        """Take the instance down; there will be no other of this lifecycle."""
        await self.take_down()
        self._status.enter(ServiceState.STOPPED, self._status.error)

    async def take_down(self) -> None:
        """Stop the instance, if there is one, and let go of its context."""
        instance, self._instance = self._instance, None
        context, self._context = self._context, None
        try:
            if instance is not None:
                with TimeLimit(self._world, STOP_SECONDS):
                    await instance.stop()
        except Exception:  # noqa: BLE001 - foreign code; what it held is lost, we go on
            _log.exception("stop() of service %s failed", self._status.service)
        finally:
            if context is not None:
                await context.close()

    async def _try(self) -> AnyService | InterlockError:
        """A new instance that is ready, or why it is not."""
        name = self._status.service
        step = "__init__"
        try:
            self._context = self._open_context()
            self._instance = instance = self._build(self._context)
            with TimeLimit(self._world, START_SECONDS):
                step = "start"
                await instance.start()
                self._status.enter(ServiceState.CHECKING, self._status.error)
                step = "check"
                await instance.check()
        except InterlockError as error:
            return self._clean(error)
        except TimeoutError as error:
            return Retryable(f"{name}: {step}(): {str(error) or 'no answer in time'}", stage=step)
        except Exception as error:  # noqa: BLE001 - foreign code; every other error is its bug
            _log.warning("%s() of service %s failed", step, name, exc_info=error)
            bug = ServiceBug(f"{name}: {step}() raised {type(error).__name__}: {error}")
            return self._clean(bug)
        return instance

    async def _pause(self, error: InterlockError) -> None:
        self._failures += 1
        seconds = self._pause_after(error)
        waits_for_person = isinstance(error, NeedsAttention | Rejected)
        state = ServiceState.NEEDS_ATTENTION if waits_for_person else ServiceState.WAITING
        self._status.enter(state, error, self._world.monotonic() + seconds)
        _log.warning(
            "service %s is %s, tried again in %.1f s: %s",
            self._status.service,
            state.value,
            seconds,
            error,
        )
        await self._world.sleep(seconds)

    def _pause_after(self, error: InterlockError) -> float:
        """Doubling with jitter, but no sooner than the service asked for."""
        if isinstance(error, NeedsAttention | Rejected):
            grown = LONGEST_PAUSE
        else:
            grown = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(self._failures - 1, 10))
        return max(error.retry_after or 0.0, grown * (0.5 + self._world.random() / 2))
