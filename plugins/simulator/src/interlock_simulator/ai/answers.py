"""What a simulated model says: extracts of the prompt, or JSON that fits a schema.

Words in the prompt make it misbehave: ``{{simulate refusal}}``, ``{{simulate empty}}``,
``{{simulate too long}}`` (for the model to read), ``{{simulate overload}}`` (told within a
stream), and ``{{simulate garbage}}``, which spoils the first answer only, as a model that can mend
it. An image model answers ``{{simulate words}}`` without a picture, and holds it back for
``{{simulate held back}}``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from interlock_simulator.ai.fitting import Fitting

REFUSAL = "I cannot help with that."

_FENCED = re.compile(r"```\w*\n.*?```", re.DOTALL)
_SENTENCE = re.compile(r"[^.!?\n]+[.!?]?")
_SENTENCES = 3
# A common rule of thumb for English; nothing here depends on its truth.
_CHARACTERS_PER_TOKEN = 4


@dataclass(frozen=True, slots=True)
class Prompt:
    """A request in the words that all providers share.

    Attributes:
        text: what the user said in all turns.
        schema: JSON Schema of the answer, if one was asked for.
        answered: whether the model has spoken before in this conversation.
    """

    text: str
    schema: Mapping[str, Any] | None = None
    answered: bool = False
    max_tokens: int | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """``end`` is stop, length, refusal, empty, too long or overload."""

    text: str
    end: str
    input_tokens: int
    output_tokens: int


def answer(prompt: Prompt, seed: int) -> Answer:
    """The same for the same prompt and seed."""
    text, end = _said(prompt, seed)
    if prompt.max_tokens and tokens(text) > prompt.max_tokens:
        text, end = text[: prompt.max_tokens * _CHARACTERS_PER_TOKEN], "length"
    return Answer(text, end, tokens(prompt.text), tokens(text))


def tokens(text: str) -> int:
    return -(-len(text) // _CHARACTERS_PER_TOKEN)


def _said(prompt: Prompt, seed: int) -> tuple[str, str]:
    if "{{simulate refusal}}" in prompt.text:
        return REFUSAL, "refusal"
    for end in ("empty", "too long"):
        if f"{{{{simulate {end}}}}}" in prompt.text:
            return "", end
    if "{{simulate overload}}" in prompt.text:
        return "It begins well, and", "overload"
    if "{{simulate garbage}}" in prompt.text and not prompt.answered:
        return '{"not": what was asked', "stop"
    if prompt.schema is not None:
        value = Fitting(prompt.text, prompt.schema, seed).value()
        return orjson.dumps(value).decode(), "stop"
    if fenced := _FENCED.findall(prompt.text):
        return str(fenced[-1]), "stop"
    sentences = [part.strip() for part in _SENTENCE.findall(prompt.text) if part.strip()]
    return " ".join(sentences[:_SENTENCES]) or "Nothing was asked.", "stop"
