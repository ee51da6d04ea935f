"""The shapes of answers, as the description tells them; a test holds every answer to its shape."""

from __future__ import annotations

from typing import Any, Generic, TypeVar

from pydantic import BaseModel, Field

Json = dict[str, Any]
T = TypeVar("T")


class Items(BaseModel, Generic[T]):
    items: list[T]


class Tool(BaseModel):
    name: str
    service: str
    description: str
    input_schema: Json
    output_schema: Json
    facts: Json
    policies: Json
    aliases: list[str]


class CallResult(BaseModel):
    result: Any


class Workflow(BaseModel):
    name: str
    version: str = Field(description="hash of its content")
    description: str
    aliases: list[str]
    input_schema: Json
    output_schema: Json
    steps: list[str]


class Started(BaseModel):
    run_id: str


class Run(BaseModel):
    id: str
    workflow: str
    version: str
    status: str
    parent: str | None
    tags: list[str]
    created: float = Field(description="seconds since 1970, as all moments")
    finished: float | None
    input: Any
    usage: dict[str, dict[str, float]] = Field(
        {}, description="of one run: what it has used up, by service and unit"
    )
    trace: str | None = Field(None, description="id of its trace")
    trace_url: str | None = Field(None, description="where its trace is shown")


class Step(BaseModel):
    path: str
    what: str
    status: str
    attempts: int
    output: Any
    error: Json | None
    waiting: Json | None
    started: float
    finished: float | None
    seconds: float | None
    history: list[Json] = Field(description="its tries, and the waits between them")


class Accepted(BaseModel):
    """What was asked for is under way; the one field says what."""

    cancelling: bool = False
    pausing: bool = False
    resumed: bool = False
    retrying: bool = False
    replayed: bool = False
    discarded: bool = False


class Moved(BaseModel):
    version: str
    moved: bool


class Version(BaseModel):
    """One version of a template; ``source`` is canonical JSON, or for code names its function."""

    version: str
    runs: int
    source: str


class EachDone(BaseModel):
    done: list[str] = Field(description="ids of runs")
    failed: dict[str, Json] = Field(description="problems by the id of the run")


class Approval(BaseModel):
    id: str
    run: str
    step: str
    created: float
    due: float | None
    decided: float | None
    decision: Json | None


class DeadLetter(BaseModel):
    id: str
    kind: str
    subject: str
    reason: str
    payload: Any
    created: float


class Published(BaseModel):
    published: bool = Field(description="false if an event of this id was published before")


class Service(BaseModel):
    name: str
    type: str
    state: str
    reason: str
    hint: str
    retry_after: float | None
    paused: bool
    gates: Json | None = Field(description="breaker, rate limits' head-room, calls in flight")
    actor: Json | None
    blocked: list[Json]


class Plugin(BaseModel):
    name: str
    distribution: str
    version: str
    state: str
    reason: str
    hint: str


class Metric(BaseModel):
    name: str
    kind: str
    description: str
    points: list[Json]


class Entry(BaseModel):
    """One act in the audit log."""

    id: int
    at: float
    actor: str
    action: str
    target: str
    outcome: str = Field(description="ok, or the code of the error")
    run: str | None
    surface: str
    arguments: str | None = Field(description="SHA-256 of the arguments' JSON with sorted keys")
    seconds: float | None
    result: str | None = Field(description="of a call: SHA-256 of its result, likewise")


class Intact(BaseModel):
    intact: bool
    broken_at: int | None = Field(description="id of the first entry that does not fit")


class Health(BaseModel):
    """``reason``, the code of an error, and ``hint`` if it is not."""

    ready: bool
    reason: str | None = None
    hint: str | None = None


class Live(BaseModel):
    live: bool


class Anything(BaseModel):
    """An object whose fields depend on the configuration."""


class ProblemShape(BaseModel):
    """RFC 9457, with the error's code, hint and details beside."""

    type: str
    title: str
    status: int
    code: str
    message: str
    hint: str | None = None
    retry_after: float | None = None
    details: Json | None = None
