"""Templates drawn as flowcharts."""

from __future__ import annotations

from interlock.cli.graph import mermaid

SOURCE = {
    "steps": [
        {"id": "a", "call": 't."x"'},
        {"parallel": {"left": [{"sleep": "1s"}], "right": [{"fail": "no"}]}},
        {"id": "each", "for_each": [], "do": [{"transform": {"b": 1}}, {"return": 1}]},
    ]
}


def test_steps_that_hold_steps_are_boxes_around_them() -> None:
    assert list(mermaid(SOURCE)) == [
        "flowchart TD",
        '  n1["a: call t.#quot;x#quot;"]',
        '  subgraph n2 ["parallel-2: parallel"]',
        '    subgraph n2_3 ["left"]',
        '      n4["sleep-1: sleep 1s"]',
        "    end",
        '    subgraph n2_5 ["right"]',
        '      n6["fail-1: fail no"]',
        "    end",
        "  end",
        "  n1 --> n2",
        '  subgraph n7 ["each: for_each"]',
        '    n8["transform-1: transform"]',
        '    n9["return-2: return 1"]',
        "    n8 --> n9",
        "  end",
        "  n2 --> n7",
    ]


def test_code_is_one_box() -> None:
    assert list(mermaid({"python": "orders:settle"}))[1] == '  code["orders:settle"]'
