"""YAML 1.2 texts as trees of nodes that know their place.

PyYAML implements YAML 1.1; which plain scalars are not texts is decided here, after the core
schema of 1.2 (https://yaml.org/spec/1.2.2/#1032-tag-resolution), so that ``on``, ``yes`` and
``12:30`` stay texts. The C parser of libyaml is used where PyYAML was built with it.
"""

from __future__ import annotations

import re
from functools import lru_cache
from math import isfinite
from typing import Any

import yaml
from yaml.error import MarkedYAMLError

DEPTH = 60

_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_TAG = "tag:yaml.org,2002:"
_COLLECTIONS: dict[type[yaml.Node], str] = {
    yaml.MappingNode: f"{_TAG}map",
    yaml.SequenceNode: f"{_TAG}seq",
}
_PLAIN = re.compile(
    r"""(?P<null> ~ | null | Null | NULL | )
      | (?P<bool> true | True | TRUE | false | False | FALSE)
      | (?P<int> [-+]?[0-9]+ | 0o[0-7]+ | 0x[0-9a-fA-F]+)
      | (?P<float> [-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?
                 | [-+]?\.(inf|Inf|INF) | \.(nan|NaN|NAN))""",
    re.VERBOSE,
)


class _Loader(_Base):  # type: ignore[misc]  # one of two base classes, known at run time
    """Composes nodes; never constructs objects."""

    _depth = 0

    def resolve(self, kind: type[yaml.Node], value: Any, implicit: Any) -> str:
        """The tag of a node that is written without one."""
        if kind is yaml.ScalarNode:
            return _plain_tag(value) if implicit[0] else f"{_TAG}str"
        return _COLLECTIONS[kind]

    def descend_resolver(self, parent: yaml.Node | None, index: Any) -> None:
        """Called on the way into each node; PyYAML means it for tags that depend on a path.

        The composer in C has no bound of its own on depth, and takes the process down with it
        on a few thousand brackets.
        """
        self._depth += 1
        if self._depth > DEPTH:
            mark = parent.start_mark if parent else None
            raise MarkedYAMLError(
                problem=f"values are nested deeper than {DEPTH}", problem_mark=mark
            )

    def ascend_resolver(self) -> None:
        self._depth -= 1


@lru_cache(maxsize=4096)
def _plain_tag(text: str) -> str:
    match = _PLAIN.fullmatch(text)
    return f"{_TAG}{match.lastgroup if match else 'str'}"


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
        ValueError: it has a tag that does not fit, or is a number that JSON cannot carry.
    """
    kind, text = node.tag.removeprefix(_TAG), node.value
    if kind not in ("str", _plain_tag(text).removeprefix(_TAG)):
        raise ValueError(f"the tag {node.tag} is not supported")
    match kind:
        case "str":
            return text
        case "null":
            return None
        case "bool":
            return text[0] in "tT"
        case "int":
            return _int(text)
        case _:
            return _float(text)


def _int(text: str) -> int:
    number = int(text, 0) if text[:2] in ("0o", "0x") else int(text)
    if not -(2**63) <= number < 2**64:
        raise ValueError(f"{text} has more than 64 bits; as a text, in quotes, it may have")
    return number


def _float(text: str) -> float:
    # Python writes infinity and NaN without YAML's leading point.
    number = float(text.replace(".", "") if text[-1].isalpha() else text)
    if not isfinite(number):
        raise ValueError(f"{text} is not a JSON number")
    return number


def is_standard(node: yaml.Node) -> bool:
    """Whether a list or mapping has no tag of its own."""
    return node.tag in _COLLECTIONS.values()
