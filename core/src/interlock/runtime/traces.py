"""Where a run's trace is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from interlock.journal import RunRecord


def trace_of(run: RunRecord, config: Mapping[str, Any]) -> dict[str, str | None]:
    """``{trace, trace_url}``; the URL if ``telemetry.trace_url`` says how traces are shown."""
    # https://www.w3.org/TR/trace-context/#traceparent-header-field-values
    trace = (run.trace or "").partition("-")[2].partition("-")[0] or None
    shown = config.get("telemetry", {}).get("trace_url")
    url = shown.replace("{trace}", trace) if shown and trace else None
    return {"trace": trace, "trace_url": url}
