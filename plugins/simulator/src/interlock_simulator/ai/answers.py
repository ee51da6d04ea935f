"""What a simulated model says: what a script has for it, extracts of the prompt, or JSON that fits.

Words in the prompt make it misbehave: ``{{simulate refusal}}``, ``{{simulate empty}}``,
``{{simulate too long}}`` (for the model to read), ``{{simulate overload}}`` (told within a
stream), and ``{{simulate garbage}}``, which spoils the first answer only, as a model that can mend
it. ``{{simulate call NAME}}`` makes it call a tool that it is offered. An image model answers
``{{simulate words}}`` without a picture, and holds it back for ``{{simulate held back}}``.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import orjson

from interlock_simulator.ai.fitting import Fitting
from interlock_simulator.ai.scripts import ScriptedAnswer, Scripts

REFUSAL = "I cannot help with that."

_FENCED = re.compile(r"```\w*\n.*?```", re.DOTALL)
_SENTENCE = re.compile(r"[^.!?\n]+[.!?]?")
_SENTENCES = 3
_CALL = re.compile(r"\{\{simulate call ([\w.-]+)\}\}")
# A common rule of thumb for English; nothing here depends on its truth.
_CHARACTERS_PER_TOKEN = 4


@dataclass(frozen=True, slots=True)
class Tool:
    """One that the model may call; ``schema`` is of its arguments."""

    name: str
    schema: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ToolCall:
    """What the model wants called."""

    id: str
    name: str
    arguments: Mapping[str, Any]

    @property
    def json(self) -> str:
        """The arguments, as most APIs send them."""
        return orjson.dumps(self.arguments).decode()


@dataclass(frozen=True, slots=True)
class Prompt:
    """A request in the words that all providers share.

    Attributes:
        text: what the user said in all turns.
        schema: JSON Schema of the answer, if one was asked for; ``{}`` for any object.
        answered: whether the model has spoken before in this conversation.
        background: what else it reads: instructions, its own turns, results of tools.
        must_call: a tool has to be called: this one, or any if it is empty; None: it need not.
    """

    text: str
    schema: Mapping[str, Any] | None = None
    answered: bool = False
    max_tokens: int | None = None
    background: str = ""
    tools: tuple[Tool, ...] = ()
    must_call: str | None = None

    @property
    def tokens(self) -> int:
        return tokens(self.text) + tokens(self.background)


@dataclass(frozen=True, slots=True)
class Answer:
    """``end`` is stop, length, refusal, empty, too long or overload."""

    text: str
    end: str
    input_tokens: int
    output_tokens: int
    calls: tuple[ToolCall, ...] = ()
    cached_tokens: int = 0
    thought_tokens: int = 0

    @property
    def speaks(self) -> bool:
        """Whether there is text, or nothing else either."""
        return bool(self.text) or not self.calls


class Models:
    """All models of the simulator: the same answer to the same prompt, seed and script."""

    def __init__(self, seed: int, scripts: Scripts) -> None:
        self.seed = seed
        self._scripts = scripts

    def answer(self, prompt: Prompt, path: str) -> Answer:
        """Raises NoSuchSchema: a schema of the request refers to nothing.

        Args:
            path: of the request, which scripts may name.
        """
        if scripted := self._scripts.choose(path, prompt.text):
            return _scripted(prompt, scripted)
        calls = self._calls(prompt)
        text, end = ("", "stop") if calls else _said(prompt, self.seed)
        answer = Answer(text, end, prompt.tokens, _length(text, calls), calls)
        if prompt.max_tokens and answer.output_tokens > prompt.max_tokens:
            cut = text[: prompt.max_tokens * _CHARACTERS_PER_TOKEN]
            return replace(answer, text=cut, end="length", output_tokens=tokens(cut), calls=())
        return answer

    def _calls(self, prompt: Prompt) -> tuple[ToolCall, ...]:
        wanted = _CALL.search(prompt.text)
        name = prompt.must_call if wanted is None or prompt.answered else wanted[1]
        if name is None:
            return ()
        chosen = [tool for tool in prompt.tools if name in ("", tool.name)][:1]
        return tuple(
            _call(tool.name, Fitting(prompt.text, tool.schema, self.seed).value())
            for tool in chosen
        )


def tokens(text: str) -> int:
    return -(-len(text) // _CHARACTERS_PER_TOKEN)


def _length(text: str, calls: tuple[ToolCall, ...]) -> int:
    return tokens(text) + sum(tokens(call.name + call.json) for call in calls)


def _call(name: str, arguments: Mapping[str, Any]) -> ToolCall:
    digest = hashlib.sha256(name.encode() + orjson.dumps(arguments)).hexdigest()[:24]
    return ToolCall(digest, name, arguments)


def _scripted(prompt: Prompt, script: ScriptedAnswer) -> Answer:
    calls = tuple(_call(each.name, each.arguments) for each in script.calls)
    text = script.text or ""
    if "data" in script.model_fields_set:
        text = orjson.dumps(script.data).decode()
    if script.end == "refusal":
        text = text or REFUSAL
    return Answer(
        text,
        script.end,
        max(prompt.tokens, script.cached_tokens),
        _length(text, calls),
        calls,
        script.cached_tokens,
        script.thought_tokens,
    )


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
