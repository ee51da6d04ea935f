"""Settings of the nats service."""

from __future__ import annotations

from pydantic import Field, SecretStr

from interlock.sdk import ConsumeSettings, Seconds, Settings


class ConsumeSubjects(ConsumeSettings):
    """A stream, or some of its subjects, read by a durable pull consumer."""

    stream: str = Field(description="name of the stream")
    subjects: tuple[str, ...] = Field((), description="make the stream of these, if it is missing")
    filter: str = Field("", description="read this subject only; * and > stand for any part")
    durable: str = Field("interlock", description="the consumer; starts at the oldest message")
    ack_wait: Seconds = Field(60.0, gt=0, description="unacknowledged this long, it comes again")

    @property
    def dead_stream(self) -> str:
        """Where messages go that cannot be handled."""
        return f"{self.stream}-dead"

    @property
    def dead_subject(self) -> str:
        return f"dead.{self.stream}"


class NatsSettings(Settings):
    """One account of a NATS server or cluster with JetStream."""

    url: SecretStr = Field(
        description="nats://[user:password@]host:4222, or tls://; several with commas between"
    )
    credentials: str | None = Field(None, description="path of a .creds file; needs extra nkeys")
    consume: tuple[ConsumeSubjects, ...] = Field(
        (), description="streams whose messages become events"
    )
