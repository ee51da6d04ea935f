"""From a YAML document to a template; all faults at once."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, get_args

import orjson

from interlock.config.document import Document
from interlock.config.faults import Fault, Path, config_error
from interlock.expr import Expression, Value, parse
from interlock.journal import digest_of
from interlock.sdk.hooks import Function
from interlock.workflows.reading import Node, Reading, advice, listed
from interlock.workflows.schemas import Schema, schema_fault
from interlock.workflows.scope import ANYTHING, JsonSchema, Scope, run_scope
from interlock.workflows.steps import KINDS
from interlock.workflows.template import Block, Body, OnError, Step, Template
from interlock.workflows.tools import ToolLookup

_TOP = ("workflow", "description", "aliases", "input", "output", "timeout", "steps", "return")
_COMMON = ("id", "when", "timeout", "fallback", "on_error", "compensate")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def load_template(
    document: Document,
    tools: ToolLookup | None = None,
    templates: Collection[str] | None = None,
    functions: Mapping[str, Function] | None = None,
) -> Template:
    """Read and check one template.

    Args:
        tools: a tool by name; None to believe every name.
        templates: the workflows that ``run`` may name; None to believe every name.
        functions: those of plugins, for expressions.

    Raises:
        ConfigError: with every fault, by file, line and column.
    """
    reading = Reading(document, tools, templates, functions or {})
    template = _template(reading)
    if reading.faults or template is None:
        raise config_error(reading.faults)
    return template


def load_templates(
    documents: Iterable[Document],
    tools: ToolLookup | None = None,
    functions: Mapping[str, Function] | None = None,
) -> list[Template]:
    """Read templates that may run each other.

    Raises:
        ConfigError: with every fault of all of them; names given twice and circles included.
    """
    documents = list(documents)
    names = [name for document in documents for name in _names(document)]
    readings = [Reading(document, tools, names, functions or {}) for document in documents]
    read = [(reading, _template(reading)) for reading in readings]
    faults = [fault for reading in readings for fault in reading.faults]
    faults += _taken_twice(documents)
    faults += _circles([(reading, found) for reading, found in read if found is not None])
    if faults:
        raise config_error(faults)
    return [template for _, template in read if template is not None]


def restore_template(source: bytes, functions: Mapping[str, Function]) -> Template:
    """A template read back from the journal; what it names may be gone by now."""
    return load_template(Document(source.decode(), "journal"), functions=functions)


class StepNode(Node):
    """A step on its way.

    Attributes:
        undoing: it stands under ``compensate``.
    """

    undoing = False

    def inside(
        self, key: str | None = None, names: Mapping[str, JsonSchema] | None = None
    ) -> StepNode:
        """The same place, or a mapping inside, with a scope of its own."""
        path, data = (self.path, self.data) if key is None else ((*self.path, key), self.data[key])
        inner = StepNode(self.reading, path, data, self.scope.inside(names))
        inner.undoing = self.undoing
        return inner

    def block(self, key: str) -> tuple[Block, JsonSchema]:
        """The steps under ``key``, and the schema of the last one's output."""
        items = self.data.get(key)
        if not isinstance(items, list) or not items:
            self.fault(key, f"{key} is not a list of steps", expected="a list of steps")
            return Block(()), ANYTHING
        later = [item.get("id") for item in items if isinstance(item, dict)]
        scope = self.scope.before(str(name) for name in later if name)
        steps: dict[str, Step] = {}
        schema: JsonSchema = {"type": "null"}
        for index, item in enumerate(items):
            node = StepNode(self.reading, (*self.path, key, index), item, scope)
            node.undoing = self.undoing
            if not isinstance(item, dict):
                node.fault(None, "a step is not a mapping", expected="a step such as call: a.tool")
                continue
            step, schema = node.step(index)
            if step is None:
                continue
            if step.name in steps:
                node.fault("id", f"there are two steps {step.name!r} in this block")
            steps[step.name] = step
            scope.steps[step.name] = schema
        return Block(tuple(steps.values())), schema

    def step(self, index: int) -> tuple[Step | None, JsonSchema]:
        """This node as a step; its name is its id, or its kind and place."""
        kinds = [key for key in KINDS if key in self.data]
        if len(kinds) != 1:
            self._no_kind(kinds)
            return None, ANYTHING
        kind = KINDS[kinds[0]]
        self.only((*_COMMON, kinds[0], *kind.keys))
        for key in kind.without:
            if key in self.data:
                message = f"a step with `{kinds[0]}` has no `{key}`"
                self.key_fault(key, message, hint="leave it out")
        before = len(self.reading.faults)
        action, schema = kind.read(self)
        name = self._id() if "id" in self.data else f"{kinds[0]}-{index + 1}"
        # What compensates a step sees that step's own output.
        after = self.scope.inside()
        after.steps[name] = schema
        undo = self._body("compensate", after, undoing=True)
        on_error = self.choice("on_error", get_args(OnError), "fail")
        step = Step(
            name,
            action,
            self.expression("when") if "when" in self.data else None,
            self.duration("timeout"),
            self._body("fallback", self.scope.inside()),
            on_error,
            undo,
        )
        certain = on_error == "fail" and step.when is None and step.fallback is None
        sound = len(self.reading.faults) == before
        return step, schema if certain and sound else ANYTHING

    def never(self) -> Expression:
        return parse("false")

    def _id(self) -> str:
        name = self.text("id")
        if not _NAME.fullmatch(name):
            self.fault("id", f"{name!r} is no name", expected="letters, digits and _")
        return name

    def _no_kind(self, kinds: Sequence[str]) -> None:
        if kinds:
            self.key_fault(kinds[1], f"a step is one of {listed(kinds)}, not several at once")
            return
        unknown = [key for key in self.data if key not in _COMMON]
        for key in unknown[:1]:
            message = f"unknown kind of step {key!r}"
            self.key_fault(key, message, **advice(key, KINDS, f"one of {listed(KINDS)}"))
        if not unknown:
            self.fault(None, "the step does nothing", expected=f"one of {listed(KINDS)}")

    def _body(self, key: str, scope: Scope, *, undoing: bool = False) -> Body | None:
        """``fallback`` or ``compensate``: steps, one step, or a value."""
        if key not in self.data or (data := self.node(key)) is None:
            return None
        node = StepNode(self.reading, data.path, data.data, scope)
        node.undoing = undoing or self.undoing
        if "value" in node.data and not undoing:
            node.only(("value",))
            value: Value = node.value("value")
            return value
        return node.step(0)[0]


