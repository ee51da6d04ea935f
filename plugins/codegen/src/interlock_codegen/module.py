"""The text of a component's file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from interlock_codegen.element import Element
from interlock_codegen.job import Job
from interlock_codegen.jsx import Printer, quoted
from interlock_codegen.variants.axes import Axis
from interlock_codegen.variants.merge import Member
from interlock_codegen.variants.tables import Tables, key_expression, variant_key

Json = Mapping[str, Any]
_NODE_ID = """const at = (outer: string | undefined, inner: string) =>
  outer ? `I${outer.replace(/^I/, "")};${inner.replace(/^I/, "")}` : inner;
"""
_SCROLLER = "/** A box that scrolls is reached by keyboard. */\nconst scrollTabIndex = 0;\n"
Body = tuple[Sequence[Member], Element]


@dataclass(frozen=True)
class Property:
    """One line of the interface; ``default`` is TypeScript, empty for none."""

    identifier: str
    type: str
    default: str
    description: str

    @classmethod
    def of(cls, prop: Json, axis: Axis | None) -> Self:
        """The property for an entry of the component's ``props``."""
        kind, default = prop["type"], prop.get("default")
        said = f"Figma: {prop['name']}"
        if axis is not None:
            union = " | ".join(quoted(option) for option in axis.options)
            return cls(prop["identifier"], union, quoted(axis.default), said)
        if kind == "boolean":
            return cls(prop["identifier"], "boolean", str(bool(default)).lower(), said)
        if kind == "text":
            return cls(prop["identifier"], "string", quoted(str(default or "")), said)
        named = prop.get("default_name")
        return cls(prop["identifier"], "ReactNode", "", f"{said} ({named})" if named else said)

    def described(self) -> dict[str, str]:
        """For the report and the documentation."""
        return {
            "name": self.identifier,
            "type": self.type,
            "default": self.default,
            "description": self.description,
        }


def module(
    name: str,
    description: str,
    properties: Sequence[Property],
    bodies: Sequence[Body],
    axes: Sequence[Axis],
    tables: Tables,
    job: Job,
) -> str:
    """The file: imports, tables, interface, function."""
    body = "\n".join(_function_body(bodies, axes, job))
    used = [prop for prop in properties if re.search(rf"\b{prop.identifier}\b", body)]
    parts = []
    if any(prop.type == "ReactNode" for prop in properties):
        parts.append('import type { ReactNode } from "react";\n')
    if _is_nested(job):
        parts.append(_NODE_ID)
    if "{scrollTabIndex}" in body:
        parts.append(_SCROLLER)
    parts.append(_interface(name, properties, job))
    parts.extend(f"{line}\n" for line in tables.lines)
    parts.append(_doc(description) + _signature(name, used, job) + body + "\n}\n")
    return "\n".join(parts)


def used_components(roots: Iterable[Element]) -> list[str]:
    """The components that elements refer to, by name."""
    return sorted({each.tag for root in roots for each in root.walk() if each.is_component})


def imports(used: Sequence[str], folder: str) -> str:
    """A line for each component used, and an empty one."""
    lines = "".join(f'import {{ {name} }} from "{folder}/{name}";\n' for name in used)
    return f"{lines}\n" if lines else ""


def _is_nested(job: Job) -> bool:
    return job.node_ids and not job.is_screen


def _doc(text: str) -> str:
    plain = " ".join(text.replace("*/", "* /").split())
    return f"/** {plain} */\n" if plain else ""


def _interface(name: str, properties: Sequence[Property], job: Job) -> str:
    lines = [f"export interface {name}Props {{"]
    for prop in properties:
        lines.append(f"  {_doc(prop.description).strip()}")
        lines.append(f"  {prop.identifier}?: {prop.type};")
    if _is_nested(job):
        lines.append("  nodeId?: string;")
    lines += ["  /** Further classes for the outermost element. */", "  className?: string;", "}\n"]
    return "\n".join(lines)


def _signature(name: str, used: Sequence[Property], job: Job) -> str:
    names = [
        f"{prop.identifier} = {prop.default}" if prop.default else prop.identifier for prop in used
    ]
    names.append('className = ""')
    if _is_nested(job):
        names.append("nodeId")
    line = f"export function {name}({{ {', '.join(names)} }}: {name}Props) {{\n"
    if len(line) <= 100:
        return line
    inner = "".join(f"  {each},\n" for each in names)
    return f"export function {name}({{\n{inner}}}: {name}Props) {{\n"


def _function_body(bodies: Sequence[Body], axes: Sequence[Axis], job: Job) -> list[str]:
    choices = [axis for axis in axes if axis.is_choice]
    if len(bodies) == 1 or not choices:
        return _return(bodies[0][1], 1, job)
    default = variant_key(choices, {})
    ordered = sorted(bodies, key=lambda body: default in _keys(body, choices))
    lines = [f"  switch ({key_expression(choices)}) {{"]
    for body in ordered[:-1]:
        lines.extend(f"    case {quoted(key)}:" for key in _keys(body, choices))
        lines.extend(_return(body[1], 3, job))
    return [*lines, "    default:", *_return(ordered[-1][1], 3, job), "  }"]


def _keys(body: Body, choices: Sequence[Axis]) -> list[str]:
    return list(dict.fromkeys(variant_key(choices, member.values) for member in body[0]))


def _return(element: Element, depth: int, job: Job) -> list[str]:
    pad = "  " * depth
    printer = Printer(node_ids=job.node_ids, root=element, nested=not job.is_screen)
    return [f"{pad}return (", *printer.element(element, depth + 1), f"{pad});"]
