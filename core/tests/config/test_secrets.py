"""Values from elsewhere: found, typed, never shown."""

from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic import SecretStr

from interlock.config import Config, ConfigError, environment, read, redacted
from interlock.sdk import Settings

Write = Callable[..., Path]


class Account(Settings):
    token: SecretStr
    team: str = "none"
    port: int = 1
    env: str = ""


TYPES: dict[str, type[Settings]] = {"account": Account}


def with_settings(settings: str) -> str:
    return f"version: 1\nservices:\n  account:\n    settings: {settings}\n"


def account(config: Config) -> Account:
    settings = config.services["account"].settings
    assert isinstance(settings, Account)
    return settings


def test_references_are_followed_and_typed(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "8080")
    text = "{token: {file: keys/token}, port: {env: PORT}, team: {env: NO_TEAM, default: blue}}"
    path = write(with_settings(text), **{"keys/token": "s3cret\n"})
    settings = account(read(path).resolve(TYPES))
    assert settings.token.get_secret_value() == "s3cret"
    assert (settings.port, settings.team) == (8080, "blue")


def test_a_reference_works_in_every_section(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "8080")
    config = read(write("version: 1\ndaemon: {port: {env: PORT}}\n")).resolve(TYPES)
    assert config.daemon.port == 8080


def test_text_is_never_interpolated(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEAM", "red")
    path = write(with_settings("{token: {env: TEAM}, team: '${TEAM} $TEAM {env: TEAM}'}"))
    assert account(read(path).resolve(TYPES)).team == "${TEAM} $TEAM {env: TEAM}"


def test_settings_named_as_a_reference_is_written_are_settings(write: Write) -> None:
    with pytest.raises(ConfigError) as caught:
        read(write(with_settings("{env: production}"))).resolve(TYPES)
    assert [fault.message for fault in caught.value.faults] == ["missing key 'token'"]


def test_every_reference_that_leads_nowhere_is_listed(write: Write) -> None:
    text = with_settings("{token: {file: no/token}, team: {env: NO_TEAM}, port: {env: NO_PORT}}")
    with pytest.raises(ConfigError) as caught:
        read(write(text)).resolve(TYPES)
    assert [(fault.column, fault.message) for fault in caught.value.faults] == [
        (23, "file 'no/token' cannot be read: no such file or directory"),
        (47, "the environment variable NO_TEAM is not set"),
        (69, "the environment variable NO_PORT is not set"),
    ]


def test_a_value_from_elsewhere_is_not_shown_when_it_is_wrong(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET", "s3cret")
    with pytest.raises(ConfigError) as caught:
        read(write(with_settings("{token: {env: SECRET}, port: {env: SECRET}}"))).resolve(TYPES)
    assert str(caught.value).startswith("demo.yaml:4:44: error: wrong value of {env: SECRET}  [")
    assert "s3cret" not in str(caught.value)
    assert "s3cret" not in repr(caught.value.to_problem())


def test_a_secret_in_the_file_is_a_warning_that_does_not_show_it(write: Write) -> None:
    draft = read(write(with_settings("{token: s3cret}")))
    assert account(draft.resolve(TYPES)).token.get_secret_value() == "s3cret"
    (warning,) = draft.warnings
    assert str(warning).splitlines() == [
        "demo.yaml:4:23: warning: a secret stands in the file  [services.account.settings.token]",
        "  |     settings: {token: ******}",
        (
            "  |                       ^ write {env: NAME} or {file: path}, "
            "and keep the secret out of the file"
        ),
    ]


@pytest.mark.parametrize(
    "text",
    [
        with_settings("{token: s3cret, prt: 1}"),
        with_settings("{tokn: s3cret}"),
        with_settings("{token: [s3cret]}"),
        with_settings("{token: {env: NO_TOKEN, default: [s3cret]}}"),
        "version: 1\nservices: {accunt: {settings: {token: s3cret}}}",
        with_settings('{team: x, token: "s3cret", port: s3cre}').replace("s3cre}", "x}"),
    ],
)
def test_no_fault_shows_a_secret_that_stands_beside_it(write: Write, text: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read(write(text)).resolve(TYPES)
    assert "s3cret" not in str(caught.value)
    assert "s3cret" not in repr(caught.value.to_problem())


def test_the_effective_configuration_shows_references_instead_of_values(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEAM", "red")
    text = with_settings("{token: s3cret, team: {env: TEAM}}") + "daemon: {host: {env: TEAM}}\n"
    shown = redacted(read(write(text)).resolve(TYPES))
    assert shown["services"]["account"]["settings"] == {
        "token": "**********",
        "team": {"env": "TEAM"},
        "port": 1,
        "env": "",
    }
    assert shown["daemon"]["host"] == {"env": "TEAM"}
    assert shown["daemon"]["grace"] == 25.0


def test_the_default_of_a_secret_is_not_shown(write: Write) -> None:
    path = write(with_settings("{token: {env: NO_TOKEN, default: s3cret}}"))
    shown = redacted(read(path).resolve(TYPES))
    assert shown["services"]["account"]["settings"]["token"] == {"env": "NO_TOKEN"}


def test_the_environment_of_the_command_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("INTERLOCK_CONFIG", raising=False)
    monkeypatch.setenv("INTERLOCK_URL", "http://localhost:1")
    monkeypatch.setenv("INTERLOCK_TOKEN", "t0ken")
    found = environment()
    assert (found.config, found.url, found.token) == (None, "http://localhost:1", "t0ken")
    assert "t0ken" not in repr(found)
