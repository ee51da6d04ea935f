"""What README shows is what the tests run."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from click import Context

from interlock.cli.main import main
from interlock.config import ConfigError, Document, read
from interlock.daemon import make_plan
from interlock.expr.functions.table import BUILTINS
from interlock.sdk import Policies, RealWorld, Settings
from interlock.workflows import code_templates, load_template
from interlock.workflows.steps import KINDS

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PLUGINS = (ROOT / "plugins/README.md").read_text(encoding="utf-8")
WEATHER = ROOT / "tests/plugins/weather"
TICKETS = ROOT / "tests/plugins/tickets"
COMMANDS = main.list_commands(Context(main))


def blocks(language: str, page: str = README) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", page, flags=re.MULTILINE | re.DOTALL)


def test_the_plugin_shown_is_the_one_that_is_built_installed_and_called() -> None:
    source = (WEATHER / "src/interlock_weather/__init__.py").read_text(encoding="utf-8")

    assert source.strip() in [block.strip() for block in blocks("python")]
    assert blocks("toml")[0].strip() == (WEATHER / "pyproject.toml").read_text("utf-8").strip()
    assert len(source.splitlines()) < 40


def test_the_plugin_shown_with_webhooks_passes_the_test_shown(tmp_path: Path) -> None:
    # Not collected where it stands: the plugin has to be installed.
    for name, shown in (
        ("interlock_tickets", "interlock_tickets"),
        ("test_tickets", "tests_of_tickets"),
    ):
        source = (TICKETS / f"{shown}.py").read_text(encoding="utf-8")
        assert source.strip() in [block.strip() for block in blocks("python", PLUGINS)]
        (tmp_path / f"{name}.py").write_text(source)
    about = tmp_path / "interlock_tickets-1.0.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: interlock-tickets\nVersion: 1.0.0\n"
    )
    (about / "entry_points.txt").write_text("[interlock.plugins]\ntickets = interlock_tickets\n")
    command = [sys.executable, "-m", "pytest", "-q", "--rootdir", str(tmp_path), str(tmp_path)]
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    done = subprocess.run(
        command, env=environment, cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


def test_the_first_two_commands_are_the_demo_and_the_tests() -> None:
    assert blocks("")[0].splitlines() == [
        "pip install uv && uv run interlock demo",
        "uv run pytest",
    ]


def test_the_page_of_the_distribution_says_what_this_one_does() -> None:
    page = (ROOT / "core/README.md").read_text(encoding="utf-8")
    install, *commands = re.findall(r"^```\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)[
        0
    ].splitlines()
    (shown,) = re.findall(r"^```yaml\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)

    assert page.split("\n\n")[:2] == README.split("\n\n")[:2]
    assert install == "pip install interlock interlock-http"
    assert all(command.split()[1] in COMMANDS for command in commands)
    assert load_template(Document(shown, "core/README.md")).name == "publish_release_notes"


async def test_the_configuration_shown_has_no_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (shown,) = [block for block in blocks("yaml") if "services:" in block]
    (tmp_path / "interlock.yaml").write_text(shown)
    (tmp_path / "config").symlink_to(ROOT / "config")
    for variable in re.findall(r"\{env: (\w+)\}", shown):
        monkeypatch.setenv(variable, "some value")

    plan = await make_plan(tmp_path / "interlock.yaml", RealWorld())

    assert {"figma", "notion", "codegen", "analysis", "files"} == plan.services.keys()
    assert "design_to_code" in {template.name for template in plan.templates}


def test_the_workflow_shown_is_a_workflow() -> None:
    (shown,) = [block for block in blocks("yaml") if block.startswith("workflow:")]

    assert load_template(Document(shown, "README.md")).name == "publish_release_notes"


def test_the_workflow_shown_in_python_is_a_workflow(tmp_path: Path) -> None:
    (shown,) = [block for block in blocks("python") if "@workflow()" in block]
    (tmp_path / "shown.py").write_text(shown)

    (template,) = code_templates([tmp_path / "shown.py"])
    assert template.name == "fulfil"
    assert set(template.input.schema["required"]) == {"order", "to"}


def test_every_plugin_has_its_page_linked() -> None:
    for folder in (ROOT / "plugins").iterdir():
        if (folder / "pyproject.toml").is_file():
            assert f"](plugins/{folder.name}/README.md)" in README


def test_the_words_of_the_language_are_all_in_its_page() -> None:
    page = (ROOT / "config/README.md").read_text(encoding="utf-8")

    for kind, reader in KINDS.items():
        assert f"`{kind}: " in page
        for key in reader.keys:
            assert key in page
    for policy in Policies.model_fields:
        assert f"| `{policy}` |" in page
    functions = page.split("pure functions", 1)[1].split(".", 1)[0]
    assert set(re.findall(r"`(\w+)`", functions)) - {"default"} <= set(BUILTINS)


def test_the_configuration_shown_has_no_key_that_there_is_not(tmp_path: Path) -> None:
    page = (ROOT / "config/README.md").read_text(encoding="utf-8")
    shown = blocks("yaml", page)[0]
    (tmp_path / "interlock.yaml").write_text(shown)

    with pytest.raises(ConfigError) as error:
        read(tmp_path / "interlock.yaml").resolve({"figma": Settings, "notion": Settings})

    messages = [fault.message for fault in error.value.faults]
    unknown = [message for message in messages if message.startswith("unknown key")]
    assert unknown == ["unknown key 'token'"] * 2  # the plugins' own settings are not asked here
