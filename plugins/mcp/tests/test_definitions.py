"""Lists of tools with bad ones among them."""

from __future__ import annotations

from typing import Any

import pytest

from interlock_mcp.definitions import Sieve, free_name, local_name
from interlock_mcp.settings import McpSettings

SETTINGS = McpSettings(url="http://x.example", max_definition=2000)
GOOD = {"name": "good", "inputSchema": {"type": "object"}}


def _deep(levels: int) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "object"}
    for _ in range(levels):
        schema = {"type": "object", "properties": {"a": schema}}
    return schema


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ({"name": "bad", "inputSchema": {}}, "not that of an object"),
        ({"name": "bad"}, "not that of an object"),
        ({"inputSchema": {"type": "object"}}, "no name"),
        ("bad", "no name"),
        ({**GOOD, "name": "bad", "description": "x" * 3000}, "larger than 2000 bytes"),
        ({"name": "bad", "inputSchema": _deep(40)}, "deeper than"),
        (
            {
                "name": "bad",
                "inputSchema": {
                    "type": "object",
                    "properties": {"a": {"$ref": "http://169.254.169.254/"}},
                },
            },
            "refers to http://169.254.169.254/",
        ),
        (
            {**GOOD, "name": "bad", "outputSchema": {"$ref": "file:///etc/passwd"}},
            "refers to file:",
        ),
    ],
)
def test_a_bad_tool_is_left_out_and_the_others_stay(bad: Any, reason: str) -> None:
    sieve = Sieve(SETTINGS)
    assert sieve({"tools": [bad, GOOD], "nextCursor": "c"}) == {"tools": [GOOD], "nextCursor": "c"}
    (told,) = sieve.left_out.values()
    assert reason in told


def test_other_results_pass_untouched() -> None:
    sieve = Sieve(SETTINGS)
    results: tuple[dict[str, Any], ...] = ({"content": []}, {"tools": "none"}, {})
    for result in results:
        assert sieve(result) == result


def test_a_name_is_one_that_our_tools_may_have() -> None:
    assert local_name("files/read.text") == "files_read_text"
    assert local_name("API-get-user") == "API-get-user"


def test_names_that_become_one_are_told_apart() -> None:
    assert free_name("a_b", set()) == "a_b"
    assert free_name("a_b", {"a_b", "a_b_2"}) == "a_b_3"
