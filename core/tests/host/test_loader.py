"""Plugins that misbehave while they are loaded harm nobody but themselves."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from importlib.metadata import EntryPoint
from pathlib import Path
from types import ModuleType
from typing import Any

import anyio
import pytest

from interlock.host import Candidate, PluginRecord, PluginState, installed_plugins
from interlock.host.loader import load
from interlock.sdk import SDK_API, Function, Service, Settings, hookimpl, tool
from interlock.sdk.hooks import ENTRY_POINT_GROUP
from interlock.testing import VirtualWorld

from .doubles import plugin_module


class Good(Service[Settings]):
    @tool(effect="read")
    async def answer(self) -> int:
        return 42


def good(name: str = "good", **members: Any) -> Candidate:
    return plugin_module(name, {name: Good}, **members)


@pytest.fixture
def on_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.syspath_prepend(tmp_path)
    before = set(sys.modules)
    yield tmp_path
    for name in set(sys.modules) - before:
        del sys.modules[name]


def written(folder: Path, name: str, source: str) -> Candidate:
    module = f"written_{name}"
    (folder / f"{module}.py").write_text(source)
    entry_point = EntryPoint(name, module, ENTRY_POINT_GROUP)
    return Candidate(name, f"dist-{name}", "2.0", entry_point)


async def records(*candidates: Candidate, **options: Any) -> dict[str, PluginRecord]:
    ordered = sorted(candidates, key=lambda each: each.name)
    loaded = await load(ordered, VirtualWorld(), **options)
    return {plugin.record.name: plugin.record for plugin in loaded}


async def test_a_good_plugin_is_registered_with_what_it_brings() -> None:
    functions = hookimpl(lambda: {"double": Function(lambda value: value * 2)})
    found = await records(good(interlock_functions=functions))

    record = found["good"]
    assert record.state is PluginState.REGISTERED
    assert (record.services, record.tools, record.functions) == (["good"], 1, ["double"])
    assert (record.distribution, record.version) == ("dist-good", "1.0")


SERVICE = """
from interlock.sdk import Service, Settings, tool

class Found(Service[Settings]):
    @tool(effect="read")
    async def answer(self) -> int:
        return 42
"""
OFFERS = """
from interlock.sdk import hookimpl

@hookimpl
def interlock_services():
    return {{"found": "{reference}"}}
