"""What one endpoint shows: tools and workflows, under the names that its clients see."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError

from interlock.config import ExposedConfig
from interlock.host.catalog import ToolEntry
from interlock.runtime import Caller, Forbidden, Runtime, current_caller
from interlock.sdk import NotFound, Prompt
from interlock.sdk.sound_schema import is_sound
from interlock.workflows import Template

_log = logging.getLogger(__name__)

_NAME = re.compile(r"[A-Za-z0-9_.-]{1,128}")
# Escape sequences, and characters that a person does not see but a model reads.
_HIDDEN = re.compile(
    r"\x1b\[[0-9;?]*[ -/]*[@-~]"
    r"|[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]"
)


@dataclass(frozen=True, slots=True)
class Offer:
    """One tool or workflow.

    Attributes:
        shown: its name for the clients of this endpoint.
        name: its full name.
        wire: the MCP ``Tool``.
        plain: the same for clients before 2026-07-28, whose results are objects only.
    """

    shown: str
    name: str
    workflow: bool
    wire: Mapping[str, Any]
    plain: Mapping[str, Any]

    @property
    def input_schema(self) -> dict[str, Any]:
        schema: dict[str, Any] = self.wire["inputSchema"]
        return schema


class Offers:
    """Looks tools up for every request, so that those that come and go do so at once."""

    def __init__(self, runtime: Runtime, exposed: ExposedConfig) -> None:
        self._runtime = runtime
        self._exposed = exposed
        self._made: dict[str, tuple[object, Offer | None]] = {}

    def admit(self, caller: Caller) -> None:
        """Raises Forbidden if ``caller`` may not use this endpoint at all."""
        if not _matches(caller.name, self._exposed.callers):
            raise Forbidden(
                f"{caller.name} may not use this endpoint", hint="see mcp.servers, `callers`"
            )

    def all(self) -> list[Offer]:
        """What the caller may see, by name."""
        caller = current_caller()
        renamed = self._renamed()
        found = []
        for source in (*self._runtime.host.catalog, *self._runtime.engine.templates()):
            if caller.sees(source.name):
                for shown in renamed.get(source.name) or self._own_name(source.name):
                    offer = self._offer(shown, source)
                    found += [] if offer is None else [offer]
        return sorted(found, key=lambda offer: offer.shown)

    def find(self, shown: str) -> Offer | None:
        """By the name that clients see; None if it is not shown here.

        What is beyond the caller's scopes is found: the call is refused, and audited.
        """
        target = self._exposed.names.get(shown, shown)
        source = self._source(target)
        if source is None:
            return None
        if shown not in self._exposed.names and not self._shows(source.name):
            return None
        return self._offer(shown, source)

    def prompts(self) -> dict[str, Prompt]:
        """Prompts of services, shown as tools of their names would be."""
        caller = current_caller()
        offered = self._runtime.host.services.prompts().items()
        return {name: prompt for name, prompt in offered if caller.sees(name) and self._shows(name)}

    def fingerprint(self) -> tuple[object, ...]:
        """Differs as soon as there is anything else to list."""
        tools = [(entry.name, id(entry.spec)) for entry in self._runtime.host.catalog]
        templates = [(each.name, each.version) for each in self._runtime.engine.templates()]
        return (*tools, *templates)

    def _source(self, name: str) -> ToolEntry | Template | None:
        try:
            if "." in name:
                return self._runtime.host.catalog.get(name)
            return self._runtime.engine.template(name)
        except NotFound:
            pass
        try:
            return self._runtime.host.catalog.get(name)
        except NotFound:
            return None

    def _shows(self, name: str) -> bool:
        return _matches(name, self._exposed.tools)

    def _own_name(self, name: str) -> tuple[str, ...]:
        return (name,) if self._shows(name) else ()

    def _renamed(self) -> dict[str, list[str]]:
        renamed: dict[str, list[str]] = {}
        for shown, target in self._exposed.names.items():
            if (source := self._source(target)) is not None:
                renamed.setdefault(source.name, []).append(shown)
        return renamed

    def _offer(self, shown: str, source: ToolEntry | Template) -> Offer | None:
        """Made once for each tool; None if clients could not read it."""
        identity = source.spec if isinstance(source, ToolEntry) else source
        known = self._made.get(shown)
        if known is None or known[0] is not identity:
            known = self._made[shown] = (identity, _make(shown, source))
        return known[1]


def _make(shown: str, source: ToolEntry | Template) -> Offer | None:
    workflow = isinstance(source, Template)
    entry = source.as_tool() if isinstance(source, Template) else source.to_dict()
    output = entry["output_schema"]
    try:
        _check(shown, entry["input_schema"], output)
    except (SchemaError, ValueError) as error:
        _log.warning("%s is not shown to MCP clients: %s", shown, str(error).partition("\n")[0])
        return None
    wire = {
        "name": shown,
        "description": _HIDDEN.sub("", entry["description"]),
        "inputSchema": entry["input_schema"],
        "annotations": _annotations(entry["facts"]),
    }
    whole = {**wire, "outputSchema": output} if output else wire
    plain = whole if output.get("type") == "object" else wire
    return Offer(shown, entry["name"], workflow, whole, plain)


def _check(shown: str, given: Mapping[str, Any], output: Mapping[str, Any]) -> None:
    """One tool that clients cannot read would cost them the whole list."""
    if not _NAME.fullmatch(shown):
        raise ValueError("its name has other characters than letters, digits, -, _ and dots")
    if given.get("type") != "object":
        raise ValueError("its input is no object")
    for schema in (given, output):
        if not is_sound(schema):
            Draft202012Validator.check_schema(schema)


def _annotations(facts: Mapping[str, Any]) -> dict[str, Any]:
    reads = facts["effect"] == "read"
    return {
        "readOnlyHint": reads,
        "idempotentHint": bool(facts["idempotent"]),
        "destructiveHint": bool(facts.get("destructive", False)),
    }


def _matches(name: str, patterns: tuple[str, ...]) -> bool:
    return "*" in patterns or any(fnmatchcase(name, each) for each in patterns)
