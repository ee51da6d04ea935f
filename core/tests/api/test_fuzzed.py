"""Requests made up from the description itself find no answer that it does not promise."""

from __future__ import annotations

from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import anyio
import pytest

from interlock.api.auth.pace import Pace
from interlock.sdk.quantities import Rate

from .served import ADMIN, Served, serving


@pytest.mark.parametrize(
    "examples", [2, pytest.param(60, marks=[pytest.mark.slow, pytest.mark.timeout(900)])]
)
async def test_schemathesis_finds_nothing(tmp_path: Path, examples: int) -> None:
    async with serving(tmp_path) as served:
        # Every operation is tried without a token as well; that must not slow down to 429.
        served.guard._wrong = Pace(Rate(10**6, 1.0), served.system.world)
        failures = await anyio.to_thread.run_sync(partial(_fuzz, served, examples))
    assert not failures, "\n".join(failures)


def _fuzz(served: Served, examples: int) -> list[str]:
    import hypothesis
    import schemathesis
    from schemathesis.checks import CHECKS

    schema = schemathesis.openapi.from_dict(served.description)
    schema.config.update(base_url=served.url)
    failures: list[str] = []
    for result in schema.get_all_operations():
        _fuzz_operation(result.ok(), examples, failures, hypothesis, CHECKS)
    return failures


def _fuzz_operation(
    operation: Any, examples: int, failures: list[str], hypothesis: Any, checks: Any
) -> None:
    headers = {"Authorization": f"Bearer {ADMIN}"}

    keys = (f"{operation.label}-{number}" for number in count())

    @hypothesis.settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(hypothesis.HealthCheck),
        phases=[hypothesis.Phase.explicit, hypothesis.Phase.generate],
    )
    @hypothesis.given(case=operation.as_strategy())
    def hold(case: Any) -> None:
        case.headers.update(headers)
        # A second request under one key is refused by design, however valid it is.
        if "Idempotency-Key" in case.headers:
            case.headers["Idempotency-Key"] = next(keys).replace(" ", "-")
        response = case.call()
        case.validate_response(response)

    try:
        hold()
    except (Exception, BaseExceptionGroup) as error:  # noqa: BLE001 - every failure is a finding
        failures.append(f"{operation.label}: {error}"[:2000])
