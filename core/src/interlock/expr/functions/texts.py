"""Functions on texts."""

from __future__ import annotations

import base64
import hashlib
import re
import unicodedata
from functools import lru_cache
from typing import Any

import orjson

from interlock.expr.budget import Budget
from interlock.expr.functions.arguments import sequence, text
from interlock.expr.operators import within

_PATTERN_LENGTH = 1000
_PATTERN_MEMORY = 1 << 20


def as_text(budget: Budget, value: Any) -> str:
    """A text as it is, anything else as JSON: ``true``, ``null``, ``[1,2]``."""
    return value if isinstance(value, str) else to_json(budget, value)


def to_json(budget: Budget, value: Any) -> str:
    budget.weigh(value)
    result = orjson.dumps(value).decode()
    budget.hold(len(result))
    return result


def parse_json(budget: Budget, value: Any) -> Any:
    budget.charge(len(text(value)) // 64)
    return orjson.loads(value)


def join(budget: Budget, items: Any, separator: Any = "") -> str:
    parts = [as_text(budget, item) for item in sequence(items)]
    budget.charge(len(parts))
    budget.hold(sum(map(len, parts)) + len(parts) * len(text(separator)))
    return str(separator.join(parts))


def split(budget: Budget, value: Any, separator: Any = None) -> list[str]:
    """At a separator, or at white space if none is given."""
    budget.charge(len(text(value)) // 64)
    return list(value.split(None if separator is None else text(separator)))


def replace(budget: Budget, value: Any, old: Any, new: Any) -> str:
    budget.charge(len(text(value)) // 64)
    found = value.count(text(old))
    budget.hold(len(value) + found * (len(text(new)) - len(old)))
    return str(value.replace(old, new))


def lower(value: Any) -> str:
    return text(value).lower()


def upper(value: Any) -> str:
    return text(value).upper()


def title(value: Any) -> str:
    return text(value).title()


def trim(value: Any) -> str:
    return text(value).strip()


def starts_with(value: Any, prefix: Any) -> bool:
    return text(value).startswith(text(prefix))


def ends_with(value: Any, suffix: Any) -> bool:
    return text(value).endswith(text(suffix))


def contains(budget: Budget, holder: Any, needle: Any) -> bool:
    return within(needle, holder, budget)


def matches(budget: Budget, value: Any, pattern: Any) -> bool:
    """Whether the regular expression is found anywhere in the text."""
    budget.charge(len(text(value)) // 16)
    return _compiled(text(pattern)).search(value) is not None


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> Any:
    # RE2 takes time linear in the text for every pattern; Python's re can be made to hang. It is
    # a library of 2.5 MB in memory, which few configurations need.
    import re2  # type: ignore[import-untyped]  # it ships no types

    if len(pattern) > _PATTERN_LENGTH:
        raise ValueError(f"a pattern is longer than {_PATTERN_LENGTH} characters")
    options = re2.Options()
    options.log_errors = False
    options.max_mem = _PATTERN_MEMORY
    try:
        return re2.compile(pattern, options)
    except re2.error as error:
        raise ValueError(f"not a pattern: {error.args[0].decode()}") from None


def slug(value: Any) -> str:
    """``Hello, Wörld`` as ``hello-world``."""
    plain = unicodedata.normalize("NFKD", text(value)).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")


def sha256(budget: Budget, value: Any) -> str:
    """Hexadecimal; of a text itself, of anything else as JSON with sorted keys."""
    return hashlib.sha256(canonical(budget, value)).hexdigest()


def canonical(budget: Budget, value: Any) -> bytes:
    if isinstance(value, str):
        budget.charge_text(len(value))
        return value.encode()
    budget.weigh(value)
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def to_base64(value: Any) -> str:
    return base64.b64encode(text(value).encode()).decode()


def from_base64(value: Any) -> str:
    return base64.b64decode(text(value), validate=True).decode()
