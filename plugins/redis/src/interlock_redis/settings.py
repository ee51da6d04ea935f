"""Settings of the redis service."""

from __future__ import annotations

import socket

from pydantic import Field, SecretStr

from interlock.sdk import ConsumeSettings, Seconds, Settings


class ConsumeStream(ConsumeSettings):
    """A stream read by a consumer group."""

    stream: str
    group: str = Field("interlock", description="made if missing; starts at the oldest entry")
    claim_after: Seconds = Field(60.0, description="entries unacknowledged this long are claimed")


class RedisSettings(Settings):
    """One Redis server."""

    url: SecretStr = Field(description="redis://[user:password@]host:6379/0, or rediss://")
    consumer: str = Field(
        default_factory=socket.gethostname, description="our name in groups; one for each daemon"
    )
    consume: tuple[ConsumeStream, ...] = ()
