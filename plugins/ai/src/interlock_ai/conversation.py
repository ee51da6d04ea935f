"""Asking a model: one request, or a structured answer with one attempt at repair."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any

from interlock_ai.errors import AnswerUnfit
from interlock_ai.providers import Completion, Question, Turn
from interlock_ai.structured import check_schema, parsed, repair_request

Ask = Callable[[Question], Awaitable[Completion]]


@dataclass(frozen=True, slots=True)
class Answer:
    """What was said in the end; ``completion`` counts the tokens of all attempts."""

    completion: Completion
    data: Any = None

    @property
    def facts(self) -> dict[str, Any]:
        """``{model, usage: {input_tokens, output_tokens}}``."""
        usage = {
            "input_tokens": self.completion.input_tokens,
            "output_tokens": self.completion.output_tokens,
        }
        return {"model": self.completion.model, "usage": usage}


async def answered(ask: Ask, question: Question) -> Answer:
    """Ask, and where there is a schema, ask once more if the answer does not fit it.

    Raises:
        InvalidInput: the schema is none.
        AnswerUnfit: the second answer does not fit either.
    """
    if question.schema is None:
        return Answer(await ask(question))
    check_schema(question.schema)
    first = await ask(question)
    data, faults = parsed(first.text, question.schema)
    if not faults:
        return Answer(first, data)
    turns = (Turn("assistant", first.text), Turn("user", repair_request(faults)))
    second = await ask(replace(question, turns=question.turns + turns))
    data, faults = parsed(second.text, question.schema)
    if faults:
        raise AnswerUnfit(
            f"the model's answer does not fit the schema: {faults[0]}",
            hint=_hint(second.finish_reason),
            faults=faults,
            finish_reason=second.finish_reason,
        )
    return Answer(_with_tokens_of(second, first), data)


def _hint(finish_reason: str) -> str:
    return "the answer was cut: raise max_tokens" if finish_reason == "length" else ""


def _with_tokens_of(later: Completion, earlier: Completion) -> Completion:
    return replace(
        later,
        input_tokens=later.input_tokens + earlier.input_tokens,
        output_tokens=later.output_tokens + earlier.output_tokens,
    )
