"""Prompt templates: files with versions, checked when the service starts.

``release_note@2.md`` is version 2 of ``release_note``: YAML between two lines ``---``, then the
prompt with its variables as ``{{ name }}``.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import orjson
import yaml
from jsonschema import Draft202012Validator
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from interlock.sdk import (
    InvalidInput,
    NeedsAttention,
    NotFound,
    Prompt,
    PromptArgument,
    PromptMessage,
)
from interlock_ai.structured import check_schema

_FILE = re.compile(r"([A-Za-z][\w-]*)@([1-9]\d*)\.md")
_VARIABLE = re.compile(r"\{\{\s*(\w+)\s*\}\}")
# What other languages of templates have, and this one has not; braces of code are left alone.
_NO_VARIABLE = re.compile(r"\{\{-?\s*\w+(?:(?:\.|\s*\|\s*|-)\w+)+\s*-?\}\}")
_HEAD = re.compile(r"\A---\n(.*?)^---\n(.*)\Z", re.DOTALL | re.MULTILINE)


class _Head(BaseModel):
    """What stands above a prompt."""

    model_config = ConfigDict(extra="forbid")

    description: str = ""
    system: str | None = None
    variables: dict[str, dict[str, Any]] = Field(default_factory=dict)
    answer: dict[str, Any] | None = None
    max_tokens: int | None = Field(None, ge=1)
    temperature: float | None = Field(None, ge=0, le=2)


@dataclass(frozen=True, slots=True)
class Filled:
    """What a template makes of its variables' values."""

    text: str
    system: str | None


@dataclass(frozen=True, slots=True)
class Template:
    """One version of a prompt.

    Attributes:
        digest: of the file: tells two texts apart that claim one version.
        variables: JSON Schemas by name; one with a ``default`` may be left out.
        answer: JSON Schema of the answer, if it is to be JSON.
    """

    name: str
    version: int
    digest: str
    text: str
    description: str
    system: str | None
    variables: Mapping[str, Mapping[str, Any]]
    answer: dict[str, Any] | None
    max_tokens: int | None
    temperature: float | None

    @property
    def stamp(self) -> dict[str, Any]:
        """What the record of an answer says of it."""
        return {"name": self.name, "version": self.version, "digest": self.digest}

    def filled(self, values: Mapping[str, Any]) -> Filled:
        """Prompt and instructions; values that are no text are put in as JSON.

        Whatever stands in a value stays as it is: none is read as a template.

        Raises:
            InvalidInput: a variable is missing, unknown or does not fit its schema.
        """
        ready = {name: self._value(name, values) for name in self.variables}
        for name in values:
            if name not in self.variables:
                known = ", ".join(self.variables) or "none"
                raise InvalidInput(
                    f"the template {self.name} has no variable {name!r}; it has: {known}",
                    path=f"$.variables.{name}",
                )

        def put_in(text: str) -> str:
            return _VARIABLE.sub(lambda found: ready[found[1]], text)

        return Filled(put_in(self.text), None if self.system is None else put_in(self.system))

    def _value(self, name: str, values: Mapping[str, Any]) -> str:
        schema, path = self.variables[name], f"$.variables.{name}"
        if name not in values and "default" not in schema:
            raise InvalidInput(f"the template {self.name} needs {name}", path=path)
        value = values.get(name, schema.get("default"))
        for fault in Draft202012Validator(schema).iter_errors(value):
            raise InvalidInput(f"{path}: {fault.message[:200]}", path=path)
        return value if isinstance(value, str) else orjson.dumps(value).decode()


