"""From a YAML document to a template; all faults at once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

import orjson

from interlock.config.document import Document
from interlock.config.faults import Fault, config_error
from interlock.journal import digest_of
from interlock.sdk.hooks import Function
from interlock.sdk.json_schema import Schema, schema_faults
from interlock.workflows.errors import CodeChanged
from interlock.workflows.groups import Group, Groups, is_group, schema_at
from interlock.workflows.queues import Place
from interlock.workflows.reading import Node, Reading, advice
from interlock.workflows.scope import ANYTHING, JsonSchema, Scope, run_scope
from interlock.workflows.subscriptions import subscriptions
from interlock.workflows.template import Template
from interlock.workflows.tools import ToolLookup

_TOP = (
    "workflow",
    "description",
    "aliases",
    "on",
    "input",
    "output",
    "timeout",
    "queue",
    "groups",
    "steps",
    "return",
)


def load_template(
    document: Document,
    tools: ToolLookup | None = None,
    templates: Mapping[str, JsonSchema] | None = None,
    functions: Mapping[str, Function] | None = None,
) -> Template:
    """Read and check one template.

    Args:
        tools: a tool by name; None to believe every name.
        templates: the workflows that ``run`` may name, with the schemas of their inputs; None
            to believe every name.
        functions: those of plugins, for expressions.

    Raises:
        ConfigError: with every fault, by file, line and column.
    """
    return _read(Reading(document, tools, templates, functions or {}))


def _read(reading: Reading) -> Template:
    template = _template(reading, Groups([reading]))
    if reading.faults or template is None:
        raise config_error(reading.faults)
    return template


def load_templates(
    documents: Iterable[Document],
    tools: ToolLookup | None = None,
    functions: Mapping[str, Function] | None = None,
    code: Sequence[Template] = (),
    queues: Collection[str] | None = None,
) -> list[Template]:
    """Read templates that may run each other and share groups of steps.

    Args:
        code: templates in Python; they are among the result.
        queues: those that templates may name; None to believe every name.

    Raises:
        ConfigError: with every fault of all of them; names given twice and circles included.
    """
    documents = list(documents)
    inputs = {name: _input_of(document) for document in documents for name in _names(document)}
    inputs |= {name: each.input.schema for each in code for name in (each.name, *each.aliases)}
    readings = [Reading(document, tools, inputs, functions or {}, queues) for document in documents]
    shared = [reading for reading in readings if is_group(reading.document)]
    groups = Groups(shared)
    read = [
        (reading, _template(reading, groups.and_of(reading)))
        for reading in readings
        if not is_group(reading.document)
    ]
    groups.read_all()
    faults = [fault for reading in readings for fault in reading.faults]
    faults += _taken_twice(documents, code)
    faults += _circles([(reading, found) for reading, found in read if found is not None])
    if faults:
        raise config_error(faults)
    return [template for _, template in read if template is not None] + list(code)


def restore_template(source: bytes, functions: Mapping[str, Function]) -> Template:
    """A template read back from the journal; what it names may be gone by now.

    Raises:
        CodeChanged: it is code, which cannot be had back.
    """
    data = orjson.loads(source)
    if "python" in data:
        raise CodeChanged(
            f"the code of workflow {data['workflow']} has changed since the run began",
            hint=f"the run began with another version of {data['python']}",
        )
    document = Document(source.decode(), "journal")
    return _read(Reading(document, functions=functions, believing=True))


def _template(reading: Reading, groups: Groups) -> Template | None:
    document = reading.document
    reading.faults += document.faults
    if not isinstance(document.data, dict):
        if not document.faults:
            fault = document.fault((), "a template is a mapping", expected="workflow:")
            reading.faults.append(fault)
        return None
    top = Node(reading, (), document.data, run_scope(ANYTHING))
    top.only(_TOP)
    name = top.text("workflow")
    if not name:
        top.fault(None, "the template has no name", expected="workflow: a_name")
    groups.read_all()
    output_schema = schema_at(top, "output")
    root = Group.read(reading, (), document.data, groups)
    used = groups.readings(root.uses)
    source = orjson.dumps({**document.data, **groups.embedded(root.uses)})
    return Template(
        name=name,
        version=digest_of(source),
        description=top.text("description"),
        aliases=tuple(map(str, top.get("aliases", list, "a list of names", []))),
        input=root.input,
        output=Schema(output_schema),
        block=root.block,
        result=root.result,
        source=source,
        timeout=top.duration("timeout"),
        queue=_place(reading, document.data, root.input.schema),
        triggers=subscriptions(reading, document.data, name),
        children=frozenset(reading.children).union(*(each.children for each in used)),
        referenced=frozenset(reading.referenced).union(*(each.referenced for each in used)),
    )


def _place(reading: Reading, data: Mapping[str, Any], schema: JsonSchema) -> Place | None:
    """``queue: name``, or with ``key`` and ``priority``."""
    if "queue" not in data:
        return None
    scope = Scope({"input": {"type": "object", **schema}})
    if isinstance(data["queue"], str):
        node = Node(reading, (), {"name": data["queue"]}, scope)
        at = "queue"
    else:
        found = Node(reading, (), data, scope).node("queue")
        if found is None:
            return None
        node, at = found, "name"
        node.only(("name", "key", "priority"))
    name = node.text("name")
    if reading.queues is not None and name not in reading.queues:
        message = f"there is no queue {name!r} in the configuration"
        path = ("queue",) if at == "queue" else ("queue", "name")
        wrong = advice(name, reading.queues, "a name under `queues:`")
        reading.faults.append(reading.document.fault(path, message, **wrong))
    key = node.value("key") if "key" in node.data else None
    return Place(name, key, node.value("priority") if "priority" in node.data else None)


def _names(document: Document) -> Iterator[str]:
    if isinstance(document.data, dict):
        yield str(document.data.get("workflow", ""))
        aliases = document.data.get("aliases", [])
        yield from map(str, aliases if isinstance(aliases, list) else [])


def _input_of(document: Document) -> JsonSchema:
    """The schema of a template's input; ``{}`` if it is none, which is told elsewhere."""
    schema = document.data.get("input", {})
    return schema if isinstance(schema, dict) and not schema_faults(schema) else ANYTHING


def _taken_twice(documents: Sequence[Document], code: Sequence[Template]) -> Iterator[Fault]:
    seen = {name: "code" for each in code for name in (each.name, *each.aliases)}
    for document in documents:
        for name in _names(document):
            if name in seen:
                message = f"workflow {name!r} is defined in {seen[name]} already"
                yield document.fault(("workflow",), message)
            seen.setdefault(name, document.file)


def _circles(read: Sequence[tuple[Reading, Template]]) -> Iterator[Fault]:
    """A workflow that runs itself, directly or through others, never ends."""
    of_name = {
        name: template for _, template in read for name in (template.name, *template.aliases)
    }

    def reaches(start: Template, goal: Template, seen: set[str]) -> bool:
        for name in start.children - seen:
            seen.add(name)
            child = of_name.get(name)
            if child is not None and (child is goal or reaches(child, goal, seen)):
                return True
        return False

    for reading, template in read:
        for name in sorted(template.children):
            path = reading.children.get(name, ("workflow",))
            child = of_name.get(name)
            if child is template or (child is not None and reaches(child, template, set())):
                message = f"{template.name} would run itself through {name!r}"
                yield reading.document.fault(path, message, hint="break the circle")
