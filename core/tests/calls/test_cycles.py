"""What a failed call leaves is gone at once: errors hold frames, and what callers gave them."""

import asyncio
import gc
import weakref

import pytest

from interlock.calls import defaults
from interlock.sdk import (
    CachePolicy,
    Facts,
    FallbackPolicy,
    InterlockError,
    Policies,
    Retryable,
    RetryPolicy,
)

from .conftest import Stage

CACHEABLE = Facts(effect="read", idempotent=True, cacheable=True)


@pytest.mark.parametrize(
    "policies",
    [
        defaults(),
        Policies(retry=RetryPolicy(attempts=1)),
        Policies(fallback=FallbackPolicy(cached=True)),
        Policies(fallback=FallbackPolicy(tool="svc.none", value=[]), retry=RetryPolicy()),
        Policies(cache=CachePolicy(ttl=1.0)),
        Policies(attempt_timeout=1.0, retry=RetryPolicy(attempts=2)),
    ],
    ids=lambda policies: "-".join(sorted(policies.model_fields_set)),
)
async def test_an_error_dies_without_the_garbage_collector(
    stage: Stage, policies: Policies
) -> None:
    seen: list[weakref.ref[BaseException]] = []

    class Seen(Retryable):
        def __init__(self) -> None:
            super().__init__("down")
            seen.append(weakref.ref(self))

    async def failing(_: object) -> None:
        if policies.attempt_timeout:
            await stage.world.sleep(60.0)
        raise Seen

    stage.answers = [failing]
    pipeline = stage.pipeline(policies, CACHEABLE)

    async def one() -> None:
        call = asyncio.ensure_future(pipeline(stage.call()))
        while not call.done():
            await stage.world.advance(0.5)
        try:
            await call
        except InterlockError as error:
            seen.append(weakref.ref(error))
        finally:
            del call

    gc.disable()
    try:
        await one()
        await asyncio.sleep(0)
        assert seen
        assert [each() for each in seen if each() is not None] == []
    finally:
        gc.enable()
