"""Who asks: the identity that a surface established, and what it may do.

A surface opens :func:`acting_as` around a request; the operations of the runtime ask
:func:`current_caller`. Where nobody was named, the process itself acts, and may do everything.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Literal

from interlock.sdk import InterlockError

Role = Literal["viewer", "operator", "admin"]

_RANK: dict[Role, int] = {"viewer": 0, "operator": 1, "admin": 2}


class Forbidden(InterlockError):
    """The caller is known, and may not do this."""

    code = "forbidden"


@dataclass(frozen=True, slots=True)
class Caller:
    """An identity.

    Attributes:
        name: of the token, or the subject of an access token; never the token.
        tools: patterns of the names of tools and workflows that it may see and call.
        expires: seconds since the epoch; None if it does not.
        surface: ``http`` or ``mcp``, whose callers are audited; empty for the process itself.
    """

    name: str
    role: Role = "viewer"
    tools: tuple[str, ...] = ("*",)
    expires: float | None = None
    surface: str = ""

    @property
    def limited(self) -> bool:
        """Whether anything is beyond its scopes."""
        return "*" not in self.tools

    def sees(self, name: str) -> bool:
        """Whether a tool or workflow is within its scopes."""
        return not self.limited or any(fnmatchcase(name, each) for each in self.tools)

    def require(self, role: Role) -> None:
        """Raises Forbidden if it has less than ``role``."""
        if _RANK[self.role] < _RANK[role]:
            raise Forbidden(
                f"{self.name} is a {self.role}; this needs the role {role}",
                hint="use a token with that role; roles are set in api.tokens",
                scope=f"interlock:{role}",
            )

    def require_tool(self, name: str) -> None:
        """Raises Forbidden unless it may call the tool or workflow of this full name."""
        self.require("operator")
        if not self.sees(name):
            raise Forbidden(
                f"{self.name} may not call {name}",
                hint="the tools of a token are set in api.tokens",
                scope=f"interlock:tool:{name}",
            )

    def require_all(self, pattern: str) -> None:
        """Raises Forbidden unless it may use everything whose name matches ``pattern``."""
        self.require_tool(pattern)
        if self.limited and not any(_covers(each, pattern) for each in self.tools):
            raise Forbidden(
                f"{self.name} may not use all of {pattern}",
                hint="the tools of a token are set in api.tokens",
                scope=f"interlock:tool:{pattern}",
            )


def _covers(scope: str, pattern: str) -> bool:
    """Certain for equal patterns, and for a scope that is a beginning and a star."""
    beginning = scope.removesuffix("*")
    return scope == pattern or (
        scope != beginning and not set(beginning) & set("*?[") and pattern.startswith(beginning)
    )


PROCESS = Caller("local", "admin")

_current: ContextVar[Caller] = ContextVar("interlock_caller", default=PROCESS)


def current_caller() -> Caller:
    """Who asked for what this code does."""
    return _current.get()


@contextmanager
def acting_as(caller: Caller) -> Iterator[None]:
    """Everything in the block, and tasks started in it, is done for ``caller``."""
    token = _current.set(caller)
    try:
        yield
    finally:
        _current.reset(token)
