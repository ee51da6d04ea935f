"""pydantic's errors as faults: in plain words, at their place, with the nearest valid name."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from pydantic import BaseModel, ValidationError

from interlock.config.annotations import key_names
from interlock.config.faults import Fault, Path
from interlock.config.references import is_reference, written
from interlock.expr import did_you_mean, nearest

_EXPECTED = {
    "bool_parsing": "true or false",
    "bool_type": "true or false",
    "dict_type": "a mapping",
    "float_parsing": "a number",
    "float_type": "a number",
    "frozen_set_type": "a list",
    "int_from_float": "a whole number",
    "int_parsing": "a whole number",
    "int_type": "a whole number",
    "list_type": "a list",
    "mapping_type": "a mapping",
    "model_attributes_type": "a mapping",
    "model_type": "a mapping",
    "none_required": "null",
    "set_type": "a list",
    "string_type": "a text",
    "tuple_type": "a list",
    "url_parsing": "a URL",
    "url_type": "a URL",
    "greater_than": "more than {gt}",
    "greater_than_equal": "at least {ge}",
    "less_than": "less than {lt}",
    "less_than_equal": "at most {le}",
    "string_pattern_mismatch": "a text that matches {pattern}",
    "string_too_long": "at most {max_length} characters",
    "string_too_short": "at least {min_length} characters",
    "too_long": "at most {max_length} items",
    "too_short": "at least {min_length} items",
    "enum": "{expected}",
    "literal_error": "{expected}",
}
"""By pydantic's type of error (https://docs.pydantic.dev/latest/errors/validation_errors/)."""

_KEY = "[key]"  # the last part of a location that means the key, not its value


class Located(Protocol):
    """Data with positions: a Document, or several files read as one."""

    data: Any

    def fault(
        self, path: Path, message: str, *, hint: str = "", expected: str = "", on_key: bool = False
    ) -> Fault: ...

    def is_hidden(self, path: Path) -> bool: ...


@dataclass(frozen=True)
class _Finding:
    """One error of pydantic, its location split into a path in the data and union branches.

    Attributes:
        union: path of the value that a union was tried on, if any was.
        branch: the member of that union that this error is about.
    """

    error: Mapping[str, Any]
    path: Path
    union: Path | None
    branch: str

    @property
    def fits_in_kind(self) -> bool:
        """Whether the error is about what is inside the value, not about the value itself."""
        return len(self.path) > len(self.union or ()) or self.error["type"] == "missing"


def faults_of(
    error: ValidationError,
    document: Located,
    prefix: Path = (),
    model: type[BaseModel] | None = None,
) -> list[Fault]:
    """The faults of one validation.

    Args:
        document: where the validated value came from.
        prefix: the path in the document of the value that was validated.
        model: what it was validated as; needed to name the key nearest to an unknown one.
    """
    findings = [_find(document, prefix, each) for each in error.errors(include_url=False)]
    writer = _Writer(document, prefix, model)
    unions: dict[Path, list[_Finding]] = defaultdict(list)
    for finding in findings:
        if finding.union is not None:
            unions[finding.union].append(finding)
    chosen = [finding for finding in findings if finding.union is None]
    wrong = []
    for path, tried in unions.items():
        meant = _meant_branch(tried)
        chosen += meant
        wrong += [] if meant else [writer.no_branch(path, tried)]
    return [writer.fault(finding) for finding in writer.without_misspelt(chosen)] + wrong


def _find(document: Located, prefix: Path, error: Mapping[str, Any]) -> _Finding:
    """Tell the parts of a location that are in the data from names of union branches."""
    value = document.data
    for part in prefix:
        value = value[part] if _holds(value, part) else None
    location = error["loc"]
    end = len(location) - 1 if error["type"] == "missing" or location[-1:] == (_KEY,) else None
    path, union, branch = prefix, None, ""
    for part in location[:end]:
        if _holds(value, part):
            value, path = value[part], (*path, part)
        elif union is None:
            union, branch = path, str(part)
    return _Finding(error, path, union, branch)


def _meant_branch(findings: list[_Finding]) -> list[_Finding]:
    """What is wrong with the member of a union that comes closest; none if no kind fits."""
    branches: dict[str, list[_Finding]] = defaultdict(list)
    for finding in findings:
        branches[finding.branch].append(finding)
    inside = [each for each in branches.values() if all(one.fits_in_kind for one in each)]
    return min(inside, key=len, default=[])


