"""Faults of configuration files, each with its place, and the error that carries them all."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

from interlock.sdk.errors import InterlockError

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Position:
    """A character of a file; lines and columns count from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong, or for a warning, unwise.

    Attributes:
        path: keys and indexes from the root of the document to the value at fault; for a key
            at fault, to the mapping that holds it.
        expected: what would be right.
        hint: what to do, e.g. the nearest valid name.
        source: the line of the file, without secrets.
    """

    file: str
    line: int
    column: int
    path: Path
    message: str
    expected: str = ""
    hint: str = ""
    source: str = ""
    severity: Literal["error", "warning"] = "error"

    @property
    def position(self) -> Position:
        return Position(self.file, self.line, self.column)

    def __str__(self) -> str:
        """Place, message and path; then the line with a caret under the character at fault."""
        where = f"  [{dotted(self.path)}]" if self.path else ""
        text = f"{self.position}: {self.severity}: {self.message}{where}"
        advice = self.hint or (self.expected and f"expected {self.expected}")
        if self.source:
            caret = " " * (self.column - 1) + "^"
            text += f"\n  | {self.source}\n  | {caret} {advice}".rstrip()
        elif advice:
            text += f"\n  | {advice}"
        return text

    def as_warning(self) -> Fault:
        return replace(self, severity="warning")

    def to_dict(self) -> dict[str, Any]:
        return asdict(self) | {"path": list(self.path)}


def dotted(path: Path) -> str:
    """``services.figma.rate[0].limit``."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return text.removeprefix(".")


class ConfigError(InterlockError):
    """Files have faults; all of them, by file and line. Made by :func:`config_error`."""

    code = "config-error"

    @property
    def faults(self) -> list[Fault]:
        return [
            Fault(**{**fault, "path": tuple(fault.get("path", ()))})
            for fault in self.details.get("faults", ())
        ]

    def __str__(self) -> str:
        return "\n".join(map(str, self.faults)) or super().__str__()


def config_error(faults: Iterable[Fault]) -> ConfigError:
    """One error for all faults, in the order in which a reader meets them."""
    ordered = sorted(faults, key=lambda fault: (fault.file, fault.line, fault.column))
    count = f"{len(ordered)} fault{'' if len(ordered) == 1 else 's'}"
    files = ", ".join(dict.fromkeys(fault.file for fault in ordered))
    return ConfigError(
        f"{count} in {files}",
        hint="see the list of faults",
        faults=[fault.to_dict() for fault in ordered],
    )
