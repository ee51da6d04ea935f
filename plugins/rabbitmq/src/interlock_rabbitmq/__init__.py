"""RabbitMQ: confirmed publishing, and queues as sources of events."""

from __future__ import annotations

from interlock.sdk import hookimpl


@hookimpl
def interlock_services() -> dict[str, str]:
    return {"rabbitmq": "interlock_rabbitmq.service:RabbitMQ"}
