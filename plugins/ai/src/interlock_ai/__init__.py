"""Text models: generation, structured answers, analysis and components, over plain HTTP."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from interlock.sdk import Service, hookimpl


@hookimpl
def interlock_services() -> Mapping[str, type[Service[Any]]]:
    from interlock_ai.service import AI

    return {"ai": AI}
