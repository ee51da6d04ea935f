"""RabbitMQ: confirmed publishing, and queues as sources of events."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from interlock.sdk import Service, hookimpl


@hookimpl
def interlock_services() -> Mapping[str, type[Service[Any]]]:
    from interlock_rabbitmq.service import RabbitMQ

    return {"rabbitmq": RabbitMQ}
