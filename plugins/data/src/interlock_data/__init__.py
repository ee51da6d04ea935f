"""Data: converted, checked, cleaned, reshaped and compared, without a network."""

from __future__ import annotations

from interlock.sdk import hookimpl


@hookimpl
def interlock_services() -> dict[str, str]:
    return {"data": "interlock_data.service:Data"}
