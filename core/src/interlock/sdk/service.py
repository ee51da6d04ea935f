"""The base class of every integration."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar, get_args

from pydantic import BaseModel, ConfigDict

from interlock.sdk.context import ServiceContext
from interlock.sdk.errors import ServiceError
from interlock.sdk.http import HttpOptions, error_from_response
from interlock.sdk.policies import Policies
from interlock.sdk.prompts import Prompt
from interlock.sdk.shared import SharedGates
from interlock.sdk.tool import ToolSpec, tools_of
from interlock.sdk.world import World

if TYPE_CHECKING:
    import httpx


class Settings(BaseModel):
    """Typed settings of a service; keep secrets in ``SecretStr`` fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


S = TypeVar("S", bound=Settings)


class Service(Generic[S]):
    """One external system, one instance for each entry under ``services:``.

    ``class Weather(Service[WeatherSettings])`` gives ``self.settings`` its type. Tools are the
    methods under ``@tool``; they run concurrently and raise errors of ``interlock.sdk.errors``.
    Core, never the service, retries, limits, breaks, traces and journals.

    Attributes:
        policies: the provider's published limits, as defaults.
        calls_in_flight: how many calls the service's actor takes in at once, waiting ones
            included; ``policies.concurrency`` bounds those that reach the service.
        restart_on: errors of tools after which this instance is of no use (a lost session, a dead
            child process): it is stopped and a new one is started.
        fixed_tools: whether :meth:`tools` has the class's tools and no others, so that a misspelt
            one is found before the service starts. False for a class that overrides it, unless it
            says otherwise.
    """

    settings_type: ClassVar[type[Settings]] = Settings
    policies: ClassVar[Policies] = Policies()
    calls_in_flight: ClassVar[int] = 256
    restart_on: ClassVar[tuple[type[Exception], ...]] = ()
    fixed_tools: ClassVar[bool] = True

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "fixed_tools" not in cls.__dict__:
            whose = next(each for each in cls.__mro__ if "tools" in each.__dict__)
            cls.fixed_tools = whose.__dict__.get("fixed_tools", False)
        for base in cls.__dict__.get("__orig_bases__", ()):
            for argument in get_args(base):
                if isinstance(argument, type) and issubclass(argument, Settings):
                    cls.settings_type = argument

    def __init__(self, settings: S, context: ServiceContext) -> None:
        self.settings = settings
        self.context = context

    async def start(self) -> None:
        """Get ready; what it opens, :meth:`stop` closes. May be called again after a crash."""

    async def check(self) -> None:
        """Ask the service, cheaply and without side effects, whether it would answer.

        Asked after each :meth:`start`, before the service counts as ready.

        Raises:
            Retryable: not now.
            NeedsAttention: not until a person acts.
        """

    async def stop(self) -> None:
        """Close what :meth:`start` opened; also called when ``start`` failed half-way."""

    def consumers(self) -> Mapping[str, Callable[[], Awaitable[None]]]:
        """Loops that receive from the service and publish events, by name.

        Core runs each from when the service is ready until it stops (then it is cancelled), and
        starts it again, with growing pauses, when it returns or raises.
        """
        return {}

    def shared_gates(self) -> SharedGates | None:
        """How daemons keep limits together by this service, if it can; asked while it is ready."""
        return None

    def http_options(self) -> HttpOptions:
        """How ``self.http`` is built; asked once, before :meth:`start`."""
        return HttpOptions()

    def read_error(self, response: httpx.Response) -> ServiceError:
        """The error for a response of 400 and above, whose body has been read."""
        return error_from_response(response, now=self.world.time())

    def tools(self) -> Mapping[str, ToolSpec]:
        """The tools of this instance; override where settings or the service itself decide.

        Asked after ``__init__`` and after each ``context.tools_changed()``. See
        :func:`declared_tool` for tools that are described by schemas.
        """
        return tools_of(type(self))

    def prompts(self) -> Mapping[str, Prompt]:
        """The prompts of this instance, by name; asked for each listing."""
        return {}

    @property
    def http(self) -> httpx.AsyncClient:
        """See :attr:`ServiceContext.http`."""
        return self.context.http

    @property
    def world(self) -> World:
        """Clocks, randomness and ids."""
        return self.context.world

    @property
    def log(self) -> logging.Logger:
        """Under the service's name."""
        return self.context.log

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Started on entry, stopped on exit, whatever happens between."""
        try:
            await self.start()
            yield
        finally:
            await self.stop()
