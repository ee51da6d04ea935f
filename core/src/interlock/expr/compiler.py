"""A tree becomes a closure of closures, once; evaluating it walks no tree and parses nothing."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping
from typing import Any

from interlock.expr.budget import Budget
from interlock.expr.calls import call, default
from interlock.expr.errors import did_you_mean
from interlock.expr.functions.table import Callee
from interlock.expr.lookups import (
    Evaluate,
    Scope,
    constant_path,
    index_lookup,
    name_lookup,
    path_lookup,
    root_path_lookup,
)
from interlock.expr.loops import dict_comprehension, list_comprehension, loop
from interlock.expr.operators import (
    BINARY,
    COMPARISONS,
    SYMBOLS,
    kind,
    mismatch,
    negative,
    positive,
)
from interlock.expr.reader import Tree, constant

_FAILURES = (TypeError, ValueError, ArithmeticError)
_PLAIN: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}


class Compiler:
    """Compiles the nodes of one tree."""

    def __init__(self, tree: Tree, callees: Mapping[str, Callee]) -> None:
        self._tree = tree
        self._source = tree.source
        self._callees = callees

    def compile(self, node: ast.expr) -> Evaluate:
        known, value = constant(node)
        if known:
            return lambda _scope, _budget: value
        compiled: Evaluate = getattr(self, f"_{type(node).__name__.lower()}")(node)
        return compiled

    def _name(self, node: ast.Name) -> Evaluate:
        return name_lookup(self._source, node.id, self._tree.offset(node))

    def _attribute(self, node: ast.expr) -> Evaluate:
        base, keys, offsets = constant_path(self._tree, node)
        if isinstance(base, ast.Name) and not constant(base)[0]:
            return root_path_lookup(self._source, base.id, self._tree.offset(base), keys, offsets)
        return path_lookup(self._source, self.compile(base), keys, offsets)

    def _subscript(self, node: ast.Subscript) -> Evaluate:
        if constant_path(self._tree, node)[1]:
            return self._attribute(node)
        if isinstance(node.slice, ast.Slice):
            return self._slice(node, node.slice)
        index, offset = self.compile(node.slice), self._tree.name_offset(node)
        return index_lookup(self._source, self.compile(node.value), index, offset)

    def _slice(self, node: ast.Subscript, bounds: ast.Slice) -> Evaluate:
        holder = self.compile(node.value)
        lower, upper, step = (
            self.compile(bound or ast.Constant(None))
            for bound in (bounds.lower, bounds.upper, bounds.step)
        )

        def cut(scope: Scope, budget: Budget) -> Any:
            value = holder(scope, budget)
            if not isinstance(value, str | list | tuple):
                raise TypeError(f"{kind(value)} cannot be sliced")
            part = value[lower(scope, budget) : upper(scope, budget) : step(scope, budget)]
            budget.charge(len(part) // 16)
            return part

        return self._located(node, cut)

    def _unaryop(self, node: ast.UnaryOp) -> Evaluate:
        operand = self.compile(node.operand)
        if isinstance(node.op, ast.Not):
            return lambda scope, budget: not operand(scope, budget)
        apply = negative if isinstance(node.op, ast.USub) else positive
        return self._located(node, lambda scope, budget: apply(operand(scope, budget)))

    def _binop(self, node: ast.BinOp) -> Evaluate:
        left, right = self.compile(node.left), self.compile(node.right)
        apply = BINARY[type(node.op)]
        return self._located(
            node, lambda scope, budget: apply(left(scope, budget), right(scope, budget), budget)
        )

    def _boolop(self, node: ast.BoolOp) -> Evaluate:
        *others, final = [self.compile(value) for value in node.values]
        stop_at = isinstance(node.op, ast.Or)

        def evaluate(scope: Scope, budget: Budget) -> Any:
            for operand in others:
                value = operand(scope, budget)
                if bool(value) is stop_at:
                    return value
            return final(scope, budget)

        return evaluate

    def _ifexp(self, node: ast.IfExp) -> Evaluate:
        test = self.compile(node.test)
        chosen, otherwise = self.compile(node.body), self.compile(node.orelse)
        return lambda scope, budget: (chosen if test(scope, budget) else otherwise)(scope, budget)

    def _compare(self, node: ast.Compare) -> Evaluate:
        operands = [node.left, *node.comparators]
        for operation, operand in zip(node.ops, node.comparators, strict=True):
            if isinstance(operation, ast.Is | ast.IsNot) and constant(operand) != (True, None):
                raise self._tree.error(operand, "`is` compares with null only", "compare with ==")
        if len(node.ops) > 1:
            return self._chain(node)
        if type(node.ops[0]) in _PLAIN and any(_is_short(each) for each in operands):
            return self._short_comparison(node)
        left, right = self.compile(node.left), self.compile(node.comparators[0])
        compare = COMPARISONS[type(node.ops[0])]
        return self._located(
            node, lambda scope, budget: compare(left(scope, budget), right(scope, budget), budget)
        )

    def _short_comparison(self, node: ast.Compare) -> Evaluate:
        """With a literal, which costs nothing worth charging; by far the most frequent kind."""
        left, right = self.compile(node.left), self.compile(node.comparators[0])
        source, offset, operation = self._source, self._tree.offset(node), type(node.ops[0])
        compare = _PLAIN[operation]

        def evaluate(scope: Scope, budget: Budget) -> Any:
            one, other = left(scope, budget), right(scope, budget)
            try:
                return compare(one, other)
            except TypeError:
                error = mismatch(SYMBOLS[operation], one, other)
                raise source.error(offset, str(error)) from None

        return evaluate

    def _chain(self, node: ast.Compare) -> Evaluate:
        first = self.compile(node.left)
        rest = [
            (COMPARISONS[type(operation)], self.compile(operand))
            for operation, operand in zip(node.ops, node.comparators, strict=True)
        ]

        def evaluate(scope: Scope, budget: Budget) -> bool:
            left = first(scope, budget)
            for compare, operand in rest:
                right = operand(scope, budget)
                if not compare(left, right, budget):
                    return False
                left = right
            return True

        return self._located(node, evaluate)

    def _list(self, node: ast.List) -> Evaluate:
        items = [self.compile(item) for item in node.elts]
        return lambda scope, budget: [item(scope, budget) for item in items]

    def _dict(self, node: ast.Dict) -> Evaluate:
        entries = [
            (self._key(key), self.compile(value))
            for key, value in zip(node.keys, node.values, strict=True)
            if key is not None
        ]
        return lambda scope, budget: {
            key(scope, budget): value(scope, budget) for key, value in entries
        }

    def _key(self, node: ast.expr) -> Evaluate:
        compiled = self.compile(node)

        def evaluate(scope: Scope, budget: Budget) -> str:
            key = compiled(scope, budget)
            if not isinstance(key, str):
                raise TypeError(f"a key must be a text, not {kind(key)}; write str(...)")
            return key

        return self._located(node, evaluate)

    def _listcomp(self, node: ast.ListComp) -> Evaluate:
        element = self.compile(node.elt)
        return list_comprehension(element, self._loops(node))

    def _dictcomp(self, node: ast.DictComp) -> Evaluate:
        return dict_comprehension(self._key(node.key), self.compile(node.value), self._loops(node))

    def _loops(self, node: ast.ListComp | ast.DictComp) -> list[Any]:
        cost = sum(1 for _ in ast.walk(node))
        return [
            loop(
                self._source,
                self._tree.offset(generator.iter),
                _target_names(generator.target),
                self.compile(generator.iter),
                [self.compile(condition) for condition in generator.ifs],
                cost,
            )
            for generator in node.generators
        ]

    def _call(self, node: ast.Call) -> Evaluate:
        name = self._function_name(node)
        positional = [self.compile(argument) for argument in node.args]
        named = {str(each.arg): self.compile(each.value) for each in node.keywords}
        if name == "default":
            if named or len(positional) != 2:
                raise self._tree.error(node, "default(value, fallback) takes two arguments")
            return default(*positional)
        callee = self._callees[name]
        if refusal := callee.refusal(len(positional), list(named)):
            raise self._tree.error(node, f"{name}(): {refusal}")
        return call(self._source, self._tree.offset(node), name, callee, positional, named)

    def _function_name(self, node: ast.Call) -> str:
        if not isinstance(node.func, ast.Name):
            hint = ""
            if isinstance(node.func, ast.Attribute):
                hint = f"values have no methods; write {node.func.attr}(value, ...)"
            raise self._tree.error(node, "only functions can be called, by name", hint)
        name = node.func.id
        if name != "default" and name not in self._callees:
            hint = did_you_mean(name, [*self._callees, "default"])
            raise self._tree.error(node, f"unknown function {name!r}", hint)
        return name

    def _located(self, node: ast.expr, evaluate: Evaluate) -> Evaluate:
        """The same, with what can go wrong turned into an error at this node."""
        source, offset = self._source, self._tree.offset(node)

        def guarded(scope: Scope, budget: Budget) -> Any:
            try:
                return evaluate(scope, budget)
            except _FAILURES as error:
                raise source.error(offset, str(error)) from None

        return guarded


def _is_short(node: ast.expr) -> bool:
    return constant(node)[0]


def _target_names(target: ast.expr) -> list[str] | str:
    if isinstance(target, ast.Tuple):
        return [name.id for name in target.elts if isinstance(name, ast.Name)]
    assert isinstance(target, ast.Name)  # noqa: S101 - the reader lets nothing else through
    return target.id
