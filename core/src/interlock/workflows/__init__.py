"""Durable workflows: templates, their interpreter, and the engine that runs them here.

A run, with a finger on the page: ``loading`` reads a template; ``embedded.engine`` records the
run; ``interpreter`` walks the steps; each awaits an operation of ``operations``; ``trampoline``
drives that; ``embedded.live`` looks into the record, or does it and records the outcome.
"""

from interlock.workflows.code import code_templates, pipeline_template, template_of
from interlock.workflows.contract import Engine
from interlock.workflows.embedded import EmbeddedEngine, EngineOptions
from interlock.workflows.errors import (
    CompensationFailed,
    ForeignAwait,
    InDoubt,
    RunCancelled,
    RunExists,
)
from interlock.workflows.loading import load_template, load_templates
from interlock.workflows.paths import step_of
from interlock.workflows.records import StepRecord
from interlock.workflows.template import Template
from interlock.workflows.tools import CallPort, ToolInfo, ToolLookup

__all__ = [
    "CallPort",
    "CompensationFailed",
    "EmbeddedEngine",
    "Engine",
    "EngineOptions",
    "ForeignAwait",
    "InDoubt",
    "RunCancelled",
    "RunExists",
    "StepRecord",
    "Template",
    "ToolInfo",
    "ToolLookup",
    "code_templates",
    "load_template",
    "load_templates",
    "pipeline_template",
    "step_of",
    "template_of",
]
