"""The process environment; nothing else in Interlock reads it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Environment:
    """What the command line takes from the environment; None where a variable is not set.

    Attributes:
        config: ``INTERLOCK_CONFIG``, the configuration file.
        url: ``INTERLOCK_URL``, where a daemon listens.
        token: ``INTERLOCK_TOKEN``, what it wants to be shown.
    """

    config: str | None
    url: str | None
    token: str | None = field(repr=False)


def environment() -> Environment:
    return Environment(
        config=variable("INTERLOCK_CONFIG"),
        url=variable("INTERLOCK_URL"),
        token=variable("INTERLOCK_TOKEN"),
    )


def with_variables(variables: Mapping[str, str]) -> dict[str, str]:
    """The environment for a child process: this one's, with ``variables`` over it."""
    return {**os.environ, **variables}


def variable(name: str) -> str | None:
    return os.environ.get(name)
