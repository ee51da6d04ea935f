"""Any HTTP API as tools: written down in the configuration, or read from its OpenAPI file."""

from __future__ import annotations

from interlock.sdk import hookimpl


@hookimpl
def interlock_services() -> dict[str, str]:
    return {
        "http": "interlock_http.service:Http",
        "openapi": "interlock_http.openapi.service:OpenApi",
    }
