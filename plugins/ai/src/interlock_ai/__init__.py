"""Text models: generation, structured answers, analysis and components, over plain HTTP."""

from __future__ import annotations

from interlock.sdk import hookimpl


@hookimpl
def interlock_services() -> dict[str, str]:
    return {"ai": "interlock_ai.service:AI"}
