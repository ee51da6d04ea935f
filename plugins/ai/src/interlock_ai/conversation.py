"""Asking a model: one request, or a structured answer that is sent back until it fits."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from interlock_ai.errors import AnswerUnfit
from interlock_ai.providers import Completion, Question, Turn
from interlock_ai.structured import check_schema, parsed, repair_request, words_for

Ask = Callable[[Question], Awaitable[Completion]]


@dataclass(frozen=True, slots=True)
class Answer:
    """What was said in the end, and all that was said on the way there."""

    completions: tuple[Completion, ...]
    data: Any = None

    @property
    def last(self) -> Completion:
        return self.completions[-1]


async def answered(
    ask: Ask, question: Question, *, repairs: int, takes: Callable[[Mapping[str, Any]], bool]
) -> Answer:
    """Ask, and where there is a schema, send an answer back that does not fit it.

    Args:
        repairs: how often at most.
        takes: whether the provider can be asked for a schema; otherwise words tell the model of it.

    Raises:
        InvalidInput: the schema is none.
        AnswerUnfit: the last answer does not fit either, or was cut: another would be as well.
    """
    schema = question.schema
    if schema is None:
        return Answer((await ask(question),))
    check_schema(schema)
    if not takes(schema):
        system = "\n\n".join(filter(None, [question.system, words_for(schema)]))
        question = replace(question, schema=None, system=system)
    said: list[Completion] = []
    while True:
        said.append(await ask(question))
        data, faults = parsed(said[-1].text, schema)
        if not faults:
            return Answer(tuple(said), data)
        if len(said) > repairs or said[-1].finish_reason == "length":
            raise _unfit(said[-1], faults)
        turns = (Turn("assistant", said[-1].text), Turn("user", repair_request(faults)))
        question = replace(question, turns=question.turns + turns)


def _unfit(last: Completion, faults: list[str]) -> AnswerUnfit:
    cut = last.finish_reason == "length"
    return AnswerUnfit(
        f"the model's answer does not fit the schema: {faults[0]}",
        hint="the answer was cut: raise max_tokens" if cut else "",
        faults=faults,
        finish_reason=last.finish_reason,
    )
