"""All tests run on asyncio, the daemon's only backend."""

import os

import pytest

# The suite starts hundreds of processes; each would compile every module that it imports.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"
