"""Checking an expression against the schemas of what it reads, before it is ever evaluated."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any

from interlock.expr.errors import Problem, nearest
from interlock.expr.reader import Tree, constant
from interlock.expr.shapes import UNKNOWN, Shape, list_of

_Shapes = Mapping[str, Shape]
_OF_ITEM = frozenset({"first", "last", "min", "max"})
_OF_LIST = frozenset({"sorted", "reversed", "unique", "default"})


class Checker:
    """Follows the shapes of values through a tree."""

    def __init__(self, tree: Tree, scope_schemas: Mapping[str, Any]) -> None:
        self._tree = tree
        self._scope = {name: Shape(schema, schema) for name, schema in scope_schemas.items()}
        self._problems: list[Problem] = []

    def shape(self) -> Shape:
        """Of the value, as far as it is known."""
        return self._shape(self._tree.root, self._scope)

    def problems(self) -> list[Problem]:
        self._shape(self._tree.root, self._scope)
        return sorted(self._problems, key=lambda problem: problem.offset)

    def _shape(self, node: ast.expr, scope: _Shapes) -> Shape:
        if constant(node)[0]:
            return UNKNOWN
        match node:
            case ast.Name(id=name):
                return self._name(node, name, scope)
            case ast.Attribute(value=holder, attr=key):
                return self._key(node, self._shape(holder, scope), key)
            case ast.Subscript():
                return self._subscript(node, scope)
            case ast.ListComp(elt=element):
                return list_of(self._shape(element, self._inside(node, scope)))
            case ast.DictComp(key=key, value=value):
                inside = self._inside(node, scope)
                self._shape(key, inside)
                self._shape(value, inside)
                return UNKNOWN
            case ast.Call():
                return self._call(node, scope)
            case _:
                return self._anything(node, scope)

    def _name(self, node: ast.Name, name: str, scope: _Shapes) -> Shape:
        if name not in scope:
            self._report(self._tree.offset(node), f"unknown name {name!r}", nearest(name, scope))
        return scope.get(name, UNKNOWN)

    def _key(self, node: ast.Attribute | ast.Subscript, holder: Shape, key: str) -> Shape:
        found = holder.key(key)
        if found is None:
            known = holder.keys()
            message = f"there is no key {key!r}" + ("" if known else "; this value has no keys")
            self._report(self._tree.name_offset(node), message, nearest(key, known))
        return found or UNKNOWN

    def _subscript(self, node: ast.Subscript, scope: _Shapes) -> Shape:
        holder = self._shape(node.value, scope)
        key = constant(node.slice)[1]
        if isinstance(key, str):
            return self._key(node, holder, key)
        self._shape(node.slice, scope)
        return holder.loosely() if isinstance(node.slice, ast.Slice) else holder.item()

    def _inside(self, node: ast.ListComp | ast.DictComp, scope: _Shapes) -> _Shapes:
        """The names that the results of a comprehension see."""
        for generator in node.generators:
            item = self._shape(generator.iter, scope).item()
            if isinstance(generator.target, ast.Name):
                scope = {**scope, generator.target.id: item}
            else:
                names = [each for each in ast.walk(generator.target) if isinstance(each, ast.Name)]
                scope = {**scope, **{name.id: UNKNOWN for name in names}}
            for condition in generator.ifs:
                self._shape(condition, scope)
        return scope

    def _call(self, node: ast.Call, scope: _Shapes) -> Shape:
        shapes = [self._shape(argument, scope) for argument in node.args]
        for named in node.keywords:
            self._shape(named.value, scope)
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        if shapes and name in _OF_ITEM:
            return shapes[0].item()
        return shapes[0].loosely() if shapes and name in _OF_LIST else UNKNOWN

    def _anything(self, node: ast.expr, scope: _Shapes) -> Shape:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.expr):
                self._shape(child, scope)
        return UNKNOWN

    def _report(self, offset: int, message: str, resembling: str | None) -> None:
        source = self._tree.source
        self._problems.append(Problem(source.start + offset, message, resembling, source.location))
