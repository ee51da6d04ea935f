"""The sizes that keep the code readable: a file is one idea, a function one thought."""

import ast
import statistics
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = sorted(
    path
    for pattern in ("core/src", "plugins/*/src")
    for folder in ROOT.glob(pattern)
    for path in folder.rglob("*.py")
)


def function_lengths() -> list[int]:
    return [
        node.end_lineno - node.lineno + 1
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno
    ]


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_file_is_longer_than_400_lines(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400


def test_functions_are_short() -> None:
    lengths = sorted(function_lengths())

    assert statistics.median(lengths) < 10
    assert lengths[int(len(lengths) * 0.95)] < 50