"""


async def test_a_service_type_is_imported_when_it_is_wanted(on_path: Path) -> None:
    (on_path / "written_service.py").write_text(SERVICE)
    offers = written(on_path, "lazy", OFFERS.format(reference="written_service:Found"))

    idle = (await records(offers, wanted={"something"}))["lazy"]
    assert (idle.state, idle.services, idle.tools) == (PluginState.REGISTERED, ["found"], None)
    assert "written_service" not in sys.modules

    used = (await records(offers, wanted={"found"}))["lazy"]
    assert (used.state, used.services, used.tools) == (PluginState.REGISTERED, ["found"], 1)


@pytest.mark.parametrize(
    ("reference", "stage", "reason"),
    [
        ("written_nowhere:Found", "configured", "No module named 'written_nowhere'"),
        ("written_service:Lost", "configured", "has no attribute 'Lost'"),
        ("written_service:SERVICE", "configured", "must be a subclass of Service, not a str"),
        ("written_service", "registered", "must be 'module:class'"),
    ],
)
async def test_a_service_type_that_is_not_where_it_should_be_is_reported(
    on_path: Path, reference: str, stage: str, reason: str
) -> None:
    (on_path / "written_service.py").write_text(SERVICE + "\nSERVICE = 'text'")
    offers = written(on_path, "lost", OFFERS.format(reference=reference))

    record = (await records(offers, good()))["lost"]

    assert (record.state, record.stage.value) == (PluginState.FAILED, stage)
    assert reason in record.reason


@pytest.mark.parametrize(
    ("source", "stage", "reason"),
    [
        ("raise RuntimeError('no luck')", "imported", "RuntimeError: no luck"),
        ("raise SystemExit(3)", "imported", "SystemExit: 3"),
        ("import no_such_module_at_all", "imported", "no_such_module_at_all"),
        ("1 +", "imported", "SyntaxError"),
        (f"interlock_api = {SDK_API + 1}", "compatible", f"SDK API {SDK_API + 1}"),
        ("interlock_api = 'one'", "compatible", "interlock_api"),
    ],
)
async def test_a_plugin_that_cannot_be_imported_or_is_too_new_is_reported_alone(
    on_path: Path, source: str, stage: str, reason: str
) -> None:
    found = await records(good(), written(on_path, "bad", source))

    assert found["good"].state is PluginState.REGISTERED
    assert found["bad"].state is PluginState.FAILED
    assert found["bad"].stage == stage
    assert reason in found["bad"].reason
    assert found["bad"].hint


HOOK = "from interlock.sdk import hookimpl, Service\n@hookimpl\n"


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("def interlock_services(config): return {}", "config"),
        ("def interlock_servces(): return {}", "interlock_servces"),
        ("def interlock_services(): raise LookupError('empty')", "LookupError: empty"),
        ("def interlock_services(): raise SystemExit", "SystemExit"),
        ("def interlock_services(): return [Service]", "must return a mapping"),
        ("def interlock_services(): return {'x': int}", "subclass of Service, not int"),
        ("def interlock_services(): return {3: Service}", "must be a text"),
        ("def interlock_functions(): return {'x': len}", "must be a Function"),
        ("def interlock_templates(): return ['x.yaml']", "must return resources"),
    ],
)
async def test_a_plugin_with_wrong_hooks_is_reported_alone(
    on_path: Path, source: str, reason: str
) -> None:
    found = await records(good(), written(on_path, "bad", HOOK + source))

    assert found["good"].state is PluginState.REGISTERED
    assert found["bad"].state is PluginState.FAILED
    assert found["bad"].stage is PluginState.REGISTERED
    assert reason in found["bad"].reason


async def test_a_plugin_that_brings_nothing_is_told_why_perhaps(on_path: Path) -> None:
    source = "def interlock_services(): return {}"
    found = await records(written(on_path, "bare", source))

    assert found["bare"].reason == "it contributes nothing"
    assert "put @hookimpl over its `interlock_services`" in found["bare"].hint


@pytest.mark.parametrize(
    ("decorator", "reason"),
    [
        ("tool()", "tool blocking.go must be an async method"),
        ("webhook()", "blocking.go() must be an async method"),
        ("poll(every=1)", "blocking.go() must be an async method"),
        ("on_event('*')", "blocking.go() must be an async method"),
        ("tool", "write `@tool()`, with parentheses"),
        ("webhook", "write `@webhook(…)`, with parentheses"),
        ("poll", "write `@poll(…)`, with parentheses"),
        ("on_event", "write `@on_event(…)`, with parentheses"),
        ("poll(every=0)", "`every` is seconds between two polls, not 0"),
        ("tool(effect='reads')", "effect is 'read' or 'write', not 'reads'"),
    ],
)
async def test_a_method_that_cannot_be_used_is_refused(
    on_path: Path, decorator: str, reason: str
) -> None:
    source = (
        "from interlock.sdk import Service, Settings, hookimpl, on_event, poll, tool, webhook\n"
        "class Blocking(Service[Settings]):\n"
        f"    @{decorator}\n"
        "    def go(self, it=None): return 1\n"
        "@hookimpl\n"
        "def interlock_services(): return {'blocking': Blocking}\n"
    )
    found = await records(written(on_path, "bad", source))

    assert reason in found["bad"].reason


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [("self, *values: int", r"cannot take *values"), ("self, value: NoSuchType", "NoSuchType")],
)
async def test_a_tool_whose_signature_cannot_be_read_is_refused(
    on_path: Path, arguments: str, reason: str
) -> None:
    source = (
        "from __future__ import annotations\n"
        "from interlock.sdk import Service, Settings, hookimpl, tool\n"
        "class Odd(Service[Settings]):\n"
        "    @tool()\n"
        f"    async def go({arguments}) -> int: return 1\n"
        "@hookimpl\n"
        "def interlock_services(): return {'odd': Odd}\n"
    )
    found = await records(good(), written(on_path, "bad", source))

    assert "the signature of tool odd.go" in found["bad"].reason
    assert reason in found["bad"].reason
    assert found["good"].state is PluginState.REGISTERED


async def test_an_import_that_hangs_is_left_behind_after_its_time() -> None:
    world = VirtualWorld()
    hanging, release = threading.Event(), threading.Event()

    class Hanging(ModuleType):
        def __getattr__(self, name: str) -> Any:
            hanging.set()
            release.wait(30)
            raise AttributeError(name)

    sys.modules["plugin_hanging"] = Hanging("plugin_hanging")
    entry_point = EntryPoint("hanging", "plugin_hanging:thing", ENTRY_POINT_GROUP)
    candidates = [good("early"), Candidate("hanging", "dist", "1", entry_point), good("later")]
    found: dict[str, PluginRecord] = {}

    async def load_all() -> None:
        loaded = await load(candidates, world, timeout=10.0)
        found.update({plugin.record.name: plugin.record for plugin in loaded})

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(load_all)
        await anyio.to_thread.run_sync(hanging.wait)
        await world.advance(10.0)
    release.set()

    assert found["hanging"].state is PluginState.FAILED
    assert found["hanging"].reason == "not done after 10 s"
    assert found["early"].state is found["later"].state is PluginState.REGISTERED


async def test_two_distributions_with_one_plugin_name_are_both_refused() -> None:
    first = good("twin")
    second = Candidate("twin", "dist-other", "9", first.entry_point)
    found = await records(first, second, good())

    assert found["twin"].state is PluginState.FAILED
    assert "dist-twin and dist-other" in found["twin"].reason
    assert found["good"].state is PluginState.REGISTERED


async def test_two_plugins_with_one_service_type_are_both_refused() -> None:
    found = await records(
        plugin_module("one", {"mail": Good}), plugin_module("two", {"mail": Good}), good()
    )

    for name in ("one", "two"):
        assert found[name].state is PluginState.FAILED
        assert "service type 'mail'" in found[name].reason
        assert "dist-one" in found[name].reason and "dist-two" in found[name].reason
    assert found["good"].state is PluginState.REGISTERED


async def test_two_plugins_with_one_function_are_both_refused() -> None:
    functions = hookimpl(lambda: {"double": Function(abs)})
    found = await records(
        plugin_module("one", {}, interlock_functions=functions),
        plugin_module("two", {}, interlock_functions=functions),
    )

    assert [each.state for each in found.values()] == [PluginState.FAILED] * 2
    assert "function 'double'" in found["one"].reason


async def test_a_blocked_plugin_is_not_even_imported(on_path: Path) -> None:
    bad = written(on_path, "bad", "raise RuntimeError")
    found = await records(bad, good(), good("other"), allow=["good", "bad"], block=["bad"])

    assert found["bad"].state is PluginState.BLOCKED
    assert "plugins.block" in found["bad"].reason
    assert found["other"].state is PluginState.BLOCKED
    assert "plugins.allow" in found["other"].reason
    assert found["good"].state is PluginState.REGISTERED
    assert "written_bad" not in sys.modules


async def test_blocking_one_of_two_twins_lets_neither_in() -> None:
    first = good("twin")
    second = Candidate("twin", "dist-other", "9", first.entry_point)
    found = await records(first, second, block=["twin"])

    assert found["twin"].state is PluginState.BLOCKED


def test_entry_points_on_the_path_are_found_once(on_path: Path) -> None:
    for folder in ("demo_plugin-1.0.dist-info", "Demo.Plugin-1.0.dist-info"):
        info = on_path / folder
        info.mkdir()
        (info / "METADATA").write_text("Metadata-Version: 2.1\nName: demo-plugin\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text("[interlock.plugins]\ndemo = demo_module\n")

    found = [each for each in installed_plugins() if each.name == "demo"]

    assert [(each.distribution, each.version) for each in found] == [("demo-plugin", "1.0")]


def test_a_half_removed_distribution_is_passed_over(on_path: Path) -> None:
    (on_path / "broken-1.0.dist-info").mkdir()
    (on_path / "broken-1.0.dist-info/entry_points.txt").write_text("[interlock.plugins]\nx = y\n")

    assert all(each.name != "x" for each in installed_plugins())
