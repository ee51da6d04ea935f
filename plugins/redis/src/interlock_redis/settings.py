"""Settings of the redis service."""

from __future__ import annotations

from pydantic import Field, SecretStr

from interlock.sdk import ConsumeSettings, Seconds, Settings


class ConsumeStream(ConsumeSettings):
    """A stream read by a consumer group."""

    stream: str = Field(description="name of the stream")
    group: str = Field("interlock", description="made if missing; starts at the oldest entry")
    claim_after: Seconds = Field(60.0, description="entries unacknowledged this long are claimed")

    @property
    def dead_stream(self) -> str:
        """Where entries go that cannot be handled."""
        return f"{self.stream}.dead"


class SubscribeChannel(ConsumeSettings):
    """Channels of pub/sub, at most once: what is sent while nobody listens is lost."""

    channel: str = Field(description="a name, or a pattern with * and ?")

    @property
    def dead_stream(self) -> str:
        """Where messages go that cannot be handled."""
        return f"{self.channel}.dead"


class RedisSettings(Settings):
    """One Redis server."""

    url: SecretStr = Field(description="redis://[user:password@]host:6379/0, or rediss://")
    consumer: str = Field("", description="our name in groups; default: made up once, and kept")
    shared_prefix: str = Field("interlock", description="of the keys that daemons share")
    consume: tuple[ConsumeStream, ...] = Field(
        (), description="streams whose entries become events"
    )
    subscribe: tuple[SubscribeChannel, ...] = Field(
        (), description="channels whose messages become events"
    )
