"""An expression's text as a tree that holds nothing but what the language has.

The language is a subset of Python's expressions, read by Python's own parser
(https://docs.python.org/3/library/ast.html).
"""

from __future__ import annotations

import ast
import keyword
import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass

from interlock.expr.errors import ExpressionError, Source

TEXT_LENGTH = 4000
DEPTH = 60
GENERATORS = 2

_ALLOWED = (
    ast.Attribute, ast.BinOp, ast.BoolOp, ast.Call, ast.Compare, ast.Constant, ast.Dict,
    ast.DictComp, ast.IfExp, ast.List, ast.ListComp, ast.Name, ast.Slice, ast.Subscript,
    ast.UnaryOp,
    ast.Add, ast.Sub, ast.Mult, ast.Div, ast.FloorDiv, ast.Mod, ast.And, ast.Or, ast.Not,
    ast.USub, ast.UAdd, ast.Eq, ast.NotEq, ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.In, ast.NotIn,
    ast.Is, ast.IsNot,
    ast.comprehension, ast.keyword, ast.Load, ast.Store,
)  # fmt: skip
_INSTEAD: dict[type[ast.AST], tuple[str, str]] = {
    ast.Tuple: ("a tuple", "write a list: [a, b]"),
    ast.Set: ("a set", "write a list: [a, b]"),
    ast.GeneratorExp: ("a generator", "write a list: [a for a in b]"),
    ast.SetComp: ("a set", "write unique([a for a in b])"),
    ast.JoinedStr: ("an f-string", "join texts with +, or write text around ${{ }}"),
    ast.Lambda: ("a function of its own", "name a path where a function takes `by`"),
    ast.NamedExpr: ("an assignment", "compare with =="),
    ast.Starred: ("an unpacked list", "join lists with +"),
    ast.Pow: ("a power", "multiply"),
}
_AFTER_DOT = re.compile(r"\.\s*([a-zA-Z_]\w*)")
_JSON_CONSTANTS = {"true": True, "false": False, "null": None}


@dataclass(frozen=True)
class Tree:
    """A checked expression, and the way from its nodes back to its text."""

    root: ast.expr
    source: Source
    text: str

    def offset(self, node: ast.AST) -> int:
        """Index in the text of a node's first character."""
        return self._index(getattr(node, "lineno", 1), getattr(node, "col_offset", 1))

    def name_offset(self, node: ast.Attribute | ast.Subscript) -> int:
        """Index of the key: of ``name`` in ``a.name``."""
        if isinstance(node, ast.Attribute):
            end = self._index(node.end_lineno or 1, node.end_col_offset or 1)
            return end - len(node.attr)
        return self.offset(node.slice)

    def error(self, node: ast.AST, message: str, hint: str = "") -> ExpressionError:
        return self.source.error(self.offset(node), message, hint=hint)

    def _index(self, line: int, column: int) -> int:
        """ast counts lines from 1 and columns in UTF-8 bytes, the opening bracket included."""
        lines = f"({self.text}".split("\n")
        before = sum(len(text) + 1 for text in lines[: line - 1])
        return max(0, before - 1 + len(lines[line - 1].encode()[:column].decode(errors="ignore")))


def read(source: Source, text: str) -> Tree:
    """The tree of ``text``, which stands at ``source.start`` of ``source.text``.

    Raises:
        ExpressionError: it is too long, too deep, not Python or outside the subset.
    """
    if len(text) > TEXT_LENGTH:
        raise source.error(0, f"an expression is longer than {TEXT_LENGTH} characters")
    if not text.strip():
        raise source.error(0, "an expression is empty")
    tree = Tree(_parse(source, text), source, text)
    for node, depth in _walk(tree.root):
        if depth > DEPTH:
            raise tree.error(node, f"an expression is nested deeper than {DEPTH} levels")
        _check(tree, node)
    return tree


def _parse(source: Source, text: str) -> ast.expr:
    # Brackets let an expression run over several lines, as it does in a YAML block.
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # '\d' in a pattern is no reason to warn
            root = ast.parse(f"({text}\n)", mode="eval").body
    except SyntaxError as error:
        raise _syntax_error(source, text, error) from None
    except (MemoryError, RecursionError, ValueError) as error:
        raise source.error(0, f"an expression cannot be read: {error}") from None
    if root.col_offset == 0 and root.lineno == 1 and not _encloses(root):
        # "a) + (b" is well-formed only because of the brackets put around it.
        raise source.error(0, "brackets do not match")
    return root


