"""What ``interlock init`` and ``interlock plugins new`` write works as it is."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result

from interlock.cli import main

ROOT = Path(__file__).parents[1]


def interlock(*words: object) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


def run(*words: object, **variables: str) -> str:
    done = subprocess.run(
        [str(word) for word in words],
        cwd=ROOT,
        env=os.environ | variables,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_a_new_folder_has_no_faults_and_its_tests_pass(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert interlock("init", tmp_path / "new").exit_code == 0
    monkeypatch.chdir(tmp_path / "new")

    assert "no faults; 0 services, 1 workflows" in interlock("config", "check").stdout
    assert "2 cases, 0 failed" in interlock("test", "workflows").stdout


def test_what_is_there_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "interlock.yaml").write_text("mine")
    done = interlock("init", tmp_path)

    assert done.exit_code == 1
    assert f"{tmp_path / 'interlock.yaml'} is there already" in done.stderr
    assert (tmp_path / "interlock.yaml").read_text() == "mine"
    assert [path.name for path in tmp_path.iterdir()] == ["interlock.yaml"]


def test_services_ask_for_what_must_be_given(tmp_path: Path) -> None:
    words = ["--service", "notion", "--service", "analysis", "--service", "nano-banana"]
    assert "NOTION_TOKEN NANO_BANANA_API_KEY" in interlock("init", tmp_path, *words).stdout

    assert yaml.safe_load((tmp_path / "interlock.yaml").read_text())["services"] == {
        "notion": {"settings": {"token": {"env": "NOTION_TOKEN"}}},
        "analysis": {},
        "nano-banana": {"settings": {"api_key": {"env": "NANO_BANANA_API_KEY"}}},
    }


def test_a_service_that_no_plugin_brings_is_named(tmp_path: Path) -> None:
    done = interlock("init", tmp_path, "--service", "notoin")

    assert done.exit_code == 1
    assert "did you mean 'notion'?" in done.stderr
    assert not list(tmp_path.iterdir())


def test_a_new_plugin_is_built_installed_and_passes_its_tests(tmp_path: Path) -> None:
    plugin, site = tmp_path / "price-list", tmp_path / "site"
    assert interlock("plugins", "new", "price-list", plugin).exit_code == 0

    run("uv", "--offline", "build", "--wheel", "--out-dir", tmp_path, plugin)
    install = ("uv", "--offline", "pip", "install", "--python", sys.executable, "--no-deps")
    run(*install, "--target", site, next(tmp_path.glob("*.whl")))
    seen = run(sys.executable, "-m", "interlock", "plugins", "--json", PYTHONPATH=str(site))
    assert '"interlock-price-list"' in seen
    tested = run(
        sys.executable,
        "-m",
        "pytest",
        "-n0",
        "-q",
        "--rootdir",
        plugin,
        plugin,
        PYTHONPATH=str(site),
    )
    assert "2 passed" in tested


@pytest.mark.parametrize("name", ["Price", "price_list", "-price", "price-", ""])
def test_a_plugin_has_a_plain_name(tmp_path: Path, name: str) -> None:
    done = interlock("plugins", "new", "--", name, tmp_path / "new")

    assert done.exit_code == 2
    assert not (tmp_path / "new").exists()
