"""YAML 1.2 texts as trees of nodes that know their place.

PyYAML implements YAML 1.1; the scalars of the 1.2 core schema are given to it here
(https://yaml.org/spec/1.2.2/#1032-tag-resolution), so that ``on``, ``yes`` and ``12:30`` stay
texts. The C parser of libyaml is used where PyYAML was built with it.
"""

from __future__ import annotations

import re
from typing import Any

import yaml
from yaml.error import MarkedYAMLError

_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

DEPTH = 60

_TAG = "tag:yaml.org,2002:"
_SCALARS: tuple[tuple[str, str, str], ...] = (
    ("null", r"~|null|Null|NULL|", "~nN\0"),
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("int", r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", "-+0123456789"),
    (
        "float",
        r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)",
        "-+.0123456789",
    ),
)


class _Loader(_Base):  # type: ignore[misc]  # one of two base classes, known at run time
    """Composes nodes; never constructs objects."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 - PyYAML's own class attribute
    _depth = 0

    def descend_resolver(self, parent: yaml.Node | None, index: Any) -> None:
        """Called on the way into each node.

        PyYAML means it for tags that depend on a path. The composer in C has no bound of its own
        and takes the process down with it on a few thousand brackets.
        """
        self._depth += 1
        if self._depth > DEPTH:
            mark = parent.start_mark if parent else None
            raise MarkedYAMLError(
                problem=f"values are nested deeper than {DEPTH}", problem_mark=mark
            )

    def ascend_resolver(self) -> None:
        self._depth -= 1


for _kind, _pattern, _first in _SCALARS:
    _Loader.add_implicit_resolver(
        _TAG + _kind, re.compile(f"(?:{_pattern})$"), [each.strip("\0") for each in _first]
    )


def compose(text: str) -> yaml.Node | None:
    """The root node; None for an empty text.

    Raises:
        yaml.YAMLError: the text is not YAML.
    """
    loader = _Loader(text)
    try:
        return loader.get_single_node()  # type: ignore[no-any-return]
    finally:
        loader.dispose()


def scalar(node: yaml.ScalarNode) -> Any:
    """The JSON value of a scalar.

    Raises:
        ValueError: it has a tag of its own, or JSON has no such number.
    """
    kind, text = node.tag.removeprefix(_TAG), node.value
    match kind:
        case "str":
            return text
        case "null":
            return None
        case "bool":
            return text[0] in "tT"
        case "int":
            return int(text, 0) if text[:2] in ("0o", "0x") else int(text)
        case "float":
            return _float(text)
    raise ValueError(f"the tag {node.tag} is not supported")


def _float(text: str) -> float:
    if "." in text and text.lstrip("+-").lower() in (".inf", ".nan"):
        raise ValueError(f"{text} is not a JSON number")
    return float(text)


def is_standard(node: yaml.Node) -> bool:
    """Whether a list or mapping has no tag of its own."""
    return bool(node.tag in (f"{_TAG}map", f"{_TAG}seq"))
