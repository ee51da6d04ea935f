"""What a running Interlock can be asked to do."""

from interlock.runtime.flows import Pipeline, current_runtime, gather, use_runtime
from interlock.runtime.runtime import Runtime
from interlock.runtime.templates import create_workflow_template

__all__ = [
    "Pipeline",
    "Runtime",
    "create_workflow_template",
    "current_runtime",
    "gather",
    "use_runtime",
]
