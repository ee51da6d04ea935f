"""What a person sees of a run: a line for a step, one for all items of a loop."""

import re
from typing import Any

import pytest

from interlock.cli.progress import show_call, show_progress
from interlock.sdk import Throttled


def item(kind: str, path: str, **more: Any) -> dict[str, Any]:
    return {"kind": kind, "path": path, **more}


def shown(capsys: pytest.CaptureFixture[str]) -> list[str]:
    text = re.sub(r"\x1b\[\d*m", "", capsys.readouterr().err)
    return [re.sub(r" {2,}", " ", line).strip() for line in text.splitlines()]


def test_steps_have_a_line_and_loops_have_one_for_all_their_items(
    capsys: pytest.CaptureFixture[str],
) -> None:
    show_progress(
        [
            item("run-started", ""),
            item("step-succeeded", "rows", what="notion.query_database", seconds=0.5),
            item("step-succeeded", "pages[0].read", what="notion.extract_page"),
            item("step-progress", "pages[0].by_ai", done=9, total=None, message="half a"),
            item("step-retrying", "pages[1].read", message="busy"),
            item("step-failed", "pages[0].by_ai", message="no model"),
            item("step-succeeded", "pages[1].read", what="notion.extract_page"),
            item("step-progress", "note", done=9, total=None, message="half a word"),
            item("step-skipped", "announce"),
            item("run-succeeded", ""),
        ]
    )

    assert shown(capsys) == [
        "✓ rows notion.query_database 0.50 s",
        "↻ pages[1].read busy",
        "half a word",
        "✓ pages 2 items, 2 steps done, 1 fell back",
        "- announce",
    ]


def test_quiet_shows_nothing_but_reads_to_the_end(capsys: pytest.CaptureFixture[str]) -> None:
    items = iter([item("step-succeeded", "a"), item("run-succeeded", "")])

    show_progress(items, quiet=True)

    assert shown(capsys) == []
    assert next(items, None) is None


def test_a_call_has_a_line_for_what_it_tells_and_ends_as_it_ended(
    capsys: pytest.CaptureFixture[str],
) -> None:
    told = [
        {"kind": "progress", "done": 5, "total": None, "message": "Once.\n"},
        {"kind": "progress", "done": 1, "total": 2, "message": "pages"},
    ]
    assert show_call([*told, {"kind": "result", "result": 7}])["result"] == 7
    assert shown(capsys) == ["Once.", "1/2 pages"]
    with pytest.raises(Throttled, match="slow down"):
        show_call([{"kind": "failed", "code": "throttled", "message": "slow down"}])
