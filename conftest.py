"""All tests run on asyncio, the daemon's only backend."""

import asyncio
import functools
import gc
import inspect
import os
from collections.abc import Iterator
from typing import Any

import pytest
from anyio import pytest_plugin
from hypothesis import HealthCheck, settings
from restate_server import Missing, Server, running

# The suite starts hundreds of processes; each would compile every module that it imports.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# How long an example takes says what else the machine does. Each run tries other examples;
# `--hypothesis-profile thorough` tries them all at once.
settings.register_profile(
    "suite", max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("thorough", settings.get_profile("suite"), max_examples=1000)
settings.load_profile("suite")


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[Any]:
    """What was imported to find all tests stays: the garbage collector need not look through it.

    Nor through recorded designs, a million objects each, whenever some hundred more are made.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()
        gc.freeze()
        gc.set_threshold(50_000, 20, 20)


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> None:
    """Cancel a test that waits for ever before pytest-timeout interrupts its event loop.

    After that the test would still wait in the task that has to end its fixtures.
    """
    test = pyfuncitem.obj
    if not inspect.iscoroutinefunction(test):
        return

    @functools.wraps(test)
    async def bounded(**fixtures: Any) -> None:
        # Not anyio's scope: what a test opens in it may be a fixture's to close, after the test.
        async with asyncio.timeout(_seconds(pyfuncitem) * 0.8):
            await test(**fixtures)

    pyfuncitem.obj = bounded


def _seconds(item: pytest.Function) -> float:
    marker = item.get_closest_marker("timeout")
    if marker and marker.args:
        return float(marker.args[0])
    return float(item.config.getoption("timeout") or item.config.getini("timeout"))


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_makereport() -> None:
    """After each phase of a test: a fixture that broke takes no other test with it.

    anyio's plugin has one task for all async fixtures and tests of a module. A task group of a
    fixture cancels it when a child fails; what follows needs a new one.
    """
    runner: Any = pytest_plugin._current_runner
    if runner is not None and runner._runner_task is not None and runner._runner_task.done():
        runner._runner_task = None


def pytest_xdist_auto_num_workers() -> int:
    """One more than there are cores: journals on real disks wait for these half of the time."""
    return (os.cpu_count() or 1) + 1


def pytest_sessionfinish() -> None:
    """What is garbage is found here, once; pytest looks five more times."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def restate_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A Restate server, one for each process of the suite."""
    try:
        with running(tmp_path_factory.mktemp("restate")) as server:
            yield server
    except Missing as missing:
        if os.environ.get("INTERLOCK_TEST_REQUIRE_SERVICES") == "1":
            pytest.fail(str(missing))
        pytest.skip(str(missing))
