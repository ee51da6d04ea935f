"""The JSON Schema for editors agrees with what is loaded."""

from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator
from pydantic import BaseModel, SecretStr

from interlock.config import json_schema
from interlock.sdk import Settings


class Page(BaseModel):
    name: str


class Figma(Settings):
    token: SecretStr
    pages: tuple[Page, ...] = ()
    team: int | None = None


class Files(Settings):
    root: str = "."


SCHEMA = json_schema({"figma": Figma, "files": Files})


def faults(text: str) -> list[str]:
    data: Any = yaml.safe_load(text)
    return [error.json_path for error in Draft202012Validator(SCHEMA).iter_errors(data)]


def test_it_is_a_schema() -> None:
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize(
    "text",
    [
        "version: 1",
        "{version: 1, services: {figma: {settings: {token: {env: X}}}}}",
        "{version: 1, services: {figma: {settings: {token: {file: x}, pages: [{name: a}]}}}}",
        "{version: 1, services: {design: {plugin: figma, settings: {token: x}}}}",
        "{version: 1, services: {figma: {plugin: files, settings: {root: /}}}}",
        "{version: 1, daemon: {port: {env: PORT, default: 1}, grace: 30s}}",
        "{version: 1, defaults: {retry: {backoff: 250ms}}}",
        "{version: 1, triggers: [{'on': a, start: b, with: {x: 1}}]}",
    ],
)
def test_what_is_right_is_accepted(text: str) -> None:
    assert faults(text) == []


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("{}", "$"),
        ("{version: 1, servces: {}}", "$"),
        ("{version: 1, services: {figma: {settings: {tken: x}}}}", "$.services.figma.settings"),
        ("{version: 1, services: {design: {settings: {}}}}", "$.services.design"),
        ("{version: 1, services: {x: {plugin: figm}}}", "$.services.x.plugin"),
        (
            "{version: 1, services: {figma: {plugin: files, settings: {token: x}}}}",
            "$.services.figma.settings",
        ),
        ("{version: 1, daemon: {port: {env: 3}}}", "$.daemon.port"),
    ],
)
def test_what_is_wrong_is_found(text: str, path: str) -> None:
    assert path in faults(text)
