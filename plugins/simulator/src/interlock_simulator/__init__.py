"""Simulated vendors: recorded Figma and Notion, and AI providers, over loopback HTTP."""

from __future__ import annotations

from interlock.sdk import hookimpl


@hookimpl
def interlock_services() -> dict[str, str]:
    return {"simulator": "interlock_simulator.service:Simulator"}
