"""NATS JetStream: acknowledged publishing, and streams as sources of events."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from interlock.sdk import Service, hookimpl


@hookimpl
def interlock_services() -> Mapping[str, type[Service[Any]]]:
    from interlock_nats.service import Nats

    return {"nats": Nats}
