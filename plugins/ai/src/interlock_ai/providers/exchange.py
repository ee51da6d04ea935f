"""A question to a model and its answer, in words that no provider owns."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Turn:
    """One contribution to the conversation."""

    role: Literal["user", "assistant"]
    text: str


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked; ``schema`` is the JSON Schema of the answer, if it is to be JSON.

    ``effort`` is how much a model is to think that can think more or less, in the provider's words.
    """

    turns: tuple[Turn, ...]
    max_tokens: int | None = None
    system: str | None = None
    schema: Mapping[str, Any] | None = None
    temperature: float | None = None
    effort: str | None = None


@dataclass(frozen=True, slots=True)
class Completion:
    """What the model said, and what that took.

    Attributes:
        finish_reason: ``stop``, ``length`` or the provider's word.
        input_tokens: those read from a cache and written to one included.
        output_tokens: those of thoughts included.
        usd: what it cost, if the server says so, as gateways do.
        refusal: a word for why there is no answer; ``text`` is what the model said of it, if
            anything.
    """

    text: str
    model: str
    finish_reason: str
    input_tokens: int = field(default=0)
    output_tokens: int = field(default=0)
    cached_tokens: int = field(default=0)
    written_tokens: int = field(default=0)
    usd: float | None = None
    refusal: str = ""


DONE: Json = {"type": "[DONE]"}
"""The event that a line ``data: [DONE]`` is; not every server sends one."""


class Assembly(Protocol):
    """Puts the pieces of one streamed answer together."""

    @property
    def ended(self) -> bool:
        """Whether the server has said that this is all."""
        ...

    def take(self, event: Json) -> str:
        """One event; the text that it adds. ServiceError where it tells of one."""
        ...

    def body(self) -> Json:
        """The answer as it would have come in one piece, as far as it has come."""
        ...


Tell = Callable[[Any], Exception]
"""Makes the error for one that a stream tells."""


class Provider(Protocol):
    """One wire format. It neither sends nor waits.

    Paths begin after the API's version.
    """

    base_url: str
    # A cheap request that needs a good credential.
    check_path: str

    def headers(self, api_key: str) -> Mapping[str, str]: ...

    def takes(self, schema: Mapping[str, Any]) -> bool:
        """Whether the API can be asked for answers of this schema; else words have to do."""
        ...

    def request(self, question: Question, model: str, *, stream: bool) -> tuple[str, Json]:
        """Path and body of the POST."""
        ...

    def read(self, body: Json) -> Completion:
        """The answer from the body of a response of 200."""
        ...

    def assembly(self, told: Tell) -> Assembly: ...


def takes_all(schema: Mapping[str, Any]) -> bool:
    """For APIs that take every schema, and keep to it as far as they can."""
    return True


def without_nones(body: Json) -> Json:
    return {name: value for name, value in body.items() if value is not None}
