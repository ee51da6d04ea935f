"""Reading what a client sent, with the same care that a tool's arguments get."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, TypeVar

import orjson
from pydantic import BaseModel, ConfigDict, Field, ValidationError, WithJsonSchema
from starlette.requests import Request

from interlock.runtime import Runtime
from interlock.sdk import InvalidInput, Seconds
from interlock.sdk.validation import invalid_input

HEADERS = "interlock.headers"  # where the guard leaves them in a request's scope

# Stricter than a configuration's: the description must tell what is refused.
Duration = Annotated[
    Seconds,
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "number", "minimum": 0, "maximum": 1e9},
                {"type": "string", "pattern": r"^[0-9]{1,9}(ms|s|m|h|d)$"},
            ]
        }
    ),
]


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class CallBody(Body):
    """``POST /api/v1/tools/{tool}/call``."""

    arguments: dict[str, Any] = Field(default_factory=dict)
    timeout: Duration | None = Field(None, description="bounds the call; default: the tool's own")
    idempotency_key: str | None = Field(None, max_length=200)


class StartBody(Body):
    """``POST /api/v1/workflows/{workflow}/start``; a second start of one run id is the first."""

    input: dict[str, Any] = Field(default_factory=dict)
    run_id: str | None = Field(None, pattern=r"^[\w.:-]+$", max_length=100)
    tags: list[str] = Field(default_factory=list)
    timeout: Duration | None = Field(None, description="after which the run fails")


class EventBody(Body):
    """``POST /api/v1/events``."""

    name: str = Field(pattern=r"^[\w.-]+$", max_length=200)
    payload: dict[str, Any] = Field(default_factory=dict)
    id: str = Field("", max_length=200)
    key: str = Field("", max_length=200)


B = TypeVar("B", bound=Body)


async def read_body(request: Request, model: type[B]) -> B:
    """The request's JSON as ``model``; an empty body is an empty object.

    Raises:
        InvalidInput: not JSON, or not of the model's shape; with the JSON path.
    """
    raw = await request.body() or b"{}"
    try:
        return model.model_validate(orjson.loads(raw))
    except orjson.JSONDecodeError as error:
        raise InvalidInput(f"the body is not JSON: {error}", path="$") from None
    except ValidationError as error:
        raise invalid_input("the body", error) from None


def headers_of(request: Request) -> Mapping[str, str]:
    """By name in lower case, each once, as the guard saw them: ``Request`` looks through all."""
    headers: Mapping[str, str] = request.scope[HEADERS]
    return headers


def runtime_of(request: Request) -> Runtime:
    runtime: Runtime = request.app.state.runtime
    return runtime
