"""Builds, runs and ends everything; the only place that constructs and wires."""

from interlock.daemon.compose import System, open_runtime, open_system
from interlock.daemon.plan import Plan, make_plan
from interlock.daemon.serve import run_daemon, serve

__all__ = ["Plan", "System", "make_plan", "open_runtime", "open_system", "run_daemon", "serve"]