def _template(reading: Reading) -> Template | None:
    document = reading.document
    reading.faults += document.faults
    if not isinstance(document.data, dict):
        reading.faults.append(document.fault((), "a template is a mapping", expected="workflow:"))
        return None
    top = Node(reading, (), document.data, run_scope(ANYTHING))
    top.only(_TOP)
    name = top.text("workflow")
    if not name:
        top.fault(None, "the template has no name", expected="workflow: a_name")
    input_schema, output_schema = _schema(top, "input"), _schema(top, "output")
    root = StepNode(reading, (), document.data, run_scope({"type": "object", **input_schema}))
    block, _ = root.block("steps")
    result = _result(root, block) if "return" in document.data else None
    source = orjson.dumps(document.data)
    return Template(
        name=name,
        version=digest_of(source),
        description=top.text("description"),
        aliases=tuple(map(str, top.get("aliases", list, "a list of names", []))),
        input=Schema(input_schema),
        output=Schema(output_schema),
        block=block,
        result=result,
        source=source,
        timeout=top.duration("timeout"),
        children=frozenset(reading.children),
        referenced=frozenset(reading.referenced),
    )


def _schema(top: Node, key: str) -> Mapping[str, Any]:
    schema = top.get(key, dict, "a JSON Schema", {})
    if (error := schema_fault(schema)) is not None:
        path: Path = (key, *error.absolute_path)
        fault = top.reading.document.fault(path, f"not a JSON Schema: {error.message}")
        top.reading.faults.append(fault)
        return {}
    return schema


def _result(root: StepNode, block: Block) -> Value:
    scope = root.scope.inside()
    scope.steps.update((step.name, ANYTHING) for step in block.steps)
    return StepNode(root.reading, (), root.data, scope).value("return")


def _names(document: Document) -> Iterator[str]:
    if isinstance(document.data, dict):
        yield str(document.data.get("workflow", ""))
        aliases = document.data.get("aliases", [])
        yield from map(str, aliases if isinstance(aliases, list) else [])


def _taken_twice(documents: Sequence[Document]) -> Iterator[Fault]:
    seen: dict[str, Document] = {}
    for document in documents:
        for name in _names(document):
            if name in seen:
                message = f"workflow {name!r} is defined in {seen[name].file} already"
                yield document.fault(("workflow",), message)
            seen.setdefault(name, document)


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
        for name, path in reading.children.items():
            child = of_name.get(name)
            if child is template or (child is not None and reaches(child, template, set())):
                message = f"{template.name} would run itself through {name!r}"
                yield reading.document.fault(path, message, hint="break the circle")
