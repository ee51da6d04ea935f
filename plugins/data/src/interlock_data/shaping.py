"""JMESPath expressions and text templates. Both run callers' programs: only in a worker."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import jmespath
from jinja2 import StrictUndefined, TemplateError, TemplateSyntaxError, UndefinedError
from jinja2.exceptions import SecurityError
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jmespath.exceptions import JMESPathError

from interlock.sdk import InvalidInput, Rejected
from interlock_data.choices import Escape

# What a template gives must follow from its arguments.
_BY_CHANCE_FILTERS = ("random",)
_BY_CHANCE_GLOBALS = ("lipsum",)


def transform(data: Any, expression: str) -> Any:
    """What the expression selects; null if nothing.

    Raises:
        InvalidInput: it is no JMESPath.
        Rejected: a function of it does not fit the data.
    """
    try:
        compiled = jmespath.compile(expression)
    except JMESPathError as error:
        raise InvalidInput(f"not JMESPath: {_one_line(error)}", path="$.expression") from None
    try:
        return compiled.search(data)
    except JMESPathError as error:
        raise Rejected(f"the expression does not fit the data: {_one_line(error)}") from None
    except (TypeError, ValueError, ArithmeticError, AttributeError) as error:
        # jmespath leaves a few mistakes of expressions to Python, such as a slice's step of 0.
        raise Rejected(f"the expression does not fit the data: {error}") from None


def render(template: str, values: Mapping[str, Any], escape: Escape) -> str:
    """The filled-in template.

    Raises:
        InvalidInput: it is no template; names the line.
        Rejected: it uses a value that is not given, or fails with those that are.
    """
    try:
        return _environment(escape == "html").from_string(template).render(values)
    except TemplateSyntaxError as error:
        raise InvalidInput(f"line {error.lineno}: {error.message}", path="$.template") from None
    except UndefinedError as error:
        raise Rejected(f"the template uses what is not given: {error.message}") from None
    except SecurityError as error:
        raise Rejected(f"the template asks for more than it may: {error}") from None
    except (TemplateError, TypeError, ValueError, ArithmeticError, LookupError) as error:
        raise Rejected(f"the template fails: {error}") from None


@cache
def _environment(escape: bool) -> ImmutableSandboxedEnvironment:
    environment = ImmutableSandboxedEnvironment(
        autoescape=escape, undefined=StrictUndefined, keep_trailing_newline=True
    )
    for name in _BY_CHANCE_FILTERS:
        del environment.filters[name]
    for name in _BY_CHANCE_GLOBALS:
        del environment.globals[name]
    return environment


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())
