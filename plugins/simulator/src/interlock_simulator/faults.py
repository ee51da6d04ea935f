"""Which requests go wrong, and how: profiles, and the plan that draws from them."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from interlock.sdk import Seconds

Kind = Literal["throttle", "error", "reset", "truncate", "slow", "latency"]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Burst(_Model):
    """The matching requests number ``start`` to ``end``, both included, counted from 1."""

    start: int = Field(1, ge=1)
    end: int = Field(ge=1)


class FaultProfile(_Model):
    """One fault: which requests, how many of them, and what happens to them."""

    kind: Kind = Field(description="what happens to the request or its answer")
    match: str = Field("", description="a vendor (figma) or a path prefix (/notion/v1/blocks)")
    methods: tuple[str, ...] = Field((), description="only these; empty: all")
    rate: float | None = Field(None, ge=0, le=1, description="share of the matching requests")
    every: int | None = Field(None, ge=1, description="each n-th matching request")
    first: int | None = Field(None, ge=0, description="the first n matching requests")
    burst: Burst | None = Field(None, description="a range of the matching requests")
    retry_after: Seconds | None = Field(
        1.0, description="throttle: the header; null: none. error: only if given"
    )
    status: int = Field(503, ge=500, le=599, description="error: the answer's status")
    after: float = Field(0.5, ge=0, lt=1, description="truncate: share of the body that arrives")
    clean: bool = Field(False, description="truncate: a stream ends as if it were whole")
    delay: Seconds = Field(1.0, description="latency: before the answer; slow: between pieces")
    pieces: int = Field(20, ge=2, description="slow: how many pieces the body comes in")

    @model_validator(mode="after")
    def _one_selector(self) -> Self:
        selectors = ("rate", "every", "first", "burst")
        named = [name for name in selectors if getattr(self, name) is not None]
        if len(named) > 1:
            raise ValueError(f"choose one of {', '.join(named)}")
        return self

    def matches(self, method: str, path: str) -> bool:
        """Whether a request is among those this profile counts."""
        if self.methods and method not in self.methods:
            return False
        prefix = self.match if self.match.startswith("/") else f"/{self.match}"
        return path.startswith(prefix) or not self.match

    def chosen(self, number: int, draw: float) -> bool:
        """Whether the matching request ``number`` (from 1) is hit; ``draw`` is in [0, 1)."""
        if self.rate is not None:
            return draw < self.rate
        if self.every is not None:
            return number % self.every == 0
        if self.first is not None:
            return number <= self.first
        return self.burst is None or self.burst.start <= number <= self.burst.end


class FaultPlan:
    """The profiles in force, with what each has counted. Equal seeds give equal plans."""

    def __init__(self, profiles: Sequence[FaultProfile], seed: int) -> None:
        self.profiles: tuple[FaultProfile, ...] = ()
        self._seed = seed
        self._counts: list[int] = []
        # A source for each profile: what one draws does not depend on the traffic of others.
        self._draws: list[random.Random] = []
        self.add(profiles)

    def add(self, profiles: Sequence[FaultProfile]) -> None:
        """Put profiles after those in force, which go on counting."""
        for profile in profiles:
            source = random.Random(f"{self._seed}/{len(self.profiles)}")  # noqa: S311 - repeatable on purpose
            self._draws.append(source)
            self.profiles += (profile,)
            self._counts.append(0)

    def choose(self, method: str, path: str) -> FaultProfile | None:
        """The fault for the next request, from the first profile that wants it."""
        for index, profile in enumerate(self.profiles):
            if not profile.matches(method, path):
                continue
            self._counts[index] += 1
            if profile.chosen(self._counts[index], self._draws[index].random()):
                return profile
        return None
