"""Templates made in Python: the same words as in YAML, read by the same reader."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import yaml

from interlock.config import Document
from interlock.workflows import Template, load_template


def create_workflow_template(
    name: str,
    steps: Sequence[Mapping[str, Any]],
    *,
    description: str = "",
    input: Mapping[str, Any] | None = None,
    output: Mapping[str, Any] | None = None,
    returns: Any = None,
) -> Template:
    """A template for :meth:`Runtime.register`.

    Args:
        steps: as under ``steps:`` of a YAML template.
        input, output: JSON Schemas.
        returns: as under ``return:``; default: the last step's output.

    Raises:
        ConfigError: every fault, by its place in the template written as YAML.
    """
    parts = {
        "workflow": name,
        "description": description,
        "input": input,
        "output": output,
        "steps": [dict(step) for step in steps],
        "return": returns,
    }
    data = {key: value for key, value in parts.items() if value not in (None, "")}
    text = yaml.safe_dump(data, sort_keys=False, allow_unicode=True)
    return load_template(Document(text, f"<{name}>"))
