"""The expression language of templates, triggers and conditions: read, check, evaluate.

An expression is a subset of Python's: literals, names, ``a.b`` (a key of a mapping, never an
attribute), ``a[i]``, slices, comparisons, ``and or not``, ``+ - * / // %``, ``x if c else y``,
lists, mappings, comprehensions with up to two ``for``, and calls of known pure functions. It has
no clock, randomness, environment or attributes, and ends within a budget of steps and size.
"""

from interlock.expr.budget import Budget
from interlock.expr.errors import (
    ExpressionError,
    MissingValue,
    Problem,
    did_you_mean,
    nearest,
)
from interlock.expr.expression import Expression, parse
from interlock.expr.lookups import Reference
from interlock.expr.operators import kind
from interlock.expr.shapes import Shape
from interlock.expr.template import Value, compile_value, constant

__all__ = [
    "Budget",
    "Expression",
    "ExpressionError",
    "MissingValue",
    "Problem",
    "Reference",
    "Shape",
    "Value",
    "compile_value",
    "constant",
    "did_you_mean",
    "kind",
    "nearest",
    "parse",
]
