"""The workflows under torture, and how each ends if nothing crashes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

_INPUT = "input: {type: object, required: [n], properties: {n: {type: integer}}}"


@dataclass(frozen=True)
class Case:
    """A template, the status of its runs, and their output for an input."""

    name: str
    template: str
    status: str
    output: Callable[[int], Any]
    doubtful: bool = False
    """Whether a run may also end in doubt."""


CASES = (
    Case(
        "chain",
        f"""
workflow: chain
{_INPUT}
steps:
  - {{id: a, call: counter.add, with: {{n: "${{{{ input.n }}}}"}}}}
  - {{id: b, call: counter.add, with: {{n: "${{{{ steps.a }}}}"}}}}
  - {{id: c, transform: "${{{{ steps.b * 10 }}}}"}}
  - {{id: d, call: counter.add, with: {{n: "${{{{ steps.c }}}}"}}}}
""",
        "succeeded",
        lambda n: (n + 2) * 10 + 1,
    ),
    Case(
        "fan",
        f"""
workflow: fan
{_INPUT}
steps:
  - id: all
    for_each: "${{{{ [input.n, input.n + 1, input.n + 2, input.n + 3, input.n + 4] }}}}"
    concurrency: 3
    do:
      - {{id: one, call: counter.add, with: {{n: "${{{{ item }}}}"}}}}
      - {{id: nap, sleep: 20ms}}
      - {{id: two, call: counter.add, with: {{n: "${{{{ steps.one }}}}"}}}}
""",
        "succeeded",
        lambda n: [n + k + 2 for k in range(5)],
    ),
    Case(
        "branches",
        f"""
workflow: branches
{_INPUT}
steps:
  - id: both
    parallel:
      x: [{{call: counter.add, with: {{n: "${{{{ input.n }}}}"}}}}]
      y: [{{sleep: 30ms}}, {{call: counter.add, with: {{n: "${{{{ input.n + 1 }}}}"}}}}]
      z: [{{id: kid, run: chain, with: {{n: "${{{{ input.n }}}}"}}}}]
return: "${{{{ [steps.both.x, steps.both.y, steps.both.z] }}}}"
""",
        "succeeded",
        lambda n: [n + 1, n + 2, (n + 2) * 10 + 1],
    ),
    Case(
        "saga",
        f"""
workflow: saga
{_INPUT}
steps:
  - id: car
    call: counter.book
    with: {{n: "${{{{ input.n }}}}"}}
    compensate: {{call: counter.free, with: {{n: "${{{{ input.n }}}}"}}}}
  - id: rest
    parallel:
      a:
        - id: hotel
          call: counter.book
          with: {{n: "${{{{ input.n }}}}"}}
          compensate: {{call: counter.free, with: {{n: "${{{{ input.n }}}}"}}}}
      b: [{{sleep: 10ms}}]
  - {{id: last, call: counter.refuse}}
""",
        "failed",
        lambda n: None,
    ),
    Case(
        "waiter",
        f"""
workflow: waiter
{_INPUT}
steps:
  - {{id: a, call: counter.add, with: {{n: "${{{{ input.n }}}}"}}}}
  - {{id: sign, wait_for: torture.signal, key: "${{{{ str(input.n) }}}}"}}
  - {{id: b, call: counter.add, with: {{n: "${{{{ steps.sign.payload.n }}}}"}}}}
""",
        "succeeded",
        lambda n: n + 1,
    ),
    Case(
        "careful",
        f"""
workflow: careful
{_INPUT}
steps:
  - {{id: a, call: counter.once, with: {{n: "${{{{ input.n }}}}"}}}}
  - {{id: b, call: counter.add, with: {{n: "${{{{ steps.a }}}}"}}}}
""",
        "succeeded",
        lambda n: n + 2,
        doubtful=True,
    ),
)
