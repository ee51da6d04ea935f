"""What does not fit a schema is told with what would."""

from __future__ import annotations

from typing import Any

import pytest

from interlock.sdk import InvalidInput
from interlock.sdk.json_schema import Schema

ORDER = {
    "type": "object",
    "required": ["text"],
    "properties": {"text": {"type": "string"}, "sign": {"type": "boolean"}},
}


@pytest.mark.parametrize(
    ("schema", "value", "hint"),
    [
        (ORDER, {"txt": "a"}, "instead of 'txt', did you mean 'text'?"),
        (ORDER, {}, "there are text, sign"),
        (ORDER, {"text": 1}, ""),
        ({**ORDER, "additionalProperties": False}, {"text": "a", "sing": True}, "'sign'?"),
        ({"required": ["text"]}, {}, ""),
    ],
)
def test_a_name_that_is_missing_or_unknown_is_told_with_those_there_are(
    schema: dict[str, Any], value: Any, hint: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        Schema(schema).check(value, "input of order")

    assert refused.value.hint.endswith(hint) if hint else not refused.value.hint
