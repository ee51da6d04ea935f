"""Design to code, by rule: typed React and Tailwind from simplified design trees."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from interlock.sdk import Service, hookimpl


@hookimpl
def interlock_services() -> Mapping[str, type[Service[Any]]]:
    from interlock_codegen.service import Codegen

    return {"codegen": Codegen}
