"""Captures of other ages lack fields, hold null, or know other node types: never a crash."""

from __future__ import annotations

import json
import random
import sys
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

from generation import generate  # noqa: E402 - the exam is a command, not a package

RECORDINGS = HERE.parents[1] / "plugins/simulator/src/interlock_simulator/recordings/figma"
NAMES = ("home-section.node", "not-pink-presentation.file", "storybook-sample.file")
_KEPT = ("id", "type", "children", "document")
_STRANGE = ("STICKY", "TABLE", "WIDGET", "SECTION", "SLICE", "NEVER_SEEN")


def nodes_of(value: Any) -> list[dict[str, Any]]:
    if isinstance(value, list):
        return [node for each in value for node in nodes_of(each)]
    if not isinstance(value, dict):
        return []
    own = [value] if "type" in value and "id" in value else []
    return own + [node for each in value.values() for node in nodes_of(each)]


def damage(node: dict[str, Any], chance: random.Random) -> None:
    fields = [key for key in node if key not in _KEPT]
    how = chance.random()
    if how < 0.2 and node["type"] not in ("DOCUMENT", "CANVAS"):
        node["type"] = chance.choice(_STRANGE)
    elif fields and how < 0.6:
        node.pop(chance.choice(fields))
    elif fields:
        node[chance.choice(fields)] = None


@pytest.mark.parametrize("name", NAMES)
def test_damaged_captures_still_become_code(name: str) -> None:
    text = (RECORDINGS / f"{name}.json").read_text(encoding="utf-8")
    for seed in range(25):
        chance = random.Random(seed)
        body = json.loads(text)
        for node in chance.choices(nodes_of(body), k=8):
            damage(node, chance)

        made = generate(body, node_ids=False)

        assert made.files["index.ts"], f"seed {seed}"


def test_an_unknown_node_type_is_in_the_report() -> None:
    body = json.loads((RECORDINGS / "storybook-sample.file.json").read_text(encoding="utf-8"))
    next(node for node in nodes_of(body) if node["type"] == "RECTANGLE")["type"] = "NEVER_SEEN"

    made = generate(body, node_ids=False)

    assert any("NEVER_SEEN" in warning["message"] for warning in made.report["warnings"])
