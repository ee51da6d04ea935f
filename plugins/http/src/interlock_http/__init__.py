"""Any HTTP API as tools: written down in the configuration, or read from its OpenAPI file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from interlock.sdk import Service, hookimpl


@hookimpl
def interlock_services() -> Mapping[str, type[Service[Any]]]:
    from interlock_http.openapi.service import OpenApi
    from interlock_http.service import Http

    return {"http": Http, "openapi": OpenApi}