def _holds(value: Any, part: Any) -> bool:
    if isinstance(value, list):
        return isinstance(part, int) and part < len(value)
    return isinstance(value, dict) and part in value


class _Writer:
    """Says in words what a finding means."""

    def __init__(self, document: Located, prefix: Path, model: type[BaseModel] | None) -> None:
        self._document = document
        self._prefix = prefix
        self._model = model

    def without_misspelt(self, findings: list[_Finding]) -> list[_Finding]:
        """Without the keys that are missing only because they are misspelt."""
        misspelt = {
            (finding.path[:-1], self._nearest_key(finding.path))
            for finding in findings
            if finding.error["type"] == "extra_forbidden"
        }
        return [
            finding
            for finding in findings
            if finding.error["type"] != "missing"
            or (finding.path, finding.error["loc"][-1]) not in misspelt
        ]

    def no_branch(self, path: Path, findings: list[_Finding]) -> Fault:
        """One fault for a value that is of no kind that the union takes."""
        expected = dict.fromkeys(filter(None, (_expected(each.error) for each in findings)))
        if not expected:
            return self.fault(findings[0])
        return self._wrong(path, " or ".join(expected))

    def fault(self, finding: _Finding) -> Fault:
        error, path = finding.error, finding.path
        match error["type"]:
            case "extra_forbidden":
                return self._unknown_key(path)
            case "missing":
                return self._missing_key(path, str(error["loc"][-1]))
            case "union_tag_not_found":
                return self._missing_key(path, error["ctx"]["discriminator"].strip("'"))
            case "union_tag_invalid":
                tag = (*path, error["ctx"]["discriminator"].strip("'"))
                return self._wrong(tag, error["ctx"]["expected_tags"])
        if error["loc"][-1:] == (_KEY,):
            return self._document.fault(
                path, f"wrong key {path[-1]!r}", expected=_expected(error), on_key=True
            )
        if expected := _expected(error):
            return self._wrong(path, expected)
        return self._document.fault(path, _sentence(error))

    def _unknown_key(self, path: Path) -> Fault:
        known = self._known_keys(path)
        hint = did_you_mean(str(path[-1]), known)
        expected = f"one of {', '.join(known)}" if known and not hint else ""
        return self._document.fault(
            path, f"unknown key {path[-1]!r}", hint=hint, expected=expected, on_key=True
        )

    def _known_keys(self, path: Path) -> list[str]:
        return key_names(self._model, path[len(self._prefix) : -1])

    def _nearest_key(self, path: Path) -> str | None:
        return nearest(str(path[-1]), self._known_keys(path))

    def _missing_key(self, path: Path, key: str) -> Fault:
        on_key = bool(path) and isinstance(path[-1], str)
        return self._document.fault(path, f"missing key {key!r}", on_key=on_key)

    def _wrong(self, path: Path, expected: str) -> Fault:
        value = self._value(path)
        hint = ""
        if isinstance(value, str):
            hint = did_you_mean(value, re.findall(r"'([^']*)'", expected))
        return self._document.fault(
            path, f"wrong value {self._shown(path, value)}".rstrip(), hint=hint, expected=expected
        )

    def _value(self, path: Path) -> Any:
        value = self._document.data
        for part in path:
            value = value[part] if _holds(value, part) else None
        return value

    def _shown(self, path: Path, value: Any) -> str:
        if self._document.is_hidden(path):
            return ""
        if is_reference(value):
            return "of " + written(value)
        if isinstance(value, dict | list):
            return "(a mapping)" if isinstance(value, dict) else "(a list)"
        if isinstance(value, str):
            return repr(value if len(value) <= 60 else value[:57] + "...")
        return json.dumps(value)


def _expected(error: Mapping[str, Any]) -> str:
    """What would have been right, if the error tells."""
    context = error.get("ctx", {})
    if template := _EXPECTED.get(error["type"]):
        return template.format(**context)
    reason = str(context.get("error", ""))
    return reason.removeprefix("expected ") if reason.startswith("expected ") else ""


def _sentence(error: Mapping[str, Any]) -> str:
    text = str(error.get("ctx", {}).get("error", "")) or str(error["msg"])
    return text[:1].lower() + text[1:]
