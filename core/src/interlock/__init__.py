"""Interlock: a runtime for integrations.

The packages are layers; each imports only those below it::

    cli                    commands; talk to the daemon through its API
    daemon                 builds and wires everything; start, signals, drain
    api, mcp, dashboard    HTTP and webhooks; the MCP server; pages for people
    runtime                what a running Interlock can be asked to do
    restate                the engine that several daemons share
    testing                virtual time and runners for authors
    workflows              templates, interpreter, the engine of one daemon
    events                 bus, triggers, schedules
    host                   plugins, services, catalog, HTTP client
    calls                  one tool call through all its policies
    actors                 mailboxes, supervision
    journal                everything durable
    config                 the configuration file
    expr                   the expression language
    telemetry              spans, metrics, the log
    sdk                    the public contract for plugins

A plugin imports ``interlock.sdk``. A program that embeds Interlock imports the names below::

    async with interlock.open_runtime("interlock.yaml") as runtime:
        await runtime.call("figma.extract_components", {"file_key": "..."})
"""

import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from interlock.daemon import open_runtime
    from interlock.runtime import Pipeline, Runtime, create_workflow_template, gather
    from interlock.sdk import WorkflowContext, on_event, workflow

__version__ = "0.1.0"

# httpx has a command line that nobody calls from here; without it, it does not load a library for
# terminals: 5 MB in every daemon, and a tenth of a second of every command.
sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type] # Python's way to say: no such module

# Looked up on first use, so that `interlock --version` imports nothing of this.
_HOMES = {
    "WorkflowContext": "sdk",
    "Pipeline": "runtime",
    "Runtime": "runtime",
    "create_workflow_template": "runtime",
    "gather": "runtime",
    "on_event": "sdk",
    "open_runtime": "daemon",
    "workflow": "sdk",
}

__all__ = [
    "Pipeline",
    "Runtime",
    "WorkflowContext",
    "__version__",
    "create_workflow_template",
    "gather",
    "on_event",
    "open_runtime",
    "workflow",
]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(f"interlock.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'interlock' has no attribute {name!r}")
