"""A configuration in several files: they add to each other and override nothing."""

from collections.abc import Callable
from pathlib import Path

import pytest

from interlock.config import ConfigError, read
from interlock.sdk import Settings

Write = Callable[..., Path]
TYPES: dict[str, type[Settings]] = {"files": Settings}

MAIN = "version: 1\ninclude: [services/*.yaml]\nservices: {a: {plugin: files}}\n"


def faults(path: Path) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        read(path).resolve(TYPES)
    return [str(fault).splitlines()[0] for fault in caught.value.faults]


def test_files_add_sections_keys_and_items(write: Write) -> None:
    path = write(
        MAIN + "triggers: [{on: a, start: x}]\n",
        **{
            "services/b.yaml": "services: {b: {plugin: files}}\ndaemon: {port: 1}\n",
            "services/c.yaml": "services: {c: {plugin: files}}\ntriggers: [{on: b, start: y}]\n",
        },
    )
    config = read(path).resolve(TYPES)
    assert list(config.services) == ["a", "b", "c"]
    assert [trigger.on for trigger in config.triggers] == ["a", "b"]
    assert config.daemon.port == 1


def test_a_key_given_twice_names_both_places(write: Write) -> None:
    path = write(
        MAIN,
        **{
            "services/b.yaml": "services: {b: {plugin: files}, a: {plugin: files}}\nversion: 1\n",
            "services/c.yaml": "\nservices:\n  b: {plugin: files}\n",
        },
    )
    assert faults(path) == [
        "services/b.yaml:1:32: error: key 'a' is given twice; first at demo.yaml:3:12  [services]",
        "services/b.yaml:2:1: error: key 'version' is given twice; first at demo.yaml:1:1",
        (
            "services/c.yaml:3:3: error: key 'b' is given twice; "
            "first at services/b.yaml:1:12  [services]"
        ),
    ]


def test_faults_of_an_included_file_point_there(write: Write) -> None:
    path = write(
        MAIN + "triggers: [{on: a, start: x}]\n",
        **{
            "services/b.yaml": "services:\n  b: {plugin: fils}\n",
            "services/c.yaml": "triggers:\n  - {on: b, start: y, wher: z}\ndaemon: [\n",
            "services/d.yaml": "triggers:\n  - {on: b, start: y, wher: z}\n",
            "services/e.yaml": "include: [x.yaml]\nservices: 3\n",
        },
    )
    assert faults(path) == [
        "services/b.yaml:2:15: error: unknown service type 'fils'  [services.b.plugin]",
        (
            "services/c.yaml:3:10: error: not YAML: "
            "did not find expected node content while parsing a flow node"
        ),
        "services/d.yaml:2:23: error: unknown key 'wher'  [triggers[0]]",
        "services/e.yaml:1:1: error: only the main file may include others",
        "services/e.yaml:2:1: error: key 'services' is given twice; first at demo.yaml:3:1",
    ]


def test_a_named_file_must_be_there_and_a_glob_may_match_none(write: Write) -> None:
    path = write("version: 1\ninclude: [no.yaml, 'no/*.yaml', 3]\n")
    assert faults(path) == [
        "demo.yaml:2:11: error: there is no file 'no.yaml'  [include[0]]",
        "demo.yaml:2:33: error: wrong value 3  [include[2]]",
    ]
    draft = read(write("version: 1\ninclude: ['no/*.yaml']\n"))
    assert draft.resolve(TYPES).services == {}
    assert [warning.message for warning in draft.warnings] == ["no file matches 'no/*.yaml'"]


def test_the_main_file_does_not_include_itself(write: Write) -> None:
    assert read(write("version: 1\ninclude: ['*.yaml']\n")).resolve(TYPES).version == 1
