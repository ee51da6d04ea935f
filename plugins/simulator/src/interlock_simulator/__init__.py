"""Simulated vendors: recorded Figma and Notion, and AI providers, over loopback HTTP."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from interlock.sdk import Service, hookimpl


@hookimpl
def interlock_services() -> Mapping[str, type[Service[Any]]]:
    from interlock_simulator.service import Simulator

    return {"simulator": Simulator}
