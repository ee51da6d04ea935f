"""A question to a model and its answer, in words that no provider owns."""

from __future__ import annotations

from collections.abc import Mapping
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
    """What is asked; ``schema`` is the JSON Schema of the answer, if it is to be JSON."""

    turns: tuple[Turn, ...]
    max_tokens: int
    system: str | None = None
    schema: Mapping[str, Any] | None = None
    temperature: float | None = None


@dataclass(frozen=True, slots=True)
class Completion:
    """What the model said. ``finish_reason`` is ``stop``, ``length`` or the provider's word."""

    text: str
    model: str
    finish_reason: str
    input_tokens: int = field(default=0)
    output_tokens: int = field(default=0)


class Provider(Protocol):
    """One wire format. It neither sends nor waits."""

    base_url: str
    # A cheap request that needs a good credential.
    check_path: str

    def headers(self, api_key: str) -> Mapping[str, str]: ...

    def request(self, question: Question, model: str) -> tuple[str, Json]:
        """Path and body of the POST."""
        ...

    def read(self, body: Json) -> Completion:
        """The answer; AnswerRefused or AnswerEmpty where a response of 200 holds none."""
        ...


def without_nones(body: Json) -> Json:
    return {name: value for name, value in body.items() if value is not None}
