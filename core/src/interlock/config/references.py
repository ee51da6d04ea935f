"""``{env: NAME}`` and ``{file: path}``: values that the file names and does not hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import Any, Protocol

from interlock.config.environment import variable
from interlock.config.faults import Fault, Path
from interlock.config.files import read_text

_FORMS = (frozenset({"env"}), frozenset({"env", "default"}), frozenset({"file"}))


def is_reference(value: Any) -> bool:
    """Whether a value is ``{env: NAME}``, ``{env: NAME, default: x}`` or ``{file: path}``."""
    if not isinstance(value, Mapping) or frozenset(value) not in _FORMS:
        return False
    return isinstance(value.get("env", value.get("file")), str)


def written(reference: Mapping[str, Any]) -> str:
    """``{env: NAME}``; without the default, which may be a secret."""
    return "".join(f"{{{key}: {reference[key]}}}" for key in ("env", "file") if key in reference)


class Referring(Protocol):
    """Data with positions and, for each value, the folder of the file it stands in."""

    data: Any

    def fault(self, path: Path, message: str, *, hint: str = "") -> Fault: ...

    def folder_of(self, path: Path) -> FilePath: ...


@dataclass
class Resolved:
    """Data with references replaced, and the places where they stood.

    Attributes:
        references: what stood at each path.
        faults: one for each reference that leads nowhere.
    """

    data: Any = None
    references: dict[Path, dict[str, Any]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)


def resolve_references(document: Referring) -> Resolved:
    """Follow every reference; never raises."""
    resolved = Resolved()
    resolved.data = _resolve(document, resolved, document.data, ())
    return resolved


def _resolve(document: Referring, resolved: Resolved, value: Any, path: Path) -> Any:
    if _is_free(path):
        return value
    if isinstance(value, list):
        return [_resolve(document, resolved, each, (*path, i)) for i, each in enumerate(value)]
    if not isinstance(value, dict):
        return value
    if is_reference(value) and not _is_settings(path):
        resolved.references[path] = value
        try:
            return _follow(value, document.folder_of(path))
        except LookupError as error:
            hint = "set it, or give a default: {env: NAME, default: x}" if "env" in value else ""
            resolved.faults.append(document.fault(path, str(error.args[0]), hint=hint))
            return None
    return {key: _resolve(document, resolved, each, (*path, key)) for key, each in value.items()}


def _is_free(path: Path) -> bool:
    """Whether any JSON may stand here, a mapping of the form of a reference included."""
    return (path[:1] in (("triggers",), ("schedules",)) and path[2:] == ("with",)) or path[-2:] == (
        "fallback",
        "value",
    )


def _is_settings(path: Path) -> bool:
    """``settings: {env: production}`` gives a setting named env."""
    return path[:1] == ("services",) and path[2:] == ("settings",)


def _follow(reference: Mapping[str, Any], folder: FilePath) -> Any:
    if "file" in reference:
        try:
            return read_text(folder / reference["file"]).rstrip("\r\n")
        except ValueError as error:
            raise LookupError(f"file {reference['file']!r} cannot be read: {error}") from None
    value = variable(reference["env"])
    if value is None and "default" not in reference:
        raise LookupError(f"the environment variable {reference['env']} is not set")
    return reference.get("default") if value is None else value


def places(references: Mapping[Path, Any], data: Any) -> Iterator[tuple[Any, str | int, Any]]:
    """Of each reference whose place is in ``data``: the holder, the key and the reference."""
    for path, reference in references.items():
        holder = data
        for part in path[:-1]:
            holder = holder.get(part) if isinstance(holder, dict) else holder[int(part)]
            if holder is None:
                break
        if isinstance(holder, dict | list):
            yield holder, path[-1], reference
