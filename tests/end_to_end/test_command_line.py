"""The command line as people and scripts use it; in this process, which is a second a command less."""

from __future__ import annotations

import json
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from interlock.cli import main

from ..conftest import Daemon

CONFIG = """
version: 1
daemon: {{port: 0}}
services: {{ledger: {{settings: {{file: {file}}}}}}}
workflows: {{paths: [workflows/*.yaml]}}
"""
NOTE = """
workflow: note
input: {type: object, required: [text], properties: {text: {type: string}}}
steps:
  - {id: put, call: ledger.put, with: {entry: "${{ input.text }}"}}
  - {id: refuse, call: ledger.refuse, when: input.text == "bad"}
return: "${{ steps.put }}"
"""


def interlock(*words: str, code: int = 0, **environment: str) -> Result:
    done = CliRunner().invoke(main, words, prog_name="interlock", env=environment)
    assert done.exit_code == code, (words, done.output, done.exception)
    return done


def as_json(*words: str) -> Any:
    return json.loads(interlock(*words, "--json").stdout)


@pytest.fixture
def daemon(
    daemon_in: Callable[..., Daemon], ledger: Path, monkeypatch: pytest.MonkeyPatch
) -> Daemon:
    daemon = daemon_in(CONFIG.format(file=ledger), workflows__note=NOTE)
    monkeypatch.chdir(daemon.folder)
    return daemon


def test_a_stream_of_events_holds_any_text(daemon: Daemon) -> None:
    """U+2028 and U+0085 end a line of text, for some; not one of a stream."""
    odd = "one\u2028two\u0085three"
    arguments = ("--input", json.dumps({"entry": odd}, ensure_ascii=False))
    interlock("call", "ledger.put", *arguments, "--progress")
    text = json.dumps({"text": odd}, ensure_ascii=False)
    run = as_json("start", "note", "--input", text)
    assert as_json("runs", "watch", run["run_id"])["entry"] == odd


def test_a_daemon_that_keeps_its_state_elsewhere_is_found_by_its_configuration(
    daemon: Daemon,
) -> None:
    (daemon.folder / ".interlock").rename(daemon.folder / "state")
    interlock("services", code=3)
    file = daemon.folder / "interlock.yaml"
    elsewhere = "daemon: {port: 0, state_dir: {env: NOT_SET, default: state}}"
    file.write_text(file.read_text().replace("daemon: {port: 0}", elsewhere))
    assert [each["name"] for each in as_json("services")] == ["ledger"]
    file.write_text("version: [")
    interlock("services", code=3)


def test_the_version_is_that_of_the_distribution() -> None:
    # It is written down twice, because looking it up takes as long as all the rest.
    assert interlock("--version").output.split()[-1] == version("interlock")


def test_a_wrong_name_is_answered_with_what_there_is(daemon: Daemon) -> None:
    for words, told in (
        (("runs", "show", "zz"), "`interlock runs` lists"),
        (("approve", "zz"), "`interlock approvals` lists"),
        (("dead-letters", "replay", "zz"), "`interlock dead-letters` lists"),
        (("start", "zz"), "see `interlock workflow`"),
        (("services", "pause", "zz"), "there are: ledger"),
        (("services", "pause", "legder"), "did you mean 'ledger'?"),
        (("call", "ledger.put"), "`interlock tools ledger.put` shows"),
    ):
        assert told in interlock(*words, code=1).stderr, words
    assert "no run fits" in interlock("runs", "--status", "failed").stderr


