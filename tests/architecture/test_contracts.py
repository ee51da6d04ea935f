"""What import-linter cannot say about itself: that no plugin was forgotten in its lists."""

import ast
import json
import subprocess
import sys
import tomllib
from inspect import isclass, isfunction
from pathlib import Path

import interlock.sdk

ROOT = Path(__file__).parents[2]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
CONTRACTS = {entry["name"]: entry for entry in PYPROJECT["tool"]["importlinter"]["contracts"]}
PLUGINS = {path.name for path in ROOT.glob("plugins/*/src/interlock_*")}
LAYERS = {path.parent.name for path in ROOT.glob("core/src/interlock/*/__init__.py")}


def test_every_plugin_is_held_to_the_sdk() -> None:
    contract = CONTRACTS["Plugins know the public contract only"]

    assert set(contract["source_modules"]) == PLUGINS
    assert set(contract["forbidden_modules"]) == {f"interlock.{name}" for name in LAYERS - {"sdk"}}


def test_plugins_use_the_public_names_of_the_sdk() -> None:
    sources = [path for name in PLUGINS for path in ROOT.glob(f"plugins/*/src/{name}/**/*.py")]
    used = {
        f"{node.module}.{alias.name}"
        for path in sources
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("interlock.sdk")
        for alias in node.names
    }

    assert len(sources) > len(PLUGINS)
    assert used <= {f"interlock.sdk.{name}" for name in interlock.sdk.__all__}


def test_every_public_name_of_the_sdk_says_what_it_is() -> None:
    named = {name: getattr(interlock.sdk, name) for name in interlock.sdk.__all__}
    own = {name: it for name, it in named.items() if isclass(it) or isfunction(it)}

    assert len(own) > 60
    assert not [name for name, it in own.items() if not it.__doc__]
    # A dataclass without a docstring gets its signature for one.
    assert not [name for name, it in own.items() if str(it.__doc__).startswith(f"{name}(")]


def test_every_plugin_is_held_apart_from_the_others() -> None:
    assert set(CONTRACTS["Plugins stand apart from each other"]["modules"]) == PLUGINS


def test_every_plugin_is_a_dependency_of_the_workspace() -> None:
    """A member that the root does not depend on is not installed by ``uv run``."""
    names = {name.replace("_", "-") for name in PLUGINS}

    assert names | {"interlock[mcp,restate]"} == set(PYPROJECT["project"]["dependencies"])
    assert names | {"interlock"} == set(PYPROJECT["tool"]["uv"]["sources"])


def test_what_one_package_alone_may_know_is_kept_from_all_others() -> None:
    restate = CONTRACTS["Only one package knows Restate"]["source_modules"]
    telemetry = CONTRACTS["Only telemetry knows OpenTelemetry"]["source_modules"]
    journal = CONTRACTS["Only the journal knows SQL"]["source_modules"]

    assert set(telemetry) == {f"interlock.{name}" for name in LAYERS - {"telemetry"}}
    assert set(restate) == {f"interlock.{name}" for name in LAYERS - {"restate"}}
    assert set(journal) == {f"interlock.{name}" for name in LAYERS - {"journal"}}


def test_a_plugin_that_is_not_configured_costs_next_to_nothing() -> None:
    """Neither its module of hooks nor a hook loads another: the service types are imported when they are used."""
    script = "import sys, interlock.sdk as _, json; before = set(sys.modules)\n"
    script += "".join(f"import {name}\n{name}.interlock_services()\n" for name in sorted(PLUGINS))
    script += "print(json.dumps(sorted(set(sys.modules) - before)))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True)

    assert set(json.loads(done.stdout)) == PLUGINS


def test_a_daemon_loads_no_library_for_terminals() -> None:
    script = "import sys, interlock.daemon\nprint('httpx' in sys.modules, 'rich' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True)

    assert done.stdout.split() == [b"True", b"False"]
