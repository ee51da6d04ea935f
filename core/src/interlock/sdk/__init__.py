"""The public contract between Interlock and its plugins.

A plugin imports this package and nothing else of Interlock; this package imports nothing of
Interlock either. A service is a class, and its tools are methods::

    class WeatherSettings(Settings):
        token: SecretStr

    class Weather(Service[WeatherSettings]):
        @tool(effect="read")
        async def current(self, city: str) -> dict[str, Any]:
            \"""The weather right now.\"""
            return (await self.http.get("/current", params={"city": city})).json()

    @hookimpl
    def interlock_services():
        return {"weather": Weather}

Where to look:

========================  ===================================================================
a service                 Service, Settings, ServiceContext, HttpOptions, World
its tools                 tool, Facts, current_call, declared_tool, schema_fault, ToolSpec
what it reads             EventStream, error_from_response, retry_after_seconds
its guard rails           Policies and those in it, with Rate, Seconds, Bytes
what goes wrong           InterlockError and its tree, see ``interlock.sdk.errors``
what happens outside      webhook, poll, on_event, Event; brokers: Intake, Delivery, Message
what a plugin adds        hookimpl, Function, Prompt, SharedGates
workflows in Python       workflow, WorkflowContext
========================  ===================================================================

Added hooks, optional arguments and record fields leave ``SDK_API`` as it is.
"""

from interlock.sdk.consuming import ConsumeSettings, Delivery, Intake, Message, Verdict
from interlock.sdk.context import (
    BlobRef,
    Blobs,
    CallContext,
    KeyValue,
    ServiceContext,
    current_call,
)
from interlock.sdk.declared import declared_tool
from interlock.sdk.errors import (
    ActorRestarted,
    ActorStopped,
    BudgetSpent,
    CircuitOpen,
    Conflict,
    DeadlineExceeded,
    InterlockError,
    Interrupted,
    InvalidInput,
    NeedsAttention,
    NotFound,
    Overloaded,
    RateLimited,
    Refusal,
    Rejected,
    Retryable,
    ServiceBug,
    ServiceError,
    ServiceUnavailable,
    Throttled,
    from_problem,
)
from interlock.sdk.event_stream import EventStream
from interlock.sdk.events import Event, WebhookReply, WebhookRequest, on_event, poll, webhook
from interlock.sdk.facts import Facts
from interlock.sdk.hooks import Function, hookimpl
from interlock.sdk.http import HttpOptions, error_from_response, retry_after_seconds
from interlock.sdk.json_schema import schema_fault
from interlock.sdk.policies import (
    BreakerPolicy,
    BudgetPolicy,
    CachePolicy,
    FallbackPolicy,
    FaultPolicy,
    Policies,
    RatePolicy,
    RetryPolicy,
)
from interlock.sdk.prompts import Prompt, PromptArgument, PromptMessage
from interlock.sdk.quantities import Bytes, PerTime, Rate, Seconds
from interlock.sdk.service import Service, Settings
from interlock.sdk.shared import SharedGates
from interlock.sdk.tool import ToolSpec, tool, tools_of
from interlock.sdk.workflows import WorkflowContext, workflow
from interlock.sdk.world import RealWorld, World

SDK_API = 1

__all__ = [
    "SDK_API",
    "ActorRestarted",
    "ActorStopped",
    "BlobRef",
    "Blobs",
    "BreakerPolicy",
    "BudgetPolicy",
    "BudgetSpent",
    "Bytes",
    "CachePolicy",
    "CallContext",
    "CircuitOpen",
    "Conflict",
    "ConsumeSettings",
    "DeadlineExceeded",
    "Delivery",
    "Event",
    "EventStream",
    "Facts",
    "FallbackPolicy",
    "FaultPolicy",
    "Function",
    "HttpOptions",
    "Intake",
    "InterlockError",
    "Interrupted",
    "InvalidInput",
    "KeyValue",
    "Message",
    "NeedsAttention",
    "NotFound",
    "Overloaded",
    "PerTime",
    "Policies",
    "Prompt",
    "PromptArgument",
    "PromptMessage",
    "Rate",
    "RateLimited",
    "RatePolicy",
    "RealWorld",
    "Refusal",
    "Rejected",
    "RetryPolicy",
    "Retryable",
    "Seconds",
    "Service",
    "ServiceBug",
    "ServiceContext",
    "ServiceError",
    "ServiceUnavailable",
    "Settings",
    "SharedGates",
    "Throttled",
    "ToolSpec",
    "Verdict",
    "WebhookReply",
    "WebhookRequest",
    "WorkflowContext",
    "World",
    "current_call",
    "declared_tool",
    "error_from_response",
    "from_problem",
    "hookimpl",
    "on_event",
    "poll",
    "retry_after_seconds",
    "schema_fault",
    "tool",
    "tools_of",
    "webhook",
    "workflow",
]
