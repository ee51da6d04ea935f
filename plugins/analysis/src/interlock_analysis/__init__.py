"""Extractive text analysis and knowledge bases with citations."""

from __future__ import annotations

from interlock.sdk import hookimpl


@hookimpl
def interlock_services() -> dict[str, str]:
    return {"analysis": "interlock_analysis.service:Analysis"}
