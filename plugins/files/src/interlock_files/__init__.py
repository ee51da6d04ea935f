"""Files: one folder or one prefix of an object store, never left; and watches as events."""

from __future__ import annotations

from interlock.sdk import hookimpl


@hookimpl
def interlock_services() -> dict[str, str]:
    return {"files": "interlock_files.service:Files"}
