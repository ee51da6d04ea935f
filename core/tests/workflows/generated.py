"""Templates by chance that use every word of the language, and tools for them.

They are made so that their result follows from the template alone: what races never ends at the
same moment, every event comes in many copies, and all failures sound alike.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import deepcopy
from itertools import count
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from interlock.config.document import Document
from interlock.sdk import Rejected, Retryable
from interlock.workflows import load_template

from .stage import IDEMPOTENT, READ, Stage

Steps = list[dict[str, Any]]
Strategy = st.SearchStrategy[Any]

COPIES = 12
CHILDREN = """
workflow: {name}
input: {{type: object, properties: {{n: {{type: integer}}}}}}
steps:
  - {{id: held, call: t.book, with: {{n: 0}}, compensate: {{call: t.free, with: {{n: 0}}}}}}
  - {{sleep: 3s}}
  - {end}
"""
GROUP = {
    "input": {"type": "object", "properties": {"n": {"type": "integer"}}},
    "steps": [
        {"id": "inner", "call": "t.read", "with": {"n": "${{ input.n }}"}},
        {"id": "nap", "sleep": "1s"},
    ],
    "return": "${{ steps.inner.n }}",
}

digit = st.integers(0, 9)


def _made(make: Callable[..., dict[str, Any]], *parts: Strategy) -> Strategy:
    return st.builds(make, *parts)


calls = _made(lambda n: {"call": "t.read", "with": {"n": n}}, digit)
booked = _made(
    lambda n: {
        "call": "t.book",
        "with": {"n": n},
        "compensate": {"call": "t.free", "with": {"n": n}},
    },
    digit,
)
flaky = _made(
    lambda n: {"call": "t.flaky", "with": {"n": n}, "retry": {"attempts": 2, "backoff": "1s"}},
    digit,
)
failing = _made(
    lambda policy, undo: {
        "call": "t.fail",
        "on_error": policy,
        **({"compensate": {"call": "t.free", "with": {"n": 1}}} if undo else {}),
    },
    st.sampled_from(["continue", "dead-letter", "compensate", "ask", "fail"]),
    st.booleans(),
)
said = _made(
    lambda policy: {"fail": "no", "on_error": policy}, st.sampled_from(["continue", "fail"])
)
waited = _made(
    lambda n: {
        "steps": [
            {
                "wait_for": "a.came",
                "key": str(n),
                "timeout": "50s",
                "on_timeout": [{"transform": 0}],
            },
            {"transform": n},
        ],
    },
    digit,
)
asked = _made(
    lambda auto: {
        "approve": "later" if auto else "now",
        **({"timeout": "40s", "default": "reject"} if auto else {}),
    },
    st.booleans(),
)
cached = _made(
    lambda n: {
        "call": "t.read",
        "with": {"n": n},
        "cache": {"key": n % 2, "ttl": "1h"},
        "when": "1 < 2",
    },
    digit,
)
paged = _made(
    lambda concurrency, n: {
        "for_each": {
            "call": "t.page",
            "with": {"after": 0},
            "items": "${{ page.items }}",
            "next": {"after": "${{ page.next }}"},
        },
        "concurrency": concurrency,
        "do": [{"call": "t.read", "with": {"n": n}}, {"transform": "${{ item }}"}],
    },
    st.integers(1, 3),
    digit,
)
run = _made(
    lambda kid, policy, detach: {
        "run": kid,
        "with": {"n": 1},
        "detach": detach and kid == "kid",
        "on_error": policy,
    },
    st.sampled_from(["kid", "kid", "bad_kid"]),
    st.sampled_from(["continue", "fail"]),
    st.booleans(),
)
simple = st.one_of(
    _made(lambda n: {"transform": {"n": n}}, digit),
    _made(lambda s: {"sleep": f"{s}s"}, st.integers(0, 20)),
    _made(lambda: {"sleep_until": "2027-01-16T00:00"}),
    _made(lambda n: {"publish": "a.b", "with": {"n": n}}, digit),
    _made(lambda n: {"include": "group", "with": {"n": n}}, digit),
    _made(lambda n: {"call": "t.read", "with": {"n": n}, "when": "1 > 2"}, digit),
)
ending = _made(lambda n: {"return": {"n": n}, "when": "1 < 2"}, digit)
leaves = st.one_of(
    calls,
    booked,
    booked,
    flaky,
    failing,
    said,
    waited,
    asked,
    cached,
    paged,
    run,
    simple,
    simple,
    ending,
)


def _holders(inner: Strategy) -> Strategy:
    block = st.one_of(
        _made(lambda a, b: {"parallel": {"a": a, "b": b}}, inner, inner),
        # Far enough apart that nothing that branches do makes up for it.
        _made(
            lambda need, *blocks: {
                "parallel": {
                    f"b{at}": [{"sleep": f"{1000 * (at + 1)}s"}, *steps]
                    for at, steps in enumerate(blocks)
                },
                "wait": need,
            },
            st.sampled_from(["first", 1, 2, 3]),
            *[inner] * 3,
        ),
        _made(
            lambda n, c, do, policy: {
                "for_each": f"${{{{ range({n}) }}}}",
                "concurrency": c,
                "do": do,
                "on_item_error": policy,
            },
            st.integers(0, 3),
            st.integers(1, 3),
            inner,
            st.sampled_from(["fail", "continue", "skip"]),
        ),
        _made(lambda then, other: {"if": "1 < 2", "then": then, "else": other}, inner, inner),
        _made(
            lambda n, a, b: {"switch": f"${{{{ {n} }}}}", "cases": {"1": a}, "default": b},
            st.integers(1, 2),
            inner,
            inner,
        ),
        _made(
            lambda n, do: {"while": f"index < {n}", "max": 3, "do": do}, st.integers(0, 2), inner
        ),
        _made(
            lambda n, do: {"until": f"index == {n}", "max": 3, "do": do}, st.integers(0, 2), inner
        ),
        _made(lambda steps: {"steps": steps, "on_error": "compensate"}, inner),
        _made(lambda steps, t: {"steps": steps, "timeout": f"{t}.25s"}, inner, st.integers(5, 30)),
        _made(lambda s: {"call": "t.fail", "fallback": {"steps": s}}, inner),
    )
    return st.lists(st.one_of(leaves, block), min_size=1, max_size=3)


templates = st.recursive(st.lists(leaves, min_size=1, max_size=3), _holders, max_leaves=8)


def stage_of(folder: str, steps: Steps) -> Stage:
    """A stage with a template ``w`` of these steps."""
    stage = Stage(Path(folder) / "journal.db")
    for name, end in (("kid", "{transform: 7}"), ("bad_kid", "{fail: 'no'}")):
        stage.template(CHILDREN.format(name=name, end=end))
    document = Document("", "generated")
    numbered = _numbered(deepcopy(steps), count(1))
    document.data = {"workflow": "w", "groups": {"group": GROUP}, "steps": numbered}
    stage.templates.append(load_template(document))
    stage.tools.add("t.read", lambda n: {"n": n}, READ)
    stage.tools.add("t.page", _page, READ)
    stage.tools.add("t.book", lambda n: {"n": n + 1}, IDEMPOTENT)
    stage.tools.add("t.free", lambda n: None, IDEMPOTENT)
    stage.tools.add("t.fail", _fail)
    stage.tools.add("t.flaky", _Flaky(stage))
    return stage


def _numbered(steps: Steps, numbers: Iterator[int]) -> Steps:
    """Every step gets an id, at every depth."""
    for step in steps:
        step["id"] = f"s{next(numbers)}"
        for block in _blocks(step):
            _numbered(block, numbers)
    return steps


def _blocks(step: dict[str, Any]) -> Iterator[Steps]:
    for key in ("parallel", "cases"):
        yield from step.get(key, {}).values()
    for key in ("do", "then", "else", "steps", "default", "on_timeout"):
        if isinstance(step.get(key), list):
            yield step[key]
    if "steps" in step.get("fallback", {}):
        yield step["fallback"]["steps"]


def _page(after: int) -> dict[str, Any]:
    pages = {0: ([1, 2], 1), 1: ([], 2), 2: ([3], None)}
    items, following = pages[after]
    return {"items": items, "next": following}


def _fail() -> None:
    raise Rejected("no")


class _Flaky:
    """Refuses the first call of each key; it remembers over crashes, as services do."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._tried: set[str] = set()

    def __call__(self, n: int) -> int:
        key = self._stage.tools.keys[-1]
        if key not in self._tried:
            self._tried.add(key)
            raise Retryable("once more")
        return n
