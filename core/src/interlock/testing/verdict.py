"""What a case expected, beside what came."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import orjson

from interlock.testing.cases import Expected
from interlock.testing.stage import Played

_SHOWN = 200


def differences(
    expected: Expected, played: Played, calls: Mapping[str, Sequence[Mapping[str, Any]]]
) -> list[str]:
    """Each difference as a sentence; empty if all is as expected."""
    return [
        *_ending(expected, played),
        *_output(expected, played.run.output),
        *_steps(expected, played),
        *_calls(expected, calls),
    ]


def _ending(expected: Expected, played: Played) -> Iterator[str]:
    run = played.run
    problem = run.problem or {}
    if run.status != expected.status:
        why = f": {problem['message']}" if problem else ""
        why += "".join(f"; {told}" for told in _not_undone(played))
        yield f"the run {run.status}{why}; expected {expected.status}"
    if expected.error is not None:
        told = f"{problem.get('code', '')}: {problem.get('message', '')}"
        if expected.error not in told:
            yield f"its error is {told!r}; expected {expected.error!r} in it"
    if expected.within is not None and played.seconds > expected.within:
        yield f"it took {played.seconds:g} s; expected at most {expected.within:g} s"


def _output(expected: Expected, output: Any) -> Iterator[str]:
    if "output" in expected.model_fields_set and output != expected.output:
        yield f"its output is {_text(output)}; expected {_text(expected.output)}"
    if expected.contains is not None:
        yield from _missing(expected.contains, output, "$")


def _missing(part: Any, whole: Any, path: str) -> Iterator[str]:
    """What of ``part`` is not in ``whole``: keys of mappings, items of lists, all else as is."""
    if isinstance(part, dict) and isinstance(whole, dict):
        for key, value in part.items():
            yield from _missing(value, whole.get(key), f"{path}.{key}")
    elif isinstance(part, list) and isinstance(whole, list) and len(part) <= len(whole):
        for index, value in enumerate(part):
            yield from _missing(value, whole[index], f"{path}[{index}]")
    elif part != whole:
        yield f"its output has {_text(whole)} at {path}; expected {_text(part)}"


def _steps(expected: Expected, played: Played) -> Iterator[str]:
    ended = [step.path for step in played.steps if step.status == "succeeded"]
    undone = _undone(played)
    done = [path for path in ended if "~undo" not in path]
    if expected.steps is not None and done != list(expected.steps):
        yield f"the steps were {_text(done)}; expected {_text(list(expected.steps))}"
    if expected.undone is not None and undone != list(expected.undone):
        yield f"undone was {_text(undone)}; expected {_text(list(expected.undone))}"
    if expected.events is not None and list(played.events) != list(expected.events):
        yield f"published was {_text(list(played.events))}; expected {_text(expected.events)}"


def _undone(played: Played) -> list[str]:
    """What was undone, the last one last: compensations may be blocks, of several steps."""
    failed = {path for path, _ in _failures(played)}
    parts = [step.path.partition("~undo")[0] for step in played.steps if "~undo" in step.path]
    latest = dict.fromkeys(reversed(parts))
    return [path for path in reversed(latest) if path not in failed]


def _not_undone(played: Played) -> Iterator[str]:
    for path, why in _failures(played):
        yield f"{path} was not undone ({why})"


def _failures(played: Played) -> Iterator[tuple[str, str]]:
    """What could not be undone, and why."""
    for path in (played.run.problem or {}).get("details", {}).get("not_undone", ()):
        errors = [step.error for step in played.steps if step.path.startswith(f"{path}~undo")]
        yield path, next((error["message"] for error in reversed(errors) if error), "")


def _calls(expected: Expected, calls: Mapping[str, Sequence[Mapping[str, Any]]]) -> Iterator[str]:
    for tool, times in (expected.calls or {}).items():
        if len(calls.get(tool, ())) != times:
            yield f"{tool} was called {len(calls.get(tool, ()))} times; expected {times}"
    for tool, arguments in expected.called_with.items():
        made = list(calls.get(tool, ()))
        if made != arguments:
            yield f"{tool} was called with {_text(made)}; expected {_text(arguments)}"


def _text(value: Any) -> str:
    text = orjson.dumps(value).decode()
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
