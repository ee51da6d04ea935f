"""A template, read and checked: data that the interpreter walks."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Protocol

from interlock.events import Trigger
from interlock.expr import Expression, Value
from interlock.sdk.json_schema import Schema
from interlock.workflows.memo import Memo
from interlock.workflows.queues import Place

if TYPE_CHECKING:
    from interlock.workflows.frame import Frame
    from interlock.workflows.interpreter import Interpreter

OnError = Literal["fail", "continue", "compensate", "dead-letter", "ask"]


class Action(Protocol):
    """What a kind of step does. Found by its key in ``interlock.workflows.steps.KINDS``."""

    keeps_timeout: ClassVar[bool]
    """Whether it bounds itself by the step's timeout."""

    async def perform(self, run: Interpreter, step: Step, frame: Frame, path: str) -> Any:
        """The step's output.

        Raises:
            StepFailed: it failed for good.
            ExpressionError: so did an expression.
        """
        ...


@dataclass(frozen=True, slots=True)
class Step:
    """One step.

    Attributes:
        name: its id, or its place in the block; the last part of its path.
        timeout: seconds for all of it, retries and waits included.
        memo: where its output may be known from other runs.
        passed_on: its output is that of the block it stands in.
    """

    name: str
    action: Action
    when: Expression | None = None
    timeout: float | None = None
    fallback: Body | None = None
    on_error: OnError = "fail"
    compensate: Body | None = None
    memo: Memo | None = None
    passed_on: bool = True


@dataclass(frozen=True, slots=True)
class Block:
    """Steps one after the other; the output is the last one's."""

    steps: tuple[Step, ...]


Body = Step | Block | Value


@dataclass(frozen=True)
class Template:
    """A workflow; its version is the digest of its source.

    Attributes:
        source: canonical JSON of what was written.
        result: the ``return`` of the template; without one the last step's output.
        timeout: seconds for a whole run.
        queue: where its runs wait for their turn.
        triggers: what its ``on`` says: the events that start a run of it.
        children: names of the templates that it runs.
        referenced: ids of steps whose output some expression reads; ``*`` for all.
    """

    name: str
    version: str
    description: str
    aliases: tuple[str, ...]
    input: Schema
    output: Schema
    block: Block
    result: Value | None
    source: bytes = field(repr=False)
    timeout: float | None = None
    queue: Place | None = None
    triggers: tuple[Trigger, ...] = ()
    children: frozenset[str] = frozenset()
    referenced: frozenset[str] = frozenset("*")

    def keeps(self, step: Step) -> bool:
        """Whether expressions will ask for the step's output; if not, a run need not hold it."""
        return step.name in self.referenced or "*" in self.referenced

    def wants(self, step: Step) -> bool:
        """Whether anybody at all will; if not, it need not even be put together."""
        return step.passed_on or step.memo is not None or self.keeps(step)

    def to_dict(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "version": self.version,
            "description": self.description,
            "aliases": list(self.aliases),
            "input_schema": self.input.schema,
            "output_schema": self.output.schema,
            "steps": [step.name for step in self.block.steps],
        }

    def as_tool(self) -> dict[str, Any]:
        """Described as tools are, for surfaces that call both."""
        return {
            "name": self.name,
            "service": "",
            "kind": "workflow",
            "description": self.description,
            "aliases": list(self.aliases),
            "input_schema": {"type": "object", **self.input.schema},
            "output_schema": self.output.schema,
            "facts": {"effect": "write", "idempotent": False},
        }
