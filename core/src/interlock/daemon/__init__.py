"""Builds, runs and ends everything; the only place that constructs and wires."""

from interlock.daemon.compose import System, open_runtime, open_system
from interlock.daemon.plan import Plan, check_templates, make_plan
from interlock.daemon.serve import run_daemon, serve

__all__ = [
    "Plan",
    "System",
    "check_templates",
    "make_plan",
    "open_runtime",
    "open_system",
    "run_daemon",
    "serve",
]
