"""All tests run on asyncio, the daemon's only backend."""

import os

import pytest
from hypothesis import HealthCheck, settings

# The suite starts hundreds of processes; each would compile every module that it imports.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# How long an example takes says what else the machine does. Each run tries other examples;
# `--hypothesis-profile thorough` tries them all at once.
settings.register_profile(
    "suite", max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("thorough", settings.get_profile("suite"), max_examples=1000)
settings.load_profile("suite")


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"
