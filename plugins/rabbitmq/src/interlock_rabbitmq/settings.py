"""Settings of the rabbitmq service."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, SecretStr

from interlock.sdk import ConsumeSettings, Settings


class ConsumeQueue(ConsumeSettings):
    """A queue, declared unless told otherwise, with a dead-letter exchange of its own."""

    queue: str = Field(description="name of the queue")
    exchange: str = Field("", description="bind the queue to this existing exchange")
    routing_key: str = Field("#", description="of that binding")
    queue_type: Literal["quorum", "classic"] = Field(
        "quorum", description="as it is declared; only quorum queues count deliveries durably"
    )
    declare_queue: bool = Field(True, description="false: the queue is there, as others made it")


class RabbitSettings(Settings):
    """One virtual host of a RabbitMQ server."""

    url: SecretStr = Field(description="amqp://user:password@host:5672/vhost, or amqps://")
    consume: tuple[ConsumeQueue, ...] = Field((), description="queues whose messages become events")
