"""One configured service: what lasts while its actor and instances come and go."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

import anyio
import httpx

from interlock.actors import ActorOptions, ActorSystem, Ref
from interlock.calls import (
    BoundTool,
    Call,
    Gates,
    Guarded,
    OutcomeRecord,
    compile_pipeline,
    defaults,
)
from interlock.host.catalog import ToolEntry
from interlock.host.consumers import run_consumers
from interlock.host.context import HostContext
from interlock.host.contributions import check_signature
from interlock.host.http import build_client
from interlock.host.lifecycle import AnyService, Lifecycle
from interlock.host.loops import Loops
from interlock.host.marks import bound, marked
from interlock.host.polls import run_polls
from interlock.host.redaction import Redactor
from interlock.host.service_actor import ACTOR_PREFIX, EventDelivery, ServiceActor, WebhookDelivery
from interlock.host.spec import Emit, ServiceSpec, Stores
from interlock.host.status import ServiceState, ServiceStatus
from interlock.sdk import (
    Event,
    InterlockError,
    NotFound,
    Prompt,
    ServiceBug,
    SharedGates,
    ToolSpec,
    WebhookReply,
    World,
    tools_of,
)
from interlock.sdk.events import EventMark, WebhookMark
from interlock.telemetry import Telemetry

_log = logging.getLogger(__name__)

# Handlers of events and webhooks come on top of the tool calls, so they never wait for these.
_SPARE_WORKERS = 16

# Where nobody states a deadline the caller's holds, however late, and the host's if he has none.
_DEFAULTS = defaults().model_copy(update={"deadline": None})


@dataclass(frozen=True)
class Surroundings:
    """What all services of a host share."""

    world: World
    telemetry: Telemetry
    actors: ActorSystem
    stores: Stores
    emit: Emit
    call_other: Callable[[str, Call], Awaitable[Any]]
    on_outcome: Callable[[OutcomeRecord], None] | None


class HostedService:
    """Implements ``service_actor.Work``.

    Args:
        gates: outlive this object, so that a reload does not forget an open breaker.
        on_tools: called when the instance turns out to have other tools than its type.
    """

    def __init__(
        self,
        spec: ServiceSpec,
        service_type: type[AnyService],
        gates: Gates,
        surroundings: Surroundings,
        on_tools: Callable[[HostedService], None],
    ) -> None:
        self.spec = spec
        self.gates = gates
        self.status = ServiceStatus(spec.name, surroundings.world)
        self.tools: dict[str, ToolEntry] = {}
        self.ref: Ref | None = None
        self._type = service_type
        self._around = surroundings
        self._on_tools = on_tools
        self._pipelines: dict[str, Guarded] = {}
        self._redactor = Redactor(spec.settings)
        self._loops = Loops(surroundings.world, self._redactor.redact)
        self._lifecycle: Lifecycle | None = None
        self._compile(tools_of(service_type))

    # Life

    async def spawn(self) -> None:
        """Start the actor, which brings the service up by itself."""
        options = ActorOptions(concurrency=self._type.calls_in_flight + _SPARE_WORKERS)
        name = f"{ACTOR_PREFIX}{self.spec.name}"
        self.ref = await self._around.actors.spawn(name, self._actor, options)

    async def stop(self) -> None:
        if self.ref is not None:
            await self.ref.stop()

    def _actor(self) -> ServiceActor:
        self._lifecycle = Lifecycle(
            self._open_context, self._build, self.status, self._around.world, self._redactor.redact
        )
        return ServiceActor(self._lifecycle, self)

    def _open_context(self) -> HostContext:
        name, around = self.spec.name, self._around
        return HostContext(
            name, around.world, around.stores.key_value(name), around.stores.blobs, around.emit
        )

    def _build(self, context: HostContext) -> AnyService:
        service = self._type.__new__(self._type)
        # Before __init__, which may use the client already.
        context.build_http = partial(self._client, service)
        # As type.__call__ does.
        service.__init__(self.spec.settings, context)  # type: ignore[misc]
        context.on_tools = partial(self._list_tools, service)
        self._list_tools(service)
        return service

    def _list_tools(self, service: AnyService) -> None:
        tools = service.tools()
        if tools == {name: entry.spec for name, entry in self.tools.items()}:
            return
        for tool in tools.values():
            check_signature(self.spec.name, tool)
        self._compile(tools)
        self._on_tools(self)

    def _client(self, service: AnyService) -> httpx.AsyncClient:
        return build_client(
            service.http_options(),
            self.spec.http,
            service=self.spec.name,
            read_error=service.read_error,
            trace=self._around.telemetry.current,
        )

    # Tools

    @property
    def tools_are_known(self) -> bool:
        """Whether there are no others; some types learn theirs from the service."""
        return self._type.fixed_tools or self.status.state is ServiceState.READY

    def _compile(self, tools: Mapping[str, ToolSpec]) -> None:
        self.tools = {name: self._entry(tool) for name, tool in tools.items()}
        self._pipelines = {entry.name: self._pipeline(entry) for entry in self.tools.values()}

    def _entry(self, tool: ToolSpec) -> ToolEntry:
        wishes = self.spec.policies.under(self.spec.tool_policies.get(tool.name))
        policies = _DEFAULTS.under(self._type.policies).under(tool.policies).under(wishes)
        return ToolEntry(f"{self.spec.name}.{tool.name}", self.spec.name, tool, policies)

    def _pipeline(self, entry: ToolEntry) -> Guarded:
        tool = BoundTool(
            entry.name,
            self.spec.name,
            entry.spec.facts,
            entry.policies,
            partial(self._invoke, entry.spec),
            self._redactor.redact,
        )
        return compile_pipeline(
            tool,
            self.gates,
            world=self._around.world,
            telemetry=self._around.telemetry,
            call_other=self._around.call_other,
            on_outcome=self._around.on_outcome,
        )

    async def _invoke(self, tool: ToolSpec, call: Call) -> Any:
        """The innermost step of the pipeline: the plugin's method."""
        if self.status.coming_up:
            await self.status.settled()
        service = self._instance
        try:
            value = await tool.method(service, **call.keywords)
        except type(service).restart_on as error:
            self._lifecycle_now.broken(error)
            raise
        return tool.signature.result(value)

    @property
    def _lifecycle_now(self) -> Lifecycle:
        if self._lifecycle is None:
            raise self.status.unavailable()
        return self._lifecycle

    @property
    def _instance(self) -> AnyService:
        return self._lifecycle_now.service

    # Messages

    def call(self, call: Call) -> Awaitable[Any]:
        pipeline = self._pipelines.get(call.tool)
        if pipeline is None:
            raise NotFound(f"{call.tool} is gone since the service was restarted")
        return pipeline(call)

    async def deliver(self, delivery: WebhookDelivery) -> WebhookReply:
        """Have the instance verify and read a webhook request.

        Raises:
            NotFound: it has no webhook at this path.
        """
        for mark, name in marked(self._type, WebhookMark):
            if mark.path == delivery.path:
                answer = await self._foreign(name, delivery.request)
                return (
                    answer
                    if isinstance(answer, WebhookReply)
                    else WebhookReply(tuple(self._events(name, answer)))
                )
        raise NotFound(f"{self.spec.name} has no webhook at {delivery.path!r}")

    async def handle(self, delivery: EventDelivery) -> None:
        for mark, name in marked(self._type, EventMark):
            if mark.event == delivery.pattern:
                await self._foreign(name, delivery.event)

    async def poll(self, service: AnyService) -> None:
        self._loops.forget()
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(run_consumers, service, self._around.world, self._loops)
            await run_polls(service, self._around.world, self._loops)

    async def _foreign(self, method: str, argument: Any) -> Any:
        """Await a method of the instance; every error is of our tree.

        What a bug says is for the log: whoever sends a webhook is nobody we know.
        """
        if self.status.coming_up:
            await self.status.settled()
        try:
            return await bound(self._instance, method)(argument)
        except InterlockError as error:
            self._redactor.redact(error)
            raise
        except Exception as error:
            _log.exception("%s: %s() failed", self.spec.name, method)
            raise ServiceBug(
                f"{self.spec.name}: {method}() raised {type(error).__name__}",
                hint="a bug of the plugin; the daemon's log has more",
            ) from error

    def _events(self, method: str, answer: Any) -> Iterator[Event]:
        for event in answer if isinstance(answer, Sequence) else [answer]:
            if not isinstance(event, Event):
                raise ServiceBug(
                    f"{self.spec.name}: {method}() returned a {type(event).__name__}, not events"
                )
            yield event

    async def shared_gates(self) -> SharedGates:
        """Raises ServiceUnavailable, NotFound: there is nobody who could be asked."""
        if self.status.coming_up:
            await self.status.settled()
        gates = self._instance.shared_gates()
        if gates is None:
            raise NotFound(f"{self.spec.name} cannot keep gates for several daemons")
        return gates

    # Reports

    def prompts(self) -> dict[str, Prompt]:
        """By full name; none while there is no instance, or if it fails to tell."""
        try:
            offered = self._instance.prompts()
            return {f"{self.spec.name}.{name}": prompt for name, prompt in offered.items()}
        except InterlockError:
            return {}
        except Exception:  # noqa: BLE001 - its tools work all the same
            _log.exception("%s: prompts() failed", self.spec.name)
            return {}

    @property
    def patterns(self) -> list[str]:
        """The events that the service has handlers for."""
        return list(dict.fromkeys(mark.event for mark, _ in marked(self._type, EventMark)))

    def health(self) -> dict[str, Any]:
        report: dict[str, Any] = {"name": self.spec.name, "type": self.spec.type}
        report |= self.status.to_dict() | {"gates": self.gates.health(), "actor": None}
        if self.status.state is ServiceState.READY:
            report |= self._loops.fault()
        if self.ref is not None:
            actor = self.ref.health()
            report["actor"] = asdict(actor)
            if actor.state in ("crashed", "restarting", "parked"):
                state = "parked" if actor.state == "parked" else "waiting"
                report |= {
                    "state": state,
                    "reason": actor.last_error,
                    "retry_after": actor.retry_after,
                }
        return report
