"""What cannot hold on the engine that a configuration names is refused before anything starts."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from interlock.config import ConfigError
from interlock.daemon.compose import open_runtime
from interlock.daemon.engines import engine_of
from interlock.daemon.plan import make_plan
from interlock.journal import RunRecord, open_journal
from interlock.restate import RestateEngine
from interlock.sdk import Conflict, RealWorld, ServiceUnavailable

OPERATION = Path(__file__).parents[3] / "config/operation"
RESTATE = "engine: {type: restate}\n"
RUN = RunRecord("r", "w", "v", "running", 1.0, {})


def config(folder: Path, text: str) -> Path:
    path = folder / "interlock.yaml"
    path.write_text(f"version: 1\ndaemon: {{state_dir: {folder / 'state'}}}\n{text}")
    return path


async def faults(folder: Path, text: str) -> list[str]:
    with pytest.raises(ConfigError) as error:
        await make_plan(config(folder, text), RealWorld())
    return [fault.message for fault in error.value.faults]


async def test_an_open_port_without_the_servers_key_is_refused(tmp_path: Path) -> None:
    (message,) = await faults(tmp_path, "engine: {type: restate, host: 10.0.0.5}\n")
    assert "could have any run done" in message
    keyed = "engine: {type: restate, host: 10.0.0.5, identity_keys: [publickeyv1_a]}\n"
    await make_plan(config(tmp_path, keyed), RealWorld())


async def test_all_addresses_are_none_that_restate_could_be_told(tmp_path: Path) -> None:
    keyed = "engine: {type: restate, host: 0.0.0.0, identity_keys: [publickeyv1_a]%s}\n"
    (message,) = await faults(tmp_path, keyed % "")
    assert "no address under which Restate could reach" in message
    advertised = keyed % ", advertise: 'http://10.0.0.5:9300'"
    await make_plan(config(tmp_path, advertised), RealWorld())


async def test_settings_of_restate_need_its_type(tmp_path: Path) -> None:
    (message,) = await faults(tmp_path, "engine: {keep: 1d}\n")
    assert "has no 'keep'" in message


async def test_an_engine_that_is_not_installed_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr(
        "interlock.daemon.engines.find_spec", lambda name: None if name == "restate" else find(name)
    )
    assert await faults(tmp_path, RESTATE) == ["the engine on Restate is not installed"]


async def test_a_journal_with_unfinished_runs_of_one_engine_is_not_opened_by_the_other(
    tmp_path: Path,
) -> None:
    """Each would run what is only a copy for it."""
    plan = await make_plan(config(tmp_path, RESTATE), RealWorld())
    async with open_journal(tmp_path / "journal.db", RealWorld()) as journal:
        made = await engine_of(plan.config, journal)
        assert made.func is RestateEngine  # type: ignore[attr-defined] # a partial
        await journal.runs.copy(RUN)
        embedded = await make_plan(config(tmp_path, ""), RealWorld())
        with pytest.raises(Conflict, match="1 unfinished runs of the restate engine"):
            await engine_of(embedded.config, journal)


async def test_a_daemon_whose_restate_is_away_says_so(tmp_path: Path) -> None:
    away = "engine: {type: restate, admin: 'http://127.0.0.1:9', port: 19081, patience: 0s}\n"
    with pytest.raises(ServiceUnavailable, match="Restate does not answer at http://127.0.0.1:9"):
        async with open_runtime(config(tmp_path, away)):
            pass


async def test_the_example_for_operators_has_no_fault() -> None:
    plan = await make_plan(OPERATION / "distributed/interlock.yaml", RealWorld())
    assert plan.config.engine.advertise is not None
