"""Workflows that use every word of the language, and how their runs end on any engine."""

from __future__ import annotations

from .cases import Case, booking

TRIP = f"""
workflow: trip
steps:
  - {booking("hotel")}
"""

CASES = (
    Case(
        "sequence",
        """
steps:
  - {id: a, call: t.add, with: {n: 1}}
  - {id: b, call: t.add, with: {n: "${{ steps.a }}"}}
  - {id: never, call: t.refuse, when: "steps.b == 7"}
  - {transform: "${{ [steps.a, steps.b, steps.never] }}"}
""",
        [2, 3, None],
        effects={"t.add": 2},
    ),
    Case(
        "branches of several steps, nested",
        """
steps:
  - id: all
    parallel:
      x:
        - {id: x1, call: t.slow, with: {n: 1, seconds: 3}}
        - {id: x2, call: t.add, with: {n: "${{ steps.x1 }}"}}
      y:
        - {id: y1, call: t.slow, with: {n: 10, seconds: 1}}
        - id: deep
          parallel:
            a: [{call: t.add, with: {n: "${{ steps.y1 }}"}}, {sleep: 2s}, {transform: a}]
            b: [{call: t.add, with: {n: 20}}]
""",
        {"x": 2, "y": {"a": "a", "b": 21}},
        effects={"t.add": 3},
    ),
    Case(
        "results in the order of the items",
        """
steps:
  - id: all
    for_each: "${{ range(7) }}"
    concurrency: 3
    do:
      - {id: one, call: t.slow, with: {n: "${{ item }}", seconds: "${{ (item * 5) % 7 }}"}}
      - {call: t.add, with: {n: "${{ steps.one }}"}}
""",
        [1, 2, 3, 4, 5, 6, 7],
        effects={"t.slow": 7, "t.add": 7},
    ),
    Case(
        "items that fail",
        """
steps:
  - id: left
    for_each: [1, 2, 3]
    on_item_error: skip
    do: [{if: "item == 2", then: [{call: t.refuse}], else: [{call: t.add, with: {n: "${{ item }}"}}]}]
  - id: told
    for_each: [1, 2]
    on_item_error: continue
    do: [{if: "item == 2", then: [{call: t.refuse}], else: [{transform: 1}]}]
  - {transform: "${{ [steps.left, steps.told[1].error.message] }}"}
""",
        [[2, 4], "refused"],
    ),
    Case(
        "pages",
        """
steps:
  - for_each:
      {call: t.page, with: {after: 0}, items: "${{ page.rows }}", next: {after: "${{ page.next }}"}}
    do: [{call: t.add, with: {n: "${{ item }}"}}]
""",
        [1, 2, 3, 4, 5, 6],
        effects={"t.page": 3, "t.add": 6},
    ),
    Case(
        "choices",
        """
steps:
  - {id: n, call: t.read, with: {n: null}}
  - id: chosen
    switch: "${{ steps.n }}"
    cases: {7: [{transform: seven}], null: [{call: t.add, with: {n: 1}}]}
    default: [{transform: other}]
  - {if: "steps.chosen == 2", then: [{transform: two}], else: [{transform: not two}]}
""",
        "two",
        effects={"t.add": 1},
    ),
    Case(
        "loops",
        """
steps:
  - {id: w, while: "index < 3", max: 5, do: [{call: t.add, with: {n: "${{ index }}"}}]}
  - {id: u, until: "last == 12", max: 5, do: [{call: t.add, with: {n: "${{ index + 10 }}"}}]}
  - {transform: "${{ [steps.w, steps.u] }}"}
""",
        [3, 12],
        effects={"t.add": 5},
    ),
    Case(
        "a loop that finds no end",
        "steps: [{id: l, while: 'true', max: 2, do: [{call: t.add, with: {n: 1}}]}]",
        status="failed",
        error="loop-exceeded",
        effects={"t.add": 2},
    ),
    Case(
        "the first success",
        """
steps:
  - parallel:
      bad: [{sleep: 1s}, {call: t.refuse}]
      slow: [{sleep: 1h}, {call: t.add, with: {n: 2}}]
      good: [{sleep: 1m}, {call: t.add, with: {n: 3}}]
    wait: first
""",
        {"good": 4},
        effects={"t.add": 1},
    ),
    Case(
        "two of three",
        """
steps:
  - parallel:
      a: [{sleep: 1h}, {call: t.add, with: {n: 1}}]
      b: [{sleep: 1m}, {call: t.add, with: {n: 2}}]
      c: [{sleep: 1d}, {call: t.add, with: {n: 3}}]
    wait: 2
  - {id: after, sleep: 2d}
return: "${{ steps['parallel-1'] }}"
""",
        {"a": 2, "b": 3},
        effects={"t.add": 2},
    ),
    Case(
        "a return from inside",
        """
steps:
  - parallel:
      a: [{for_each: [1, 2], do: [{id: n, call: t.add, with: {n: 1}}, {return: "${{ steps.n }}"}]}]
      b: [{sleep: 1d}, {call: t.refuse}]
  - {call: t.refuse}
""",
        2,
        effects={"t.add": 1, "t.refuse": 0},
    ),
    Case(
        "a failure with a name",
        f"""
steps:
  - {booking("hotel")}
  - {{fail: no rooms, code: sold-out}}
""",
        status="failed",
        error="sold-out",
        order=["t.book", "t.free"],
    ),
    Case(
        "timers",
        """
steps:
  - {sleep: 30d}
  - {sleep_until: "2028-01-01T00:00"}
  - {id: late, steps: [{sleep: 2h}, {call: t.refuse}], timeout: 1h, on_error: continue}
  - {transform: "${{ steps.late.error.code }}"}
""",
        "deadline-exceeded",
    ),
    Case(
        "a run that takes too long",
        f"""
timeout: 1h
steps:
  - {booking("hotel")}
  - {{sleep: 2h}}
""",
        status="failed",
        error="deadline-exceeded",
        order=["t.book", "t.free"],
    ),
    Case(
        "events and what is done when none comes",
        """
steps:
  - {id: paid, wait_for: was.paid, key: k1}
  - {id: none, wait_for: was.lost, timeout: 1h, on_timeout: [{call: t.add, with: {n: 1}}]}
  - {publish: all.done, with: {n: 1}}
  - {transform: "${{ [steps.paid.payload.sum, steps.none] }}"}
""",
        [12, 2],
        effects={"t.add": 1},
    ),
    Case(
        "approvals",
        """
steps:
  - {id: ask, approve: "Ship it?", who: [ann]}
  - {id: auto, approve: "Gift wrap?", timeout: 1h, default: reject}
  - {transform: "${{ [steps.ask.choice, steps.auto.choice] }}"}
""",
        ["approve", "reject"],
        choice="approve",
    ),
    Case(
        "an approval that is refused",
        f"""
steps:
  - {booking("hotel")}
  - {{id: ask, approve: "Ship it?", who: [ann], fail_on: [reject]}}
""",
        status="failed",
        error="not-approved",
        choice="reject",
        order=["t.book", "t.free"],
    ),
    Case(
        "a run inside of a run",
        """
steps:
  - {id: kid, run: kid, with: {n: 1}}
  - {id: free, run: kid, with: {n: 5}, detach: true}
  - {transform: "${{ steps.kid }}"}
""",
        3,
        others=(
            "workflow: kid\nsteps: [{sleep: 1h}, {id: a, call: t.add, with: {n: '${{ input.n + 1 }}'}}]",
        ),
    ),
    Case(
        "a group and a value that was paid for already",
        """
groups: {more: {input: {type: object}, steps: [{id: a, call: t.add, with: {n: "${{ input.n }}"}}]}}
steps:
  - {id: g, include: more, with: {n: 1}}
  - id: each
    for_each: [4, 4]
    do: [{call: t.add, with: {n: "${{ item }}"}, cache: {key: "${{ item }}"}}]
  - {transform: "${{ [steps.g, steps.each] }}"}
""",
        [2, [5, 5]],
        effects={"t.add": 2},
    ),
    Case(
        "a flaky step beside a slow one",
        """
steps:
  - parallel:
      a: [{call: t.flaky, retry: {attempts: 3, backoff: 10s}}]
      b: [{call: t.slow, with: {n: 1, seconds: 60}}]
""",
        {"a": "fine", "b": 1},
        effects={"t.flaky": 1, "t.slow": 1},
    ),
    Case(
        "a service that is away for hours",
        "steps: [{id: a, call: t.away}, {call: t.add, with: {n: 1}}]",
        2,
        effects={"t.away": 1, "t.add": 1},
    ),
    Case(
        "ways out",
        """
steps:
  - {id: a, call: t.refuse, fallback: {call: t.add, with: {n: 1}}}
  - {id: b, call: t.refuse, fallback: {value: "${{ steps.a }}"}, on_error: continue}
  - {id: c, call: t.refuse, on_error: continue}
  - {id: d, call: t.refuse, on_error: dead-letter}
  - {transform: "${{ [steps.a, steps.b, steps.c.error.message, steps.d.error.message] }}"}
""",
        [2, 2, "refused", "refused"],
        effects={"t.add": 1},
    ),
    Case(
        "a part that is undone",
        f"""
steps:
  - {booking("train")}
  - id: part
    on_error: compensate
    steps:
      - {booking("hotel")}
      - {{call: t.refuse}}
  - {{transform: done}}
""",
        "done",
        order=["t.book", "t.book", "t.free"],
    ),
    Case(
        "a person is asked about a failure",
        "steps: [{id: a, call: t.refuse, on_error: ask}, {call: t.add, with: {n: 1}}]",
        2,
        choice="continue",
        effects={"t.add": 1},
    ),
    Case(
        "three services, of which the second cannot be freed at first",
        f"""
steps:
  - {booking("hotel")}
  - {booking("flight", "t.free_later")}
  - {booking("car")}
  - {{call: t.refuse}}
""",
        status="failed",
        error="rejected",
        order=["t.book", "t.book", "t.book", "t.free", "t.free_later", "t.free"],
    ),
    Case(
        "a saga over branches and runs",
        f"""
steps:
  - {{id: kid, run: trip}}
  - parallel:
      a: [{booking("train")}, {{sleep: 1m}}, {{call: t.refuse}}]
      b: [{{sleep: 1s}}, {booking("bus")}, {{sleep: 1d}}]
""",
        status="failed",
        error="rejected",
        others=(TRIP,),
        order=["t.book", "t.book", "t.book", "t.free", "t.free", "t.free"],
    ),
)
