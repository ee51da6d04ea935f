"""The headline workflows with a model: it writes and analyses, and the result says so."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ..conftest import Daemon

CONFIG = """
version: 1
daemon: {{port: 0}}
services:
  simulator: {{settings: {{port: {port}{faults}}}}}
  figma:
    settings: {{base_url: "http://127.0.0.1:{port}/figma", token: x}}
    http: {{allow_private: true}}
  notion:
    settings: {{base_url: "http://127.0.0.1:{port}/notion", token: x, rate: 1000/s}}
    http: {{allow_private: true}}
  ai:
    settings:
      provider: anthropic
      model: simulated
      api_key: x
      base_url: "http://127.0.0.1:{port}/anthropic"
    policies: {{retry: {{attempts: 1}}}}
    http: {{allow_private: true}}
  codegen: {{}}
  analysis: {{}}
  files: {{settings: {{root: ./out}}}}
workflows: {{paths: ["{workflows}/*.yaml"]}}
"""
DATABASE = "1842fdf6-5e49-4c74-a388-cab1b3a6725e"
DOWN = ", faults: [{match: /anthropic/v1/messages, kind: error, status: 529, first: 1}]"

StartDaemon = Callable[..., Daemon]


def config(faults: str = "") -> str:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    workflows = Path(__file__).parents[2] / "config/workflows"
    return CONFIG.format(port=port, faults=faults, workflows=workflows)


def run(daemon: Daemon, workflow: str, **arguments: str) -> dict[str, Any]:
    words = [word for key, value in arguments.items() for word in ("--arg", f"{key}={value}")]
    result: dict[str, Any] = daemon.json("start", workflow, *words, "--wait")
    return result


def test_a_model_writes_the_components_and_analyses_the_pages(daemon_in: StartDaemon) -> None:
    daemon = daemon_in(config())

    design = run(daemon, "design_to_code_workflow", figma_file_id="storybook-sample")
    knowledge = run(daemon, "knowledge_extraction_workflow", notion_database_id=DATABASE)

    assert design["written_by"] == {"ai": 3, "codegen": 3}
    assert design["ai_failed"] == knowledge["ai_failed"] == []
    assert knowledge["analysed_by"] == {"ai": 22, "analysis": 0}
    assert knowledge["pages"] == 22


def test_the_rules_step_in_where_the_model_fails_and_the_result_says_for_what(
    daemon_in: StartDaemon,
) -> None:
    daemon = daemon_in(config(DOWN))

    design = run(daemon, "design_to_code", figma_file_id="storybook-sample")

    assert design["written_by"] == {"ai": 2, "codegen": 4}
    (failed,) = design["ai_failed"]
    assert failed["code"] == "throttled" and "529" in failed["why"]
    assert (daemon.folder / "out/design/index.ts").is_file()

    pictured = run(daemon, "design_to_code", figma_file_id="home-section", folder="home")

    (picture,) = (daemon.folder / "out/home/assets").iterdir()
    code = "".join(path.read_text() for path in (daemon.folder / "out/home").rglob("*.tsx"))
    assert pictured["pictures"] == 1
    assert f"/assets/{picture.name}" in code


def test_the_tools_answer_to_the_names_they_once_had(daemon_in: StartDaemon) -> None:
    daemon = daemon_in(config())

    aliases = {alias for tool in daemon.json("tools") for alias in tool["aliases"]}
    aliases |= {alias for item in daemon.json("workflow") for alias in item["aliases"]}
    assert aliases >= {
        "extract_figma_components",
        "sync_figma_tokens",
        "query_notion_database",
        "create_notion_page",
        "generate_ai_content",
        "analyze_with_ai",
        "design_to_code_workflow",
        "knowledge_extraction_workflow",
    }
    called = daemon.json("call", "query_notion_database", "--arg", f"database_id={DATABASE}")
    assert called["count"] == 22
    text = json.dumps({"prompt": "hello"})
    assert daemon.json("call", "generate_ai_content", "--input", text)["text"]
