"""Reading a template: every fault is noted with its place, and reading goes on."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar

from interlock.config.document import Document
from interlock.config.faults import Fault, Path
from interlock.expr import (
    Expression,
    ExpressionError,
    Shape,
    Value,
    compile_value,
    nearest,
    parse,
)
from interlock.sdk.errors import NotFound
from interlock.sdk.hooks import Function
from interlock.sdk.quantities import parse_duration
from interlock.workflows.scope import JsonSchema, Scope
from interlock.workflows.tools import ToolInfo, ToolLookup

T = TypeVar("T")
Checked = TypeVar("Checked", Expression, Value)


@dataclass
class Reading:
    """One document on its way to a template.

    Attributes:
        tools: None to believe every name, for what was checked when it was first read.
        workflows: names and aliases that ``run`` may use, with the schemas of the inputs; None
            likewise.
        queues: names that templates may wait in; None likewise.
        children: those it used, and where.
        referenced: ids of steps whose output some expression reads; ``*`` for all.
        included: groups that the steps read so far include.
        believing: it was checked before, perhaps less strictly than today.
    """

    document: Document
    tools: ToolLookup | None = None
    workflows: Mapping[str, JsonSchema] | None = None
    functions: Mapping[str, Function] = field(default_factory=dict)
    queues: Collection[str] | None = None
    faults: list[Fault] = field(default_factory=list)
    children: dict[str, Path] = field(default_factory=dict)
    referenced: set[str] = field(default_factory=set)
    included: set[str] = field(default_factory=set)
    believing: bool = False

    def tool(self, name: str, *, optional: bool = False) -> tuple[ToolInfo | None, list[str]]:
        """A tool, or the names that resemble the one asked for.

        Args:
            optional: a tool of a service that is not configured is believed to exist somewhere:
                the step says what to do without it.
        """
        if self.tools is None:
            return ToolInfo(name), []
        try:
            return self.tools(name), []
        except NotFound as error:
            if optional and error.details.get("kind") == "service":
                return ToolInfo(name), []
            return None, error.nearest


class Node:
    """A mapping of the document; what is wrong with it goes to ``reading.faults``."""

    def __init__(self, reading: Reading, path: Path, data: Mapping[str, Any], scope: Scope) -> None:
        self.reading = reading
        self.path = path
        self.data = data
        self.scope = scope

    def fault(self, key: str | None, message: str, **more: Any) -> None:
        path = self.path if key is None else (*self.path, key)
        self.reading.faults.append(self.reading.document.fault(path, message, **more))

    def key_fault(self, key: str, message: str, **more: Any) -> None:
        self.fault(key, message, on_key=True, **more)

    def doubt(self, key: str, message: str, **more: Any) -> None:
        """A fault that the template could be run with, if not as it was meant.

        One that is read back from the journal is not held to it: it was checked when it came in.
        """
        if not self.reading.believing:
            self.fault(key, message, **more)

    def shape(self, value: Value) -> Shape:
        """What a value looks like, as far as that is known."""
        return value.shape(self.scope.schemas())

    def meant(self, key: str) -> str:
        """The expression that somebody must have meant who wrote only its text, if any."""
        raw = self.data.get(key)
        if not isinstance(raw, str) or "${{" in raw:
            return ""
        try:
            references = parse(raw).references
        except ExpressionError:
            return ""
        known = {"steps", *self.scope.names}
        names = [each.root in known and each.path for each in references]
        return f"${{{{ {raw} }}}}" if names and all(names) else ""

    def only(self, known: Collection[str]) -> None:
        """Every other key is a fault."""
        for key in self.data:
            if key not in known:
                self.key_fault(
                    key, f"unknown key {key!r}", **advice(key, known, f"one of {listed(known)}")
                )

    def get(self, key: str, kind: type[T], expected: str, default: T) -> T:
        """A value of one type."""
        value = self.data.get(key, default)
        if isinstance(value, kind) and (kind is bool or not isinstance(value, bool)):
            return value
        self.fault(key, f"{key} is not {expected}", expected=expected)
        return default

    def text(self, key: str, default: str = "") -> str:
        return self.get(key, str, "a text", default)

    def number(self, key: str, default: int) -> int:
        """A whole number from 1 on."""
        value = self.get(key, int, "a whole number", default)
        if value < 1:
            self.fault(key, f"{key} must be at least 1", expected="a whole number from 1 on")
            return default
        return value

    def duration(self, key: str, default: float | None = None) -> float | None:
        if key not in self.data:
            return default
        try:
            return parse_duration(self.data[key])
        except ValueError as error:
            self.fault(key, str(error), expected="a duration such as 30s, 250ms or 1h30m")
            return default

    def choice(self, key: str, known: Iterable[T], default: T) -> T:
        options = list(known)
        value = self.data.get(key, default)
        for option in options:
            if option == value:
                return option
        self.fault(
            key, f"{key} cannot be {value!r}", **advice(value, options, f"one of {listed(options)}")
        )
        return default

    def expression(self, key: str) -> Expression | None:
        """A bare expression or one in ``${{ }}``."""
        raw = self.data.get(key)
        text = str(raw).lower() if isinstance(raw, bool) else raw
        if not isinstance(text, str):
            self.fault(key, f"{key} is not an expression", expected="an expression")
            return None
        return self._compiled(key, lambda: parse(text, self.reading.functions))

    def value(self, key: str, default: Any = None) -> Value:
        """Any JSON, its expressions compiled and checked."""
        raw, functions = self.data.get(key, default), self.reading.functions
        try:
            compiled = compile_value(raw, functions)
        except ExpressionError:
            # One text after the other, to tell all that is wrong and not only the first of it.
            for place, text in _texts(raw):
                self._compiled(key, partial(compile_value, text, functions), place)
            return compile_value(None)
        self._check(key, compiled)
        return compiled

    def mapping(self, key: str) -> Value:
        """A mapping, or one expression that gives one."""
        raw = self.data.get(key, {})
        if not isinstance(raw, dict) and not (isinstance(raw, str) and "${{" in raw):
            self.fault(key, f"{key} is not a mapping", expected="a mapping of arguments")
        return self.value(key, {})

    def node(self, key: str) -> Node | None:
        """A mapping inside."""
        data = self.data.get(key)
        if isinstance(data, dict):
            return Node(self.reading, (*self.path, key), data, self.scope)
        self.fault(key, f"{key} is not a mapping", expected="a mapping")
        return None

    def inside_of(self, key: str) -> Node:
        """The mapping under ``key``, which is one."""
        return Node(self.reading, (*self.path, key), self.data[key], self.scope)

    def _compiled(
        self, key: str, compile_it: Callable[[], Checked], place: Path = ()
    ) -> Checked | None:
        """What ``compile_it`` made of an expression; None, with a fault, if it is wrong.

        Args:
            place: where in the value of ``key`` it stands.
        """
        try:
            compiled = compile_it()
        except ExpressionError as error:
            at = place + error.location
            self._expression_fault(key, at, error.offset, error.message, error.hint)
            return None
        self._check(key, compiled, place)
        return compiled

    def _check(self, key: str, compiled: Expression | Value, place: Path = ()) -> None:
        scope, unknown = self.scope, set()
        for reference in compiled.references:
            if reference.root != "steps":
                continue
            name = reference.path[0] if reference.path else "*"
            self.reading.referenced.add(str(name))
            if name == "*":
                continue
            if name not in scope.steps and name not in unknown:
                unknown.add(name)
                message, hint = self._unknown_step(str(name))
                at = (*place, *reference.location)
                self._expression_fault(key, at, reference.offset, message, hint)
        for problem in () if self.reading.believing else compiled.check(scope.schemas(unknown)):
            hint = f"did you mean {problem.nearest!r}?" if problem.nearest else ""
            at = (*place, *problem.location)
            self._expression_fault(key, at, problem.offset, problem.message, hint)

    def _unknown_step(self, name: str) -> tuple[str, str]:
        if name in self.scope.later:
            return f"step {name!r} has not run by then", "move it up, or this step down"
        close = nearest(name, self.scope.steps)
        known = f"steps before this one: {listed(self.scope.steps) or 'none'}"
        return f"there is no step {name!r}", f"did you mean {close!r}?" if close else known

    def _expression_fault(
        self, key: str, location: Iterable[str | int], offset: int, message: str, hint: str
    ) -> None:
        path = (*self.path, key, *location)
        fault = self.reading.document.fault(path, message, hint=hint, offset=offset)
        self.reading.faults.append(fault)


def _texts(raw: Any, place: Path = ()) -> Iterator[tuple[Path, str]]:
    """The texts in a value, and where they stand."""
    if isinstance(raw, str):
        yield place, raw
    elif isinstance(raw, dict | list):
        for key, each in raw.items() if isinstance(raw, dict) else enumerate(raw):
            yield from _texts(each, (*place, key))


def advice(given: Any, known: Iterable[Any], otherwise: str) -> dict[str, Any]:
    """The nearest known name as a hint, and what would be right."""
    close = nearest(str(given), list(known))
    return {"expected": otherwise, "hint": f"did you mean {close!r}?" if close else ""}


def listed(names: Iterable[Any]) -> str:
    return ", ".join(map(str, names))
