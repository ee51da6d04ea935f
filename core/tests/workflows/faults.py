"""Templates that are read with one tool known, and the faults that are found."""

from textwrap import dedent

import pytest

from interlock.config.document import Document
from interlock.config.faults import ConfigError
from interlock.sdk import NotFound
from interlock.workflows import ToolInfo, load_template

GET_FILE = ToolInfo(
    "figma.get_file",
    {
        "type": "object",
        "properties": {"file_key": {"type": "string"}, "depth": {"type": "integer"}},
        "required": ["file_key"],
        "additionalProperties": False,
    },
    {"type": "object", "properties": {"name": {"type": "string"}}},
)


def known_tool(name: str) -> ToolInfo:
    if name != "figma.get_file":
        raise NotFound(f"no {name}", nearest=["figma.get_file"])
    return GET_FILE


def faults_in(text: str, *, workflows: tuple[str, ...] = ()) -> list[str]:
    """``line:column message (advice)`` of each fault; the first step stands in line 2."""
    document = Document(dedent(text).strip(), "w.yaml")
    with pytest.raises(ConfigError) as error:
        load_template(document, known_tool, {name: {} for name in workflows})
    return [
        f"{fault.line}:{fault.column} {fault.message}"
        + (f" ({fault.hint or fault.expected})" if fault.hint or fault.expected else "")
        for fault in error.value.faults
    ]


def fault_of(step: str) -> str:
    (fault,) = faults_in(f"workflow: w\nsteps:\n  - {step}")
    return fault
