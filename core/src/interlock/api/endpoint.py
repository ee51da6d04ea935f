"""The declaration of one endpoint: the only place that says its method, path, role and shapes.

A new endpoint is an entry in a module's ``ENDPOINTS`` and a handler of a request; routing, access,
query checks, idempotency keys and the OpenAPI description all follow from the entry.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import Response

from interlock.runtime import Role

Method = Literal["GET", "POST", "DELETE"]
Handler = Callable[[Request], Awaitable[Response]]

JSON = "application/json"
EVENTS = "text/event-stream"
TEXT = "text/plain"


class Query(BaseModel):
    """The query string; a parameter that is not declared is refused."""

    model_config = ConfigDict(extra="forbid")


class Page(Query):
    """One page of a listing; ``Link: rel=next`` leads to the one after it, by a ``cursor``."""

    limit: int = Field(50, ge=1, le=1000)


class PlacePage(Page):
    """One page of a listing by moment and id."""

    cursor: str | None = Field(
        None,
        max_length=1000,
        pattern=r"^[0-9]{1,12}(\.[0-9]{1,20})?~",
        description="from the link to this page",
    )


class Part(Query):
    """Part of a listing that is answered as a whole unless there is a limit."""

    limit: int | None = Field(None, ge=1, le=1000)
    cursor: int | None = Field(None, ge=0, le=2**31, description="from the link to this page")


@dataclass(frozen=True)
class Endpoint:
    """One method of one path.

    Attributes:
        path: with parameters in braces; ``{name:path}`` takes slashes.
        summary: one sentence.
        answer: the shape of the answer; a model, or None if it is not JSON.
        role: the least that may use it; None for everybody.
        body: what it reads, if anything.
        statuses: of answers in order; the first is the usual one.
        media: type of the answer.
        also: other types of the answer, for who accepts them.
        raw: whether the body is somebody else's matter: any type, no idempotency key.
        headers: of the answer, with descriptions.
        open_query: prefix of parameters with any further name.
        named: its name, where another one has the same handler.
    """

    method: Method
    path: str
    handler: Handler
    summary: str
    answer: type[BaseModel] | None
    role: Role | None = "viewer"
    body: type[BaseModel] | None = None
    query: type[Query] = Query
    statuses: tuple[int, ...] = (200,)
    media: str = JSON
    also: tuple[str, ...] = ()
    raw: bool = False
    headers: Mapping[str, str] = field(default_factory=dict)
    open_query: str | None = None
    named: str = ""

    @property
    def acts(self) -> bool:
        """Whether it changes something, so that doing it twice would be two things."""
        return self.method == "POST" and not self.raw

    @property
    def name(self) -> str:
        """``call_tool``; unique, for generated clients."""
        return self.named or self.handler.__name__

    def under(self, prefix: str) -> Endpoint:
        """The same below ``prefix``."""
        return replace(self, path=prefix + self.path)
