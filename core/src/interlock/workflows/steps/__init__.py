"""The kinds of steps, each found by its key in the step."""

from __future__ import annotations

from interlock.workflows.steps import include, read_each, read_flow, read_waiting, readers
from interlock.workflows.steps.readers import Kind

KINDS: dict[str, Kind] = {
    "call": Kind(readers.read_call, ("with", "retry", "in_doubt")),
    "parallel": Kind(readers.read_parallel, ("wait",)),
    "for_each": Kind(read_each.read_for_each, ("as", "concurrency", "do", "on_item_error")),
    "if": Kind(readers.read_if, ("then", "else")),
    "switch": Kind(read_flow.read_switch, ("cases", "default")),
    "while": Kind(read_flow.read_while, ("max", "do")),
    "until": Kind(read_flow.read_until, ("max", "do")),
    "steps": Kind(readers.read_steps),
    "transform": Kind(readers.read_transform, without=("timeout", "compensate")),
    "publish": Kind(readers.read_publish, ("with",), without=("timeout",)),
    "sleep": Kind(readers.read_sleep, without=("timeout", "fallback", "compensate")),
    "wait_for": Kind(
        read_waiting.read_wait_for, ("key", "where", "on_timeout"), without=("compensate",)
    ),
    "approve": Kind(
        read_waiting.read_approve,
        ("show", "choices", "form", "who", "default", "fail_on", "on_timeout"),
        without=("compensate",),
    ),
    "sleep_until": Kind(
        read_flow.read_sleep_until, ("zone",), without=("timeout", "fallback", "compensate")
    ),
    "fail": Kind(
        read_flow.read_fail, ("details", "code"), without=("timeout", "fallback", "compensate")
    ),
    "return": Kind(
        read_flow.read_return, without=("timeout", "fallback", "compensate", "on_error")
    ),
    "include": Kind(include.read_include, ("with",)),
    "run": Kind(readers.read_run, ("with", "retry", "detach")),
}

__all__ = ["KINDS", "Kind"]
