"""Plugin's defaults, operator's wishes, author's facts."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from interlock.sdk import (
    CachePolicy,
    Policies,
    RatePolicy,
    RetryPolicy,
    Service,
    Settings,
    tool,
    tools_of,
)

PLUGIN = Policies(
    deadline=10.0,
    retry=RetryPolicy(attempts=2),
    rate=(RatePolicy.model_validate({"limit": "3/s"}),),
)


def test_a_wish_lies_over_the_default_and_leaves_the_rest() -> None:
    merged = PLUGIN.under(Policies(deadline=60.0))

    assert merged.deadline == 60.0
    assert merged.retry == PLUGIN.retry
    assert merged.rate == PLUGIN.rate


def test_an_explicit_none_switches_a_default_off() -> None:
    assert PLUGIN.under(Policies(retry=None)).retry is None
    assert PLUGIN.under(Policies()).retry == PLUGIN.retry


def test_no_wishes_change_nothing() -> None:
    assert PLUGIN.under(None) is PLUGIN


def test_merged_wishes_can_be_laid_over_others() -> None:
    """defaults < service < tool: what a lower layer set stays set."""
    wishes = Policies(deadline=60.0).under(Policies(concurrency=4))

    assert PLUGIN.under(wishes).deadline == 60.0
    assert PLUGIN.under(wishes).concurrency == 4


def test_an_unknown_policy_is_refused() -> None:
    with pytest.raises(ValidationError):
        Policies.model_validate({"retries": {"attempts": 3}})


def test_policies_are_read_from_words() -> None:
    policies = Policies.model_validate(
        {"deadline": "1m", "cache": {"ttl": "5m"}, "rate": [{"limit": "100/15m", "key": "team"}]}
    )

    assert policies.deadline == 60.0
    assert policies.cache == CachePolicy(ttl=300.0)
    assert policies.rate is not None and policies.rate[0].limit == (100, 900.0)


class Base(Service[Settings]):
    @tool(effect="read")
    async def read(self) -> None: ...

    @tool()
    async def write(self) -> None: ...


class Derived(Base):
    @tool(effect="read", idempotent=False, name="peek")
    async def look(self) -> None: ...

    @tool(effect="write", idempotent=True, destructive=True)
    async def write(self) -> None: ...


def test_a_read_is_idempotent_unless_stated_otherwise() -> None:
    facts = {name: spec.facts for name, spec in tools_of(Derived).items()}

    assert facts["read"].idempotent
    assert not facts["peek"].idempotent
    assert not tools_of(Base)["write"].facts.idempotent


def test_a_tool_of_a_subclass_replaces_the_inherited_one() -> None:
    assert list(tools_of(Derived)) == ["read", "write", "peek"]
    assert tools_of(Derived)["write"].facts.destructive
    assert not tools_of(Base)["write"].facts.destructive


def test_two_tools_of_one_name_are_refused() -> None:
    class Twins(Service[Settings]):
        @tool(name="go")
        async def one(self) -> None: ...

        @tool(name="go")
        async def two(self) -> None: ...

    with pytest.raises(TypeError, match="two tools named 'go'"):
        tools_of(Twins)


class Typed(Settings):
    url: str = ""


def test_a_service_knows_the_type_of_its_settings() -> None:
    class Mail(Service[Typed]):
        pass

    class Better(Mail):
        pass

    assert Mail.settings_type is Better.settings_type is Typed
    assert Service.settings_type is Settings
