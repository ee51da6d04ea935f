"""NATS JetStream: acknowledged publishing, and streams as sources of events."""

from __future__ import annotations

from interlock.sdk import hookimpl


@hookimpl
def interlock_services() -> dict[str, str]:
    return {"nats": "interlock_nats.service:Nats"}
