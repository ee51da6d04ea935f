"""What a running Interlock can be asked to do."""

from interlock.runtime.caller import PROCESS, Caller, Forbidden, Role, acting_as, current_caller
from interlock.runtime.composition import Pipeline, current_runtime, gather, use_runtime
from interlock.runtime.runtime import Runtime
from interlock.runtime.templates import create_workflow_template

__all__ = [
    "PROCESS",
    "Caller",
    "Forbidden",
    "Pipeline",
    "Role",
    "Runtime",
    "acting_as",
    "create_workflow_template",
    "current_caller",
    "current_runtime",
    "gather",
    "use_runtime",
]
