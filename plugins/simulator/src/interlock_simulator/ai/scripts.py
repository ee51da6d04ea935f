"""What simulated models are told to say: answers that somebody wrote or recorded."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

End = Literal["stop", "length", "refusal", "empty", "too long", "overload"]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ScriptedCall(_Model):
    """A call of one of the tools that the request offers."""

    name: str = Field(min_length=1)
    arguments: dict[str, Any] = Field(default_factory=dict)


class ScriptedAnswer(_Model):
    """One answer, and which requests get it: the first that fits a request does."""

    match: str = Field("", description="a vendor (openai) or a path prefix; default: every model")
    prompt: str = Field("", description="words that stand in the prompt")
    times: int | None = Field(None, ge=1, description="how often; default: always")
    text: str | None = Field(None, description="what the model says")
    data: Any = Field(None, description="what it says as JSON, in place of text")
    calls: tuple[ScriptedCall, ...] = Field((), description="tools that it calls")
    end: End = Field("stop", description="how the answer ends")
    cached_tokens: int = Field(0, ge=0, description="tokens of the prompt read from a cache")
    thought_tokens: int = Field(0, ge=0, description="tokens thought before the answer")

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.text is not None and "data" in self.model_fields_set:
            raise ValueError("give text or data")
        says = self.text is not None or "data" in self.model_fields_set or self.calls
        if self.end in ("stop", "length") and not says:
            raise ValueError("give text, data or calls, or another end")
        return self

    def fits(self, path: str, prompt: str) -> bool:
        prefix = self.match if self.match.startswith("/") else f"/{self.match}"
        return (path.startswith(prefix) or not self.match) and self.prompt in prompt


class Scripts:
    """The answers in force, and how often each was given."""

    def __init__(self, answers: Sequence[ScriptedAnswer] = ()) -> None:
        self.replace(answers)

    def replace(self, answers: Sequence[ScriptedAnswer]) -> None:
        self.answers: list[ScriptedAnswer] = []
        self._given: list[int] = []
        self.add(answers)

    def add(self, answers: Sequence[ScriptedAnswer]) -> None:
        """Put answers after those in force."""
        self.answers += answers
        self._given += [0] * len(answers)

    def choose(self, path: str, prompt: str) -> ScriptedAnswer | None:
        """For the next request, from the first answer that fits it and is left."""
        for index, answer in enumerate(self.answers):
            left = answer.times is None or self._given[index] < answer.times
            if left and answer.fits(path, prompt):
                self._given[index] += 1
                return answer
        return None
