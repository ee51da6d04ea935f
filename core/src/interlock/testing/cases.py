"""The files of ``interlock test``: what a workflow is given, and what it has to come to.

A file ``x.test.yaml`` stands beside the templates that it tests::

    workflow: order
    cases:
      - name: pays and ships
        input: {order: o1}
        tools:
          shop.charge: {returns: {charge: c1}}
          shop.ship:
            - {fails: {code: throttled, message: slow down, retry_after: 30}}
            - {returns: {parcel: p1}}
        events: [{name: order.paid, key: o1, payload: {amount: 3}}]
        decisions: {sign: {choice: approve}}
        crashes: [charge]
        expect:
          status: succeeded
          output: {parcel: p1}
          calls: {shop.ship: 2}
          steps: [charge, ship]
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from interlock.config import Document, config_error
from interlock.config.validation import faults_of
from interlock.sdk import Seconds


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Failure(_Part):
    """An error of ``interlock.sdk.errors``, by its code."""

    code: str = "rejected"
    message: str = "it failed"
    retry_after: Seconds | None = None
    details: dict[str, Any] = {}


class Answer(_Part):
    """One answer of a tool: a value (its texts may hold ``${{ arguments... }}``) or an error.

    Attributes:
        times: how often it is given before the next one.
        takes: how long the tool needs for it, in the test's time.
    """

    returns: Any = None
    fails: Failure | None = None
    times: int = Field(1, ge=1)
    takes: Seconds = 0.0


class Stub(_Part):
    """What a tool answers, one call after the other; the last answer stays."""

    answers: tuple[Answer, ...]
    effect: Literal["read", "write"] | None = None
    idempotent: bool | None = None


class Arrival(_Part):
    """An event that comes from outside.

    Attributes:
        after: how long after the start.
    """

    name: str
    key: str = ""
    payload: dict[str, Any] = {}
    after: Seconds = 0.0


class Decision(_Part):
    """What a person answers."""

    choice: str
    values: dict[str, Any] = {}
    by: str = ""
    comment: str = ""
    after: Seconds = 0.0


class Expected(_Part):
    """What must be so at the end; what is not given may be anything.

    Attributes:
        contains: a part of the output: keys that it has, and what they hold.
        error: a part of the error's message, or its code.
        steps: paths that succeeded, in the order in which they ended.
        undone: paths of the steps that were undone, likewise.
        calls: how often each tool was called.
        called_with: arguments of a tool's calls, in their order.
        events: names of those that the run published.
        within: how long the run may take, in the test's time.
    """

    status: str = "succeeded"
    output: Any = None
    contains: Any = None
    error: str | None = None
    steps: tuple[str, ...] | None = None
    undone: tuple[str, ...] | None = None
    calls: dict[str, int] | None = None
    called_with: dict[str, list[Any]] = {}
    events: tuple[str, ...] | None = None
    within: Seconds | None = None


def _stub(entry: Any) -> Any:
    """A stub, from an answer alone or a list of answers as well."""
    if isinstance(entry, list):
        return {"answers": entry}
    if isinstance(entry, dict) and "answers" not in entry:
        about = {key: entry[key] for key in ("effect", "idempotent") if key in entry}
        answer = {key: value for key, value in entry.items() if key not in about}
        return {"answers": [answer], **about}
    return entry


Tools = dict[str, Annotated[Stub, BeforeValidator(_stub)]]


class Case(_Part):
    """One run of a workflow, and what is expected of it.

    Attributes:
        decisions: by the path of the step that asks. What is asked about a call in doubt has
            ``~doubt`` after that, about a step with ``on_error: ask`` that failed ``~ask``.
        crashes: steps at whose calls the process dies, each once. Steps of a run that a step
            ``kid`` started are ``kid:path`` here, and under ``decisions``.
        recorded: a file of real answers, beside the test file; see ``test --record``.
    """

    name: str
    input: dict[str, Any] = {}
    tools: Tools = {}
    events: tuple[Arrival, ...] = ()
    decisions: dict[str, Decision] = {}
    crashes: tuple[str, ...] = ()
    recorded: str | None = None
    expect: Expected = Expected()


class File(_Part):
    """A test file.

    Attributes:
        tools: of all cases; a case may have others.
    """

    workflow: str
    tools: Tools = {}
    cases: list[Case] = Field(min_length=1)


@dataclass(frozen=True)
class Suite:
    """A test file that was read."""

    path: Path
    workflow: str
    cases: tuple[Case, ...]


def read_suite(path: Path) -> Suite:
    """Raises ConfigError: with every fault, by file, line and column."""
    document = Document(path.read_text("utf-8"), str(path))
    if document.faults:
        raise config_error(document.faults)
    try:
        file = File.model_validate(document.data)
    except ValidationError as error:
        raise config_error(faults_of(error, document, model=File)) from None
    cases = [case.model_copy(update={"tools": {**file.tools, **case.tools}}) for case in file.cases]
    return Suite(path, file.workflow, tuple(cases))
