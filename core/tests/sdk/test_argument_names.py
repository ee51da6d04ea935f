"""What the arguments of a tool may be called, and how faults name them."""

from __future__ import annotations

from typing import Any

import pytest

from interlock.sdk import InvalidInput
from interlock.sdk.signature import Signature


async def generate(self: Any, prompt: str, schema: dict[str, Any] | None = None) -> str:
    """Write.

    Args:
        prompt: what to write about.
        schema: what the answer must fit.
    """
    return prompt


def test_an_argument_may_have_a_name_that_pydantic_uses() -> None:
    signature = Signature("generate", generate)
    properties = signature.input_schema["properties"]
    assert properties["schema"]["description"] == "what the answer must fit."
    given = {"prompt": "words", "schema": {"type": "object"}}
    assert signature.arguments(given) == given
    assert signature.arguments({"prompt": "words"}) == {"prompt": "words"}


@pytest.mark.parametrize(
    ("arguments", "path", "reason"),
    [
        ({}, "$.prompt", "required, but missing"),
        ({"prompt": "words", "schema": 1}, "$.schema", "should be an object"),
        ({"prompt": "words", "argument_schema": {}}, "$.argument_schema", "unknown argument"),
    ],
)
def test_faults_name_arguments_as_the_caller_does(
    arguments: dict[str, Any], path: str, reason: str
) -> None:
    with pytest.raises(InvalidInput, match=reason) as refused:
        Signature("generate", generate).arguments(arguments)
    assert refused.value.path == path
