"""Limits that several daemons keep together: counted on a real Redis."""

from __future__ import annotations

import asyncio
import logging
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
from redis.asyncio import Redis as Client

from interlock.config import ConfigError
from interlock.daemon.compose import open_runtime
from interlock.runtime import Runtime
from interlock.sdk import Rate, RateLimited
from interlock_redis.gates import RedisGates

from .conftest import URL, OwnRedis, write_config


def config(folder: Path, prefix: str, url: str, policies: dict[str, Any]) -> Path:
    """A daemon that shares by ``redis``, and counts its calls in ``counted``."""
    counted = {"plugin": "redis", "settings": {"url": url}, "policies": policies}
    return write_config(
        folder,
        {"url": url, "shared_prefix": prefix},
        services={"counted": counted},
        shared={"service": "redis"},
    )


async def count(runtime: Runtime, key: str) -> bool:
    try:
        await runtime.call("counted.increment", {"key": key}, timeout=20)
    except RateLimited:
        return False
    return True


async def test_two_daemons_keep_one_limit(client: Any, stream: str, tmp_path: Path) -> None:
    policies = {"rate": [{"limit": "10/h", "burst": 10}]}
    async with AsyncExitStack() as stack:
        daemons = [
            await stack.enter_async_context(
                open_runtime(config(tmp_path / name, stream, URL, policies))
            )
            for name in ("one", "two")
        ]
        calls = [count(daemon, f"{stream}-n") for _ in range(15) for daemon in daemons]
        passed = await asyncio.gather(*calls)
    assert sum(passed) == 10 and await client.get(f"{stream}-n") == b"10"


async def test_no_period_holds_more_than_the_limit(client: Any, stream: str) -> None:
    gates = [RedisGates(client, stream), RedisGates(client, stream)]
    rate, sent = Rate(10, 1.0), []
    for number in range(60):
        before = await now(client)
        reserved, wait = await gates[number % 2].reserve("b", rate, 3.0, 1 + number % 3 / 2, 1e9)
        # The turn lies between these two, whatever the exchange took.
        sent += [(before + wait, await now(client) + wait)] * (1 if number % 3 == 0 else 2)
        assert reserved
    for earlier, later in zip(sent, sent[10:], strict=False):
        assert later[1] - earlier[0] >= 1.0


async def test_a_turn_that_is_too_late_takes_nothing(client: Any, stream: str) -> None:
    gates, rate = RedisGates(client, stream), Rate(1, 3600.0)
    assert (await gates.reserve("b", rate, 1.0, 1.0, 0.0)) == (True, 0.0)
    for _ in range(3):
        reserved, wait = await gates.reserve("b", rate, 1.0, 1.0, 60.0)
        assert not reserved and wait <= 3600.0


async def test_signals_are_told_extended_and_taken_back(client: Any, stream: str) -> None:
    gates = RedisGates(client, stream)
    await gates.tell("hold:figma", 60.0)
    await gates.tell("hold:figma", 5.0)
    await gates.tell("breaker:mail", 60.0)
    await gates.tell("breaker:mail", 0.0)
    told = await gates.told()
    assert list(told) == ["hold:figma"] and 5.0 < told["hold:figma"] <= 60.0


async def test_without_redis_each_daemon_keeps_the_limit_alone(
    own_redis: OwnRedis, stream: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = write_config(
        tmp_path / "daemon",
        {"url": own_redis.url},
        services={
            "counted": {
                "plugin": "redis",
                "policies": {"rate": [{"limit": "10/h", "burst": 10}]},
                "settings": {"url": URL},
            }
        },
        shared={"service": "redis"},
    )
    async with open_runtime(path) as runtime:
        assert [await count(runtime, f"{stream}-n") for _ in range(4)] == [True] * 4
        own_redis.kill()
        with caplog.at_level(logging.WARNING, "interlock.calls.shared"):
            passed = [await count(runtime, f"{stream}-n") for _ in range(15)]
        shared = next(
            service["gates"]["shared"]
            for service in runtime.host.services.health()
            if service["name"] == "counted"
        )
    # Those that went through the shared line before count as well.
    assert sum(passed) == 6
    assert shared == {"by": "redis", "keeps": ["breaker", "cache", "rate"], "reached": False}
    [warning] = [record.getMessage() for record in caplog.records if "alone" in record.getMessage()]
    assert warning.startswith("redis cannot be reached, so breaker and cache and rate counts")


async def test_a_service_that_keeps_nothing_is_a_fault_of_the_file(tmp_path: Path) -> None:
    path = write_config(tmp_path, {}, services={"data": {}}, shared={"service": "data"})
    with pytest.raises(
        ConfigError, match="(?s)no service 'data' that keeps limits.*these can: redis"
    ):
        async with open_runtime(path):
            pass


async def now(client: Client) -> float:
    seconds, micros = await client.time()
    return float(seconds) + micros / 1e6