class Templates:
    """All templates of a folder."""

    def __init__(self, templates: Sequence[Template] = ()) -> None:
        self._by_name: dict[str, dict[int, Template]] = {}
        for template in sorted(templates, key=lambda each: (each.name, each.version)):
            self._by_name.setdefault(template.name, {})[template.version] = template

    def get(self, name: str) -> Template:
        """``name`` in its newest version, or ``name@version``; NotFound otherwise."""
        base, _, version = name.partition("@")
        versions = self._by_name.get(base, {})
        if not version and versions:
            return versions[max(versions)]
        if version.isdecimal() and int(version) in versions:
            return versions[int(version)]
        known = [f"{base}@{each}" for each in versions] or list(self._by_name)
        raise NotFound(
            f"there is no template {name!r}", nearest=get_close_matches(name, known) or known[:3]
        )

    def listed(self) -> list[dict[str, Any]]:
        return [
            {
                **template.stamp,
                "description": template.description,
                "variables": dict(template.variables),
                "newest": template.version == max(versions),
            }
            for versions in self._by_name.values()
            for template in versions.values()
        ]

    def prompts(self) -> dict[str, Prompt]:
        """The newest version of each, for MCP clients."""
        return {name: _prompt(self.get(name)) for name in self._by_name}


def load_templates(folder: Path) -> Templates:
    """Read a folder; blocks.

    Raises:
        NeedsAttention: the folder or a file cannot be used; names the file and why.
    """
    if not folder.is_dir():
        message = f"templates: there is no folder {folder.absolute()}"
        raise NeedsAttention(message, hint="a path begins where the daemon was started")
    return Templates([_read(file) for file in sorted(folder.glob("*.md"))])


def _read(file: Path) -> Template:
    def fault(reason: str) -> NeedsAttention:
        return NeedsAttention(f"{file}: {reason}", hint="see the README of interlock-ai, Templates")

    named = _FILE.fullmatch(file.name)
    if named is None:
        raise fault("a template is named like release_note@1.md")
    content = file.read_bytes()
    parts = _HEAD.match(content.decode(errors="replace").replace("\r\n", "\n"))
    if parts is None:
        raise fault("it does not begin with YAML between two lines ---")
    try:
        head = _Head.model_validate(yaml.safe_load(parts[1]) or {})
        for schema in (head.variables or {}).values():
            Draft202012Validator.check_schema(schema)
        if head.answer is not None:
            check_schema(head.answer)
    except ValidationError as error:
        first = error.errors()[0]
        raise fault(f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from None
    except Exception as error:  # noqa: BLE001 - whatever is wrong with it, the file is named
        raise fault(str(error).partition("\n")[0]) from None
    said = f"{head.system or ''}\n{parts[2]}"
    if unknown := set(_VARIABLE.findall(said)) - set(head.variables):
        raise fault(f"{', '.join(sorted(unknown))} stands in the text, but not under variables")
    if strange := _NO_VARIABLE.search(said):
        raise fault(f"{strange[0]} is no variable, whose name is letters, digits and _ alone")
    digest = hashlib.sha256(content).hexdigest()[:16]
    more = {"text": parts[2].strip(), "digest": digest, **dict(head)}
    return Template(name=named[1], version=int(named[2]), **more)


def _prompt(template: Template) -> Prompt:
    arguments = {
        name: PromptArgument(str(schema.get("description", "")), "default" not in schema)
        for name, schema in template.variables.items()
    }
    return Prompt(template.description, _fill(template), arguments)


def _fill(template: Template) -> Callable[[Mapping[str, str]], list[PromptMessage]]:
    def fill(given: Mapping[str, str]) -> list[PromptMessage]:
        values = {name: _parsed(template, name, text) for name, text in given.items()}
        filled = template.filled(values)
        # MCP knows no system message: standing instructions come first in the one there is.
        return [PromptMessage("\n\n".join(filter(None, [filled.system, filled.text])))]

    return fill


def _parsed(template: Template, name: str, text: str) -> Any:
    """MCP clients give texts only: one for a variable of another type is JSON."""
    schema = template.variables.get(name, {})
    if schema.get("type", "string") == "string":
        return text
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        raise InvalidInput(f"{name} must be JSON", path=f"$.{name}") from None
