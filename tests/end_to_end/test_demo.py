"""The first command of README, as it stands there."""

import json
import re
from pathlib import Path

import pytest

from ..conftest import Daemon


@pytest.mark.timeout(120)
def test_the_demo_writes_components_tokens_docs_and_a_cited_knowledge_base(tmp_path: Path) -> None:
    out = tmp_path / "out"

    shown = Daemon(tmp_path).program("demo", "--out", str(out))

    for row in ("calls", "retries", "breaker trips", "429s that held a service"):
        assert re.search(rf"{row}\s+[1-9]", shown.stdout), shown.stdout
    assert len(list((out / "design/components").glob("*.tsx"))) == 21
    assert json.loads((out / "design/tokens.json").read_text())
    assert (out / "design/docs").is_dir()
    base = json.loads((out / "knowledge/knowledge-base.json").read_text())
    assert len(base["pages"]) == 22
    statements = [statement for topic in base["topics"] for statement in topic["statements"]]
    assert statements
    assert all(statement["citations"] for statement in statements)
