"""Design to code, by rule: typed React and Tailwind from simplified design trees."""

from __future__ import annotations

from interlock.sdk import hookimpl


@hookimpl
def interlock_services() -> dict[str, str]:
    return {"codegen": "interlock_codegen.service:Codegen"}
