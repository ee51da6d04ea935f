"""YAML 1.2, read as JSON, and written so that readers of YAML 1.1 understand it alike."""

from __future__ import annotations

import re
from collections.abc import Hashable
from typing import Any

import yaml

from interlock.sdk import InvalidInput
from interlock_data.formats.text import exact


def read_yaml(text: str) -> Any:
    """The value of one YAML 1.2 document: ``on`` and dates are strings, keys become strings."""
    try:
        return exact(yaml.load(text, Loader=_Loader))  # noqa: S506 - derived from the safe loader
    except yaml.YAMLError as error:
        raise InvalidInput(f"not YAML: {_one_line(error)}", path="$.data") from None
    except ValueError as error:
        raise InvalidInput(f"not YAML that can be kept: {error}", path="$.data") from None


def write_yaml(value: Any) -> str:
    return yaml.dump(value, Dumper=_Dumper, sort_keys=False, allow_unicode=True)


def _one_line(error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    told = (getattr(error, name, None) for name in ("context", "problem"))
    problem = ", ".join(part for part in told if part) or str(error)
    return f"{problem}, line {mark.line + 1} column {mark.column + 1}" if mark else problem


class _Loader(yaml.SafeLoader):
    """Scalars as in YAML 1.2's core schema; no tags beyond JSON's types."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 - PyYAML's own attribute

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Hashable, Any]:
        """Keys as they are written: ``1`` and ``true`` would be one key in Python."""
        mapping: dict[Hashable, Any] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise yaml.constructor.ConstructorError(
                    None, None, "a key is a list or a mapping", key.start_mark
                )
            if key.value in mapping:
                problem = f"the key {key.value!r} comes twice"
                raise yaml.constructor.ConstructorError(None, None, problem, key.start_mark)
            mapping[key.value] = self.construct_object(value, deep=deep)
        return mapping


class _Dumper(yaml.SafeDumper):
    """Quotes what YAML 1.1 or 1.2 would read as anything but a string; writes no aliases."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


_CORE = (
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("int", r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", "-+0123456789"),
    (
        "float",
        r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)",
        "-+.0123456789",
    ),
)

for _tag, _pattern, _first in _CORE:
    for _class in (_Loader, _Dumper):
        _class.add_implicit_resolver(
            f"tag:yaml.org,2002:{_tag}", re.compile(rf"(?:{_pattern})\Z"), list(_first)
        )


_LOST_IN_QUOTES = re.compile("[\r\x85\u2028\u2029\ufeff]")


def _string(dumper: _Dumper, text: str) -> yaml.ScalarNode:
    # PyYAML folds these line ends away unless they are escaped.
    style = '"' if _LOST_IN_QUOTES.search(text) else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _string)


def _integer(loader: _Loader, node: yaml.ScalarNode) -> int:
    text = node.value
    base = {"0o": 8, "0x": 16}.get(text[:2], 10)
    return int(text[2:] if base != 10 else text, base)


_Loader.add_constructor("tag:yaml.org,2002:int", _integer)
for _tag in ("timestamp", "binary", "omap", "pairs", "set"):
    _Loader.yaml_constructors.pop(f"tag:yaml.org,2002:{_tag}", None)
