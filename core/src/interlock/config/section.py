"""What every part of the configuration is made of."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict


def _service_name(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]*", text):
        raise ValueError("expected a name of letters, digits, - and _")
    return text


def _tool_name(text: str) -> str:
    if not re.fullmatch(r"[^.\s]+\.\S+", text):
        raise ValueError("expected the name of a tool, as in figma.get_file")
    return text


ServiceName = Annotated[str, AfterValidator(_service_name)]
ToolName = Annotated[str, AfterValidator(_tool_name)]


class Section(BaseModel):
    """A mapping of the file with fixed keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")
