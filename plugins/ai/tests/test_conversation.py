"""Structured answers and their repairs, against a model that is told what to say."""

from __future__ import annotations

import pytest

from interlock_ai.conversation import answered
from interlock_ai.errors import AnswerUnfit
from interlock_ai.providers import Completion, Question, Turn

SCHEMA = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}
QUESTION = Question((Turn("user", "a number"),), max_tokens=10, schema=SCHEMA)


class Model:
    """Says what it is given, in order, for 10 tokens in and 3 out each time."""

    def __init__(self, *texts: str) -> None:
        self.texts = list(texts)
        self.asked: list[Question] = []

    async def __call__(self, question: Question) -> Completion:
        self.asked.append(question)
        return Completion(self.texts.pop(0), "m", "stop", input_tokens=10, output_tokens=3)


@pytest.mark.parametrize(
    "text", ['{"n": 1}', '```json\n{"n": 1}\n```', 'Here it is:\n{"n": 1}\nEnjoy!', ' {"n":1} ']
)
async def test_json_is_found_however_it_is_wrapped(text: str) -> None:
    model = Model(text)
    assert (await answered(model, QUESTION, repairs=1, takes=bool)).data == {"n": 1}
    assert len(model.asked) == 1


async def test_the_repair_shows_the_model_its_answer_and_the_faults() -> None:
    model = Model('{"n": "one"}', '{"n": 1}')
    answer = await answered(model, QUESTION, repairs=1, takes=bool)
    first, said, told = model.asked[1].turns
    assert (first, said) == (QUESTION.turns[0], Turn("assistant", '{"n": "one"}'))
    assert "$.n: 'one' is not of type 'integer'" in told.text
    assert answer.data == {"n": 1}
    assert [each.text for each in answer.completions] == ['{"n": "one"}', '{"n": 1}']


@pytest.mark.parametrize("repairs", [0, 1, 3])
async def test_repairs_are_bounded(repairs: int) -> None:
    model = Model(*["nothing"] * 5)
    with pytest.raises(AnswerUnfit, match="not JSON"):
        await answered(model, QUESTION, repairs=repairs, takes=bool)
    assert len(model.asked) == repairs + 1


async def test_where_the_api_takes_no_schema_words_tell_of_it() -> None:
    model = Model('{"n": 1}')
    assert (await answered(model, QUESTION, repairs=1, takes=callable)).data == {"n": 1}
    assert model.asked[0].schema is None
    assert '"integer"' in str(model.asked[0].system)
