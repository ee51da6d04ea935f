"""Prompts: texts with variables that a service offers to people and models, by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, slots=True)
class PromptArgument:
    """A variable of a prompt."""

    description: str = ""
    required: bool = True


@dataclass(frozen=True, slots=True)
class PromptMessage:
    """One message of a prompt with its variables filled in."""

    text: str
    role: Literal["user", "assistant"] = "user"


@dataclass(frozen=True, slots=True)
class Prompt:
    """What :meth:`Service.prompts` offers; MCP clients list it as ``service.name``.

    Attributes:
        fill: the messages, from the arguments that were given; raises InvalidInput.
    """

    description: str
    fill: Callable[[Mapping[str, str]], Sequence[PromptMessage]]
    arguments: Mapping[str, PromptArgument] = field(default_factory=dict)
