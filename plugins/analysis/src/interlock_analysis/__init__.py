"""Extractive text analysis and knowledge bases with citations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from interlock.sdk import Service, hookimpl


@hookimpl
def interlock_services() -> Mapping[str, type[Service[Any]]]:
    from interlock_analysis.service import Analysis

    return {"analysis": Analysis}
