"""A configuration becomes typed values, or every fault of it, each at its place."""

from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic import SecretStr

from interlock.config import Config, ConfigError, Fault, model, read
from interlock.sdk import Policies, RetryPolicy, Settings
from interlock.sdk.errors import from_problem
from interlock.sdk.hooks import Function

Write = Callable[..., Path]


class Page(Settings):
    name: str
    size: int = 1


class FigmaSettings(Settings):
    token: SecretStr
    base_url: str = "https://api.figma.com"
    team: int | None = None
    pages: tuple[Page, ...] = ()
    target: int | Page | None = None


TYPES: dict[str, type[Settings]] = {"figma": FigmaSettings, "files": Settings}


def load(path: Path) -> Config:
    return read(path).resolve(TYPES)


def faults(path: Path) -> list[Fault]:
    with pytest.raises(ConfigError) as caught:
        load(path)
    return caught.value.faults


def messages(path: Path) -> list[str]:
    """``line:column message`` of every fault."""
    return [f"{fault.line}:{fault.column} {fault.message}" for fault in faults(path)]


FIVE_MISTAKES = """\
version: 1
daemon: {port: 99999}
services:
  figma:
    policies:
      retry: {attemps: 3, backoff: soon}
    settings: {token: {env: NO_SUCH_TOKEN}, pages: [{name: a, sise: 2}]}
"""

FIVE_FAULTS = """\
demo.yaml:2:16: error: wrong value 99999  [daemon.port]
  | daemon: {port: 99999}
  |                ^ expected at most 65535
demo.yaml:6:15: error: unknown key 'attemps'  [services.figma.policies.retry]
  |       retry: {attemps: 3, backoff: soon}
  |               ^ did you mean 'attempts'?
demo.yaml:6:36: error: wrong value 'soon'  [services.figma.policies.retry.backoff]
  |       retry: {attemps: 3, backoff: soon}
  |                                    ^ expected a duration such as 30s, 250ms or 1h30m
demo.yaml:7:23: error: the environment variable NO_SUCH_TOKEN is not set  \
[services.figma.settings.token]
  |     settings: {token: {env: NO_SUCH_TOKEN}, pages: [{name: a, sise: *}]}
  |                       ^ set it, or give a default: {env: NAME, default: x}
demo.yaml:7:63: error: unknown key 'sise'  [services.figma.settings.pages[0]]
  |     settings: {token: {env: NO_SUCH_TOKEN}, pages: [{name: a, sise: *}]}
  |                                                               ^ did you mean 'size'?"""


def test_five_mistakes_are_reported_at_once_in_the_order_of_the_file(write: Write) -> None:
    with pytest.raises(ConfigError) as caught:
        load(write(FIVE_MISTAKES))
    assert str(caught.value) == FIVE_FAULTS
    assert caught.value.message == "5 faults in demo.yaml"


def test_the_error_survives_a_boundary(write: Write) -> None:
    with pytest.raises(ConfigError) as caught:
        load(write(FIVE_MISTAKES))
    again = from_problem(caught.value.to_problem())
    assert isinstance(again, ConfigError)
    assert str(again) == FIVE_FAULTS


def test_a_sound_file_becomes_typed_values(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FIGMA_TOKEN", "secret")
    config = load(
        write(
            """\
version: 1
daemon: {port: 0, grace: 1m30s, log_level: debug}
defaults: {deadline: 10s, retry: {attempts: 2}}
services:
  design:
    plugin: figma
    settings: {token: {env: FIGMA_TOKEN}, team: {env: TEAM, default: 7}}
    policies: {deadline: 5s, rate: [{limit: 10/s}]}
    tools: {get_file: {policies: {concurrency: 1}}}
    http: {allow_private: true}
  files:
triggers:
  - {on: figma.file_updated, where: event.payload.n > 1, start: review, with: {env: prod}}
aliases: {get: design.get_file}
""".replace("  files:\n", "  files: {}\n")
        )
    )
    design = config.services["design"]
    assert (config.daemon.port, config.daemon.grace, config.daemon.log_level) == (0, 90.0, "debug")
    assert isinstance(design.settings, FigmaSettings)
    assert (design.settings.token.get_secret_value(), design.settings.team) == ("secret", 7)
    assert design.tools["get_file"].policies.concurrency == 1
    assert config.services["files"].plugin == "files"
    assert config.triggers[0].with_ == {"env": "prod"}
    assert config.journal_path == Path(".interlock/journal.db")
    wishes = config.policies_of("design")
    assert (wishes.deadline, wishes.retry) == (5.0, RetryPolicy(attempts=2))
    assert config.policies_of("files") == Policies(deadline=10.0, retry=RetryPolicy(attempts=2))


def test_which_plugins_to_load_is_known_before_they_are(write: Write) -> None:
    draft = read(write("version: 1\nplugins: {allow: [figma], block: [x]}\nservices: {zzz: {}}\n"))
    assert (draft.plugins.allow, draft.plugins.block) == (("figma",), ("x",))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ["1:1 the file is empty"]),
        ("- 1\n", ["1:1 a file is a mapping of sections"]),
        ("a: [", ["1:5 not YAML: did not find expected node content while parsing a flow node"]),
        (
            "version: 1\nversion: 2\nplugins: {allow: figma}\n",
            ["2:1 key 'version' is given twice; first on line 1", "3:18 wrong value 'figma'"],
        ),
    ],
)
def test_what_leaves_open_which_plugins_to_load_is_refused_at_once(
    write: Write, text: str, expected: list[str]
) -> None:
    with pytest.raises(ConfigError) as caught:
        read(write(text))
    found = [f"{fault.line}:{fault.column} {fault.message}" for fault in caught.value.faults]
    assert found == expected


