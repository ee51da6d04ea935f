"""pydantic's errors in plain words, for any model over any document."""

from typing import Annotated, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from interlock.config import faults_of, parse


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Call(Strict):
    kind: Literal["call"]
    tool: str
    attempts: int = Field(1, ge=1)


class Sleep(Strict):
    kind: Literal["sleep"]
    seconds: float


class Flow(Strict):
    name: str = Field(min_length=2)
    steps: list[Annotated[Call | Sleep, Field(discriminator="kind")]] = []
    loose: list[Call | Sleep] = []
    limits: dict[str, Annotated[int, Field(gt=0)]] = {}
    flag: bool = False


def found(text: str, prefix: tuple[str | int, ...] = ()) -> list[str]:
    document = parse(text, "f.yaml")
    data = document.data
    for part in prefix:
        data = data[part]
    with pytest.raises(ValidationError) as caught:
        Flow.model_validate(data)
    faults = faults_of(caught.value, document, prefix, Flow)
    return [
        f"{each.line}:{each.column} {each.message}; {each.hint or each.expected}" for each in faults
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("name: ab\nstep: []", "2:1 unknown key 'step'; did you mean 'steps'?"),
        ("flag: true", "1:1 missing key 'name'; "),
        ("name: a", "1:7 wrong value 'a'; at least 2 characters"),
        ("name: ab\nflag: 3", "2:7 wrong value 3; true or false"),
        ("name: ab\nflag: null", "2:7 wrong value null; true or false"),
        ("name: ab\nlimits: {a: 0}", "2:13 wrong value 0; more than 0"),
        ("name: ab\nlimits: {a: {}}", "2:13 wrong value (a mapping); a whole number"),
        ("name: ab\nsteps: 3", "2:8 wrong value 3; a list"),
        (
            "name: ab\nsteps: [{kind: call, tool: a}, {kind: call, tol: b}]",
            "2:45 unknown key 'tol'; did you mean 'tool'?",
        ),
        (
            "name: ab\nsteps: [{kind: call, tool: a, attempts: 0}]",
            "2:41 wrong value 0; at least 1",
        ),
        (
            "name: ab\nloose: [{kind: call, tool: a, attemps: 1}]",
            "2:31 unknown key 'attemps'; did you mean 'attempts'?",
        ),
        ("name: ab\nloose: [{kind: sleep, seconds: x}]", "2:32 wrong value 'x'; a number"),
    ],
)
def test_one_mistake_is_one_fault(text: str, expected: str) -> None:
    assert found(text) == [expected]


def test_an_unknown_tag_points_to_the_tag() -> None:
    expected = ["2:16 wrong value 'cal'; did you mean 'call'?"]
    assert found("name: ab\nsteps: [{kind: cal, tool: a}]") == expected
    assert found("name: ab\nsteps: [{tool: a}]") == ["2:9 missing key 'kind'; "]


def test_a_prefix_says_where_the_validated_part_stands() -> None:
    text = "outer:\n  - {name: ab, flg: true}\n"
    assert found(text, ("outer", 0)) == ["2:16 unknown key 'flg'; did you mean 'flag'?"]
