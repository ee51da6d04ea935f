"""JSON values whose texts hold ``${{ expressions }}``."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from interlock.expr.budget import Budget
from interlock.expr.errors import ExpressionError, Problem, Source
from interlock.expr.expression import Expression
from interlock.expr.functions.texts import as_text
from interlock.expr.lookups import Key, Reference
from interlock.expr.shapes import Shape, schema_of
from interlock.sdk.hooks import Function

_OPEN, _CLOSE = "${{", "}}"
_BRACKETS = {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}

_Build = Callable[[Mapping[str, Any], Budget], Any]


@dataclass(frozen=True)
class Value:
    """A JSON value with its expressions compiled; made by :func:`compile_value`."""

    expressions: tuple[Expression, ...]
    _build: _Build
    _raw: Any = None
    _whole: Mapping[tuple[Key, ...], Expression] = field(default_factory=dict)

    @property
    def references(self) -> tuple[Reference, ...]:
        return tuple(found for each in self.expressions for found in each.references)

    def evaluate(self, scope: Mapping[str, Any], budget: Budget | None = None) -> Any:
        """The value, with each expression replaced by what it is in ``scope``.

        Raises:
            ExpressionError: ``location`` and ``offset`` say where in the value.
        """
        return self._build(scope, budget or Budget())

    def text(self, scope: Mapping[str, Any]) -> str:
        """As :meth:`evaluate`; anything but a text as JSON."""
        budget = Budget()
        value = self._build(scope, budget)
        try:
            return as_text(budget, value)
        except (TypeError, ValueError) as error:
            raise Source(str(self._raw)).error(0, str(error)) from None

    def check(self, scope_schemas: Mapping[str, Any]) -> list[Problem]:
        """The problems of all expressions; see :meth:`Expression.check`."""
        return [found for each in self.expressions for found in each.check(scope_schemas)]

    def shape(self, scope_schemas: Mapping[str, Any]) -> Shape:
        """What the value looks like, as far as that is known; see :meth:`Expression.shape`."""
        if () in self._whole:
            return self._whole[()].shape(scope_schemas)
        schema = schema_of(
            self._raw,
            (),
            {place: each.shape(scope_schemas).standalone() for place, each in self._whole.items()},
            {each.location for each in self.expressions},
        )
        return Shape(schema, schema)


def constant(value: Any) -> Value:
    """A value without expressions, whatever its texts look like."""
    return Value((), lambda _scope, _budget: value, value)


def compile_value(value: Any, functions: Mapping[str, Function] | None = None) -> Value:
    """Compile any JSON value.

    A text that is one expression and nothing else becomes what the expression is; in other
    texts, expressions become text (anything but a text as JSON). ``$${{`` stands for ``${{``.

    Raises:
        ExpressionError: of the first expression that cannot be read.
    """
    compiler = _ValueCompiler(functions or {})
    build = compiler.compile(value, ())
    return Value(tuple(compiler.expressions), build, value, compiler.whole)


class _ValueCompiler:
    def __init__(self, functions: Mapping[str, Function]) -> None:
        self._functions = functions
        self.expressions: list[Expression] = []
        self.whole: dict[tuple[Key, ...], Expression] = {}

    def compile(self, value: Any, location: tuple[Key, ...]) -> _Build:
        match value:
            case str():
                return self._text(value, location)
            case dict():
                return self._mapping(value, location)
            case list():
                items = [self.compile(item, (*location, i)) for i, item in enumerate(value)]
                return lambda scope, budget: [item(scope, budget) for item in items]
            case _:
                return lambda _scope, _budget: value

    def _mapping(self, value: dict[str, Any], location: tuple[Key, ...]) -> _Build:
        entries: list[tuple[str, _Build]] = []
        for key, item in value.items():
            if _OPEN in key:
                source = Source(key, location=(*location, key))
                raise source.error(0, "an expression cannot stand in a key")
            entries.append((key, self.compile(item, (*location, key))))
        return lambda scope, budget: {key: item(scope, budget) for key, item in entries}

    def _text(self, text: str, location: tuple[Key, ...]) -> _Build:
        parts = [
            part if isinstance(part, str) else self._expression(text, part, location)
            for part in _parts(text, location)
        ]
        whole = [part for part in parts if not isinstance(part, str) or part.strip()]
        if len(whole) == 1 and isinstance(whole[0], Expression):
            self.whole[location] = whole[0]
            return whole[0].evaluate
        if not any(isinstance(part, Expression) for part in parts):
            literal = "".join(part for part in parts if isinstance(part, str))
            return lambda _scope, _budget: literal
        return _joined(text, parts, location)

    def _expression(self, text: str, part: slice, location: tuple[Key, ...]) -> Expression:
        source = Source(text, part.start, location)
        expression = Expression(source, text[part], self._functions)
        self.expressions.append(expression)
        return expression


def _joined(text: str, parts: list[str | Expression], location: tuple[Key, ...]) -> _Build:
    source = Source(text, location=location)

    def build(scope: Mapping[str, Any], budget: Budget) -> str:
        texts = [
            part if isinstance(part, str) else as_text(budget, part.evaluate(scope, budget))
            for part in parts
        ]
        budget.hold(sum(map(len, texts)))
        return "".join(texts)

    def guarded(scope: Mapping[str, Any], budget: Budget) -> str:
        try:
            return build(scope, budget)
        except ExpressionError:
            raise
        except (TypeError, ValueError) as error:
            raise source.error(0, str(error)) from None

    return guarded


def _parts(text: str, location: tuple[Key, ...]) -> Iterator[str | slice]:
    """Literal texts as they are, and where the expressions between them stand."""
    position = 0
    while (start := text.find(_OPEN, position)) >= 0:
        if start > position and text[start - 1] == "$":
            yield text[position : start - 1] + _OPEN
            position = start + len(_OPEN)
            continue
        if start > position:
            yield text[position:start]
        end = _end(text, start + len(_OPEN))
        if end is None:
            raise Source(text, start, location).error(0, "'${{' has no '}}'")
        yield slice(start + len(_OPEN), end)
        position = end + len(_CLOSE)
    if position < len(text):
        yield text[position:]


def _end(text: str, start: int) -> int | None:
    """Where ``}}`` closes an expression: outside quotes and brackets."""
    depth, quote, position = 0, "", start
    while position < len(text):
        character = text[position]
        if quote:
            if character == "\\":
                position += 1
            elif character == quote:
                quote = ""
        elif character in "'\"":
            quote = character
        elif depth == 0 and text.startswith(_CLOSE, position):
            return position
        else:
            depth += _BRACKETS.get(character, 0)
        position += 1
    return None