def test_a_file_that_is_not_there_is_a_fault(write: Write) -> None:
    write("")
    with pytest.raises(ConfigError, match=r"^no\.yaml:1:1: error: cannot be read: no such file"):
        read(Path("no.yaml"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("daemon: {}", ["1:1 missing key 'version'"]),
        ("version: 2", ["1:10 wrong value 2"]),
        ("version: 1\nservcies: {}", ["2:1 unknown key 'servcies'"]),
        ("version: 1\ndaemon: {host: 1}", ["2:16 wrong value 1"]),
        ("version: 1\ndaemon: {log_level: debugg}", ["2:21 wrong value 'debugg'"]),
        ("version: 1\nservices: {fgma: {}}", ["2:12 unknown service type 'fgma'"]),
        ("version: 1\nservices: {a: {plugin: x}}", ["2:24 unknown service type 'x'"]),
        ("version: 1\nservices: {a.b: {plugin: files}}", ["2:12 wrong key 'a.b'"]),
        ("version: 1\nservices: [files]", ["2:11 wrong value (a list)"]),
        ("version: 1\nservices: {files: 3}", ["2:19 wrong value 3"]),
        ("version: 1\nservices: {figma: {settings: {}}}", ["2:20 missing key 'token'"]),
        ("version: 1\naliases: {f: files}", ["2:14 wrong value 'files'"]),
        ("version: 1\naliases: {f: x.get}", ["2:14 there is no service 'x'"]),
        ("version: 1\ndefaults: {rate: [{limit: 3}]}", ["2:27 wrong value 3"]),
        ("version: 1\ntriggers: [{on: a}]", ["2:12 missing key 'start'"]),
        (
            "version: 1\ntriggers: [{on: a, start: b, where: 'event.nme'}]",
            ["2:44 there is no key 'nme'"],
        ),
        (
            "version: 1\ntriggers:\n  - on: a\n    start: b\n    with: {x: ['${{ evnt.id }}']}",
            ["5:21 unknown name 'evnt'"],
        ),
        ("version: 1\ntriggers: [{on: a, start: b, where: '1 +'}]", ["2:40 invalid syntax"]),
        ("version: 1\nworkflows: {paths: [no.yaml]}", ["2:21 there is no file 'no.yaml'"]),
        ("version: 1\nservices: {files: {settings: {x: !env Y}}}",
         ["2:31 unknown key 'x'", "2:34 the tag !env is not supported"]),
    ],
)  # fmt: skip
def test_a_fault_has_its_place(write: Write, text: str, expected: list[str]) -> None:
    assert messages(write(text)) == expected


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("{nme: a}", ["unknown key 'nme'"]),
        ("{name: a, sise: 2}", ["unknown key 'sise'"]),
        ("{name: a, size: x}", ["wrong value 'x'"]),
        ("[]", ["wrong value (a list)"]),
        ("soon", ["wrong value 'soon'"]),
    ],
)
def test_a_union_gives_one_fault(write: Write, target: str, expected: list[str]) -> None:
    settings = f"{{token: {{env: PATH}}, target: {target}}}"
    path = write(f"version: 1\nservices: {{figma: {{settings: {settings}}}}}")
    assert [fault.message for fault in faults(path)] == expected


def test_an_expression_may_call_a_plugins_function(write: Write) -> None:
    text = "version: 1\ntriggers: [{on: a, start: b, where: 'spin(event.id)'}]"
    functions = {"spin": Function(lambda text: text)}
    assert read(write(text)).resolve({}, functions).triggers[0].where == "spin(event.id)"
    (fault,) = faults(write(text))
    assert fault.message == "unknown function 'spin'"


def test_templates_are_found_from_the_folder_of_the_file_that_names_them(write: Write) -> None:
    path = write(
        "version: 1\ninclude: [more/*.yaml]\n",
        **{
            "more/a.yaml": "workflows: {paths: ['flows/*.yaml', '**/b.yaml', 'none/*.yaml']}",
            "more/flows/b.yaml": "",
            "more/flows/a.yaml": "",
        },
    )
    draft = read(path)
    config = draft.resolve({})
    assert config.workflows.files() == [Path("more/flows/a.yaml"), Path("more/flows/b.yaml")]
    assert [str(warning).splitlines()[0] for warning in draft.warnings] == [
        "more/a.yaml:1:50: warning: no file matches 'none/*.yaml'  [workflows.paths[2]]"
    ]


def test_every_field_is_described() -> None:
    sections = [each for each in vars(model).values() if isinstance(each, type)]
    fields = [
        (each.__name__, name, field.description)
        for each in sections
        if issubclass(each, model.Section)
        for name, field in each.model_fields.items()
    ]
    assert len(fields) > 30
    assert [field for field in fields if not field[-1]] == []
