"""Which names of its scope an expression reads."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from interlock.expr.lookups import Reference, constant_path
from interlock.expr.reader import Tree, constant

_Locals = frozenset[str]


def references_of(tree: Tree) -> tuple[Reference, ...]:
    """In the order of the text; variables of comprehensions are not among them."""
    found = _visit(tree, tree.root, frozenset())
    return tuple(sorted(found, key=lambda reference: reference.offset))


def _visit(tree: Tree, node: ast.AST, local: _Locals) -> Iterator[Reference]:
    if isinstance(node, ast.Name | ast.Attribute | ast.Subscript):
        base, keys, _ = constant_path(tree, node)
        if isinstance(base, ast.Name):
            if base.id not in local and not constant(base)[0]:
                location = tree.source.location
                offset = tree.source.start + tree.offset(base)
                yield Reference(base.id, tuple(keys), offset, location)
            return
    if isinstance(node, ast.ListComp | ast.DictComp):
        yield from _visit_comprehension(tree, node, local)
        return
    skipped = node.func if isinstance(node, ast.Call) else None
    for child in ast.iter_child_nodes(node):
        if child is not skipped:
            yield from _visit(tree, child, local)


def _visit_comprehension(
    tree: Tree, node: ast.ListComp | ast.DictComp, local: _Locals
) -> Iterator[Reference]:
    for generator in node.generators:
        yield from _visit(tree, generator.iter, local)
        local |= {name.id for name in ast.walk(generator.target) if isinstance(name, ast.Name)}
        for condition in generator.ifs:
            yield from _visit(tree, condition, local)
    results = [node.elt] if isinstance(node, ast.ListComp) else [node.key, node.value]
    for result in results:
        yield from _visit(tree, result, local)