def _encloses(root: ast.expr) -> bool:
    return isinstance(root, ast.Tuple | ast.GeneratorExp)


def _syntax_error(source: Source, text: str, error: SyntaxError) -> ExpressionError:
    for word in _AFTER_DOT.finditer(text):
        if keyword.iskeyword(word[1]):
            hint = f"write [{word[1]!r}] in the place of .{word[1]}"
            return source.error(word.start(1), f"{word[1]!r} cannot follow a dot", hint=hint)
    lines = f"({text}".split("\n")
    line = min(error.lineno or 1, len(lines))
    offset = sum(len(each) + 1 for each in lines[: line - 1]) + (error.offset or 1) - 2
    if (error.lineno or 1) > len(lines):
        offset = len(text) - 1
    hint = "compare with ==" if "'=='" in error.msg else ""
    message = error.msg.split(". ")[0]
    if message == "invalid syntax" and offset >= len(text.rstrip()):
        message, hint = "an expression ends in the middle", "something is missing at its end"
    return source.error(max(0, min(offset, len(text) - 1)), message, hint=hint)


def _walk(root: ast.AST) -> Iterator[tuple[ast.AST, int]]:
    stack = [(root, 1)]
    while stack:
        node, depth = stack.pop()
        yield node, depth
        stack += [(child, depth + 1) for child in ast.iter_child_nodes(node)]


def _check(tree: Tree, node: ast.AST) -> None:
    match node:
        case ast.Constant(value):
            _check_constant(tree, node, value)
        case ast.Name(id=name) | ast.Attribute(attr=name) | ast.keyword(arg=str(name)):
            if name.startswith("_"):
                hint = "a key of data can be written in brackets: a['_id']"
                raise tree.error(node, f"{name!r} starts with an underscore", hint)
        case ast.comprehension(is_async=1):
            raise tree.error(node.target, "a list cannot be asynchronous")
        case ast.comprehension(target=target):
            _check_target(tree, target)
        case ast.ListComp(generators=generators) | ast.DictComp(generators=generators):
            if len(generators) > GENERATORS:
                raise tree.error(node, f"a list has more than {GENERATORS} `for`")
        case ast.keyword(arg=None):
            raise tree.error(node.value, "arguments cannot be unpacked")
        case ast.Dict(keys=keys) if None in keys:
            raise tree.error(node, "a mapping cannot be unpacked", "write merge(a, b)")
        case _:
            _check_allowed(tree, node)


def _check_constant(tree: Tree, node: ast.AST, value: object) -> None:
    if isinstance(value, int) and value.bit_length() > 63:
        raise tree.error(node, "a whole number does not fit into 64 bits")
    if value in (float("inf"), ...) or isinstance(value, bytes | complex):
        raise tree.error(node, "a literal is a text, a number, true, false or null")
    if isinstance(value, str):
        try:
            value.encode()
        except UnicodeEncodeError:
            raise tree.error(node, "a text holds half a character") from None


def _check_target(tree: Tree, target: ast.expr) -> None:
    names = target.elts if isinstance(target, ast.Tuple) else [target]
    for name in names:
        if not isinstance(name, ast.Name):
            raise tree.error(name, "after `for` stand names only")


def _check_allowed(tree: Tree, node: ast.AST) -> None:
    if isinstance(node, ast.Tuple) and isinstance(node.ctx, ast.Store):
        return
    if not isinstance(node, _ALLOWED):
        name = type(node).__name__.lower()
        what, instead = _INSTEAD.get(type(node), (f"{name!r}", ""))
        raise tree.error(node, f"{what} cannot stand in an expression", instead)


def constant(node: ast.AST) -> tuple[bool, object]:
    """Whether a node is a literal, and its value; JSON's spellings count as literals."""
    if isinstance(node, ast.Constant):
        return True, node.value
    if isinstance(node, ast.Name) and node.id in _JSON_CONSTANTS:
        return True, _JSON_CONSTANTS[node.id]
    return False, None
