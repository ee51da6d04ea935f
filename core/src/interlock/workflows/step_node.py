"""A step on its way from YAML to data."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, get_args

from interlock.config.faults import Path
from interlock.expr import Expression, Value, parse
from interlock.workflows.memo import Memo
from interlock.workflows.reading import Node, advice, listed
from interlock.workflows.scope import ANYTHING, PROBLEM, JsonSchema, Scope
from interlock.workflows.steps import KINDS
from interlock.workflows.template import Block, Body, OnError, Step

if TYPE_CHECKING:
    from interlock.workflows.groups import Groups

_COMMON = ("id", "when", "timeout", "fallback", "on_error", "compensate", "cache")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class StepNode(Node):
    """A step on its way.

    Attributes:
        undoing: it stands under ``compensate``.
        passed_on: its output is that of the block it stands in.
        groups: those that it may include.
    """

    undoing = False
    passed_on = True
    groups: Groups

    def inside(
        self, key: str | None = None, names: Mapping[str, JsonSchema] | None = None
    ) -> StepNode:
        """The same place, or a mapping inside, with a scope of its own."""
        path, data = (self.path, self.data) if key is None else ((*self.path, key), self.data[key])
        return self._at(path, data, self.scope.inside(names))

    def _at(self, path: Path, data: Mapping[str, Any], scope: Scope) -> StepNode:
        node = StepNode(self.reading, path, data, scope)
        node.undoing, node.groups = self.undoing, self.groups
        return node

    def block(self, key: str, *, passed_on: bool = True) -> tuple[Block, JsonSchema]:
        """The steps under ``key``, and the schema of the last one's output.

        Args:
            passed_on: somebody gets that output.
        """
        items = self.data.get(key)
        if not isinstance(items, list) or not items:
            self.fault(key, f"{key} is not a list of steps", expected="a list of steps")
            return Block(()), ANYTHING
        later = [item.get("id") for item in items if isinstance(item, dict)]
        scope = self.scope.before(str(name) for name in later if name)
        steps: dict[str, Step] = {}
        schema: JsonSchema = {"type": "null"}
        for index, item in enumerate(items):
            node = self._at((*self.path, key, index), item, scope)
            node.passed_on = passed_on and index == len(items) - 1
            if not isinstance(item, dict):
                quoted = isinstance(item, str) and ":" in item
                hint = "leave out the quotes" if quoted else ""
                expected = "a step such as call: a.tool"
                node.fault(None, "a step is not a mapping", expected=expected, hint=hint)
                continue
            self._reachable(items, index, node)
            step, schema = node.step(index)
            if step is None:
                continue
            if step.name in steps:
                node.fault("id", f"there are two steps {step.name!r} in this block")
            steps[step.name] = step
            scope.steps[step.name] = schema
        return Block(tuple(steps.values())), schema

    def _reachable(self, items: Sequence[Any], index: int, node: StepNode) -> None:
        """Say once in a block that what comes after its end is never run."""
        ends = [_ends(item) for item in items[:index]]
        if any(ends) and not any(ends[:-1]) and not self.reading.believing:
            message = f"this step never runs: the one before it is a `{ends[-1]}`"
            node.fault(None, message, hint="give that one a `when`, or leave this out")

    def step(self, index: int) -> tuple[Step | None, JsonSchema]:
        """This node as a step; its name is its id, or its kind and place."""
        kinds = [key for key in KINDS if key in self.data]
        if len(kinds) != 1:
            self._no_kind(kinds)
            return None, ANYTHING
        kind = KINDS[kinds[0]]
        self.only((*_COMMON, kinds[0], *kind.keys))
        for key in kind.without:
            if key in self.data:
                message = f"a step with `{kinds[0]}` has no `{key}`"
                self.key_fault(key, message, hint="leave it out")
        before = len(self.reading.faults)
        action, schema = kind.read(self)
        if kinds[0] == "call":
            # What a tool gives does not depend on what is wrong with its arguments.
            before = len(self.reading.faults)
        name = self._id() if "id" in self.data else f"{kinds[0]}-{index + 1}"
        # What compensates a step sees that step's own output.
        after = self.scope.inside()
        after.steps[name] = schema
        undo = self._body("compensate", after, undoing=True)
        on_error = self.choice("on_error", get_args(OnError), "fail")
        timeout = self.duration("timeout")
        if timeout == 0:
            self.doubt("timeout", "no step ends in no time", expected="a duration such as 30s")
        step = Step(
            name,
            action,
            self.expression("when") if "when" in self.data else None,
            timeout,
            self._body("fallback", self.scope.inside({"error": PROBLEM})),
            on_error,
            undo,
            self._memo(),
            self.passed_on,
        )
        certain = on_error == "fail" and step.when is None and step.fallback is None
        sound = len(self.reading.faults) == before
        return step, schema if certain and sound else ANYTHING

    def _memo(self) -> Memo | None:
        if "cache" not in self.data or (inner := self.node("cache")) is None:
            return None
        inner.only(("key", "ttl"))
        if "key" not in inner.data:
            inner.fault(None, "a cache has no key", expected="key: what the output depends on")
        if "compensate" in self.data:
            message = "a step with `compensate` has effects, which a cache would leave out"
            self.key_fault("cache", message, hint="leave one of them out")
        return Memo(inner.value("key"), inner.duration("ttl"))

    def never(self) -> Expression:
        return parse("false")

    def _id(self) -> str:
        name = self.text("id")
        if not _NAME.fullmatch(name):
            self.fault("id", f"{name!r} is no name", expected="letters, digits and _")
        return name

    def _no_kind(self, kinds: Sequence[str]) -> None:
        if kinds:
            self.key_fault(kinds[1], f"a step is one of {listed(kinds)}, not several at once")
            return
        unknown = [key for key in self.data if key not in _COMMON]
        for key in unknown[:1]:
            wrong = advice(key, KINDS, f"one of {listed(KINDS)}")
            if "." in key:
                wrong["hint"] = (
                    f"a tool is called by `call: {key}`, with its arguments under `with`"
                )
            self.key_fault(key, f"unknown kind of step {key!r}", **wrong)
        if not unknown:
            self.fault(None, "the step does nothing", expected=f"one of {listed(KINDS)}")

    def _body(self, key: str, scope: Scope, *, undoing: bool = False) -> Body | None:
        """``fallback`` or ``compensate``: steps, one step, or a value."""
        if key not in self.data or (data := self.node(key)) is None:
            return None
        node = self._at(data.path, data.data, scope)
        node.undoing = undoing or self.undoing
        if "value" in node.data and not undoing:
            node.only(("value",))
            value: Value = node.value("value")
            return value
        return node.step(0)[0]


def _ends(item: Any) -> str:
    """The kind of a step after which nothing of its block is run; empty of all others."""
    if not isinstance(item, dict) or item.keys() & {"when", "on_error"}:
        return ""
    return next((kind for kind in ("return", "fail") if kind in item), "")