def test_a_daemon_elsewhere_is_named_by_url_and_token_file(
    daemon: Daemon, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "token").write_text(interlock("token", "show").stdout)
    (tmp_path / "elsewhere").mkdir()
    (daemon.folder / ".interlock/daemon.json").unlink()
    there = ("--url", f"{daemon.url}/", "--token-file", str(tmp_path / "token"))
    assert [each["name"] for each in as_json(*there, "services")] == ["ledger"]

    refused = interlock("--url", daemon.url, "services", code=4)
    assert refused.stdout == "" and "INTERLOCK_TOKEN" in refused.stderr
    nobody = interlock("--url", "http://127.0.0.1:1", "services", "--json", code=3)
    assert json.loads(nobody.stderr)["error"]["code"] == "no-daemon"
    assert "no URL" in interlock("--url", "nonsense", "services", code=3).stderr
    assert "token" in interlock("--url", daemon.url, "--token-file", "x", "services", code=2).stderr


def test_nouns_list_and_their_verbs_act(daemon: Daemon) -> None:
    started = interlock("start", "note", "--arg", "text=bad", "--wait", code=1).stderr
    assert started.index("✓  put") < started.index("✗  refuse")
    (run,) = as_json("runs", "--text", "bad")
    shown = interlock("runs", "show", run["id"][:20])
    assert "failed:   no" in shown.stdout
    assert f"interlock runs retry {run['id']}" in shown.stderr
    watched = interlock("runs", "watch", run["id"], code=1).stderr
    assert "✓  put" in watched and "✗  refuse" in watched
    replayed = as_json("dead-letters", "replay", f"run:{run['id']}", "--arg", "text=good")
    assert as_json("runs", "watch", replayed["run_id"])["entry"] == "good"

    assert as_json("services", "pause", "ledger")["paused"] is True
    interlock("call", "ledger.lines", code=1)
    assert as_json("services", "resume", "ledger")["paused"] is False
    assert as_json("services", "show", "ledger")["gates"]["calls"] > 0
    assert as_json("actors")["children"][0]["name"] == "service.ledger"
    lines = interlock("log", "--json").stdout.splitlines()
    assert all(json.loads(line)["message"] for line in lines)

    top = as_json("top")
    assert top["needs"]["dead_letters"] == 0
    assert {each["status"] for each in top["latest"]} == {"failed", "succeeded"}
    assert "nobody is needed" in interlock("top").stdout


def test_shells_complete_commands_and_names(daemon: Daemon) -> None:
    def completed(words: str, number: int) -> list[str]:
        shell = {
            "_INTERLOCK_COMPLETE": "bash_complete",
            "COMP_WORDS": words,
            "COMP_CWORD": str(number),
        }
        lines = interlock(**shell).stdout.splitlines()
        return [line.partition(",")[2] for line in lines if line]

    for shell in ("bash", "zsh", "fish"):
        assert "_INTERLOCK_COMPLETE" in interlock("completion", shell).stdout
    assert completed("interlock dead", 1) == ["dead-letters"]
    assert completed("interlock call ledger.p", 2) == ["ledger.put"]
    assert completed("interlock services pause ", 3) == ["ledger"]
    assert completed("interlock start ", 2) == ["note"]
    daemon.stop()
    assert completed("interlock start ", 2) == []


def test_templates_are_checked_without_a_daemon(
    tmp_path: Path, ledger: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "note.yaml").write_text(NOTE)
    assert as_json("workflow", "check", "note.yaml") == {"workflows": ["note"]}

    (tmp_path / "note.yaml").write_text(NOTE.replace("input.text ==", "input.txt =="))
    wrong = interlock("workflow", "check", "note.yaml", code=78)
    assert "note.yaml:6:" in wrong.stderr and "text" in wrong.stderr


def test_with_a_configuration_the_tools_of_templates_are_checked_as_well(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.yaml").write_text("workflow: a\nsteps: [{call: files.reed}]\n")
    (tmp_path / "interlock.yaml").write_text(
        "version: 1\nservices: {files: {settings: {root: out}}}\n"
    )
    assert "files.read" in interlock("workflow", "check", "a.yaml", code=78).stderr


def test_what_is_misspelt_is_named() -> None:
    assert "Did you mean 'services'?" in interlock("servces", code=2).stderr
    told = interlock("--help").stdout
    for section in ("Begin:", "Tools and workflows:", "What needs a person:", "The system:"):
        assert section in told
