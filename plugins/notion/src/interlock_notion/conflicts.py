"""Three-way comparison: what was read, what is to be written, what stands there now.

Pure: values are plain JSON as tools answer them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from difflib import SequenceMatcher
from typing import Any, Literal

State = Literal["same", "source", "target", "both"]
Strategy = Literal["fail", "source", "target", "newest", "merge"]
Side = Literal["source", "target"]

CONTENT = "$content"
_EMPTY: tuple[Any, ...] = (None, "", [])


@dataclass(frozen=True)
class Field:
    """One property (or the content, named ``$content``) as three sides see it.

    ``state`` tells who changed it since it was read: nobody differs (``same``), the source, the
    target, or both in different ways.
    """

    name: str
    state: State
    base: Any
    source: Any
    target: Any

    @property
    def conflicts(self) -> bool:
        return self.state == "both"

    def to_dict(self) -> dict[str, Any]:
        sides = {"base": self.base, "source": self.source, "target": self.target}
        return {"name": self.name, "state": self.state, **sides}


@dataclass
class Resolution:
    """What to write, by name; what the target keeps; what nobody could decide."""

    write: dict[str, Any] = field(default_factory=dict)
    kept: list[str] = field(default_factory=list)
    merged: list[str] = field(default_factory=list)
    open: list[Field] = field(default_factory=list)


def compare(
    base: Mapping[str, Any], source: Mapping[str, Any], target: Mapping[str, Any]
) -> list[Field]:
    """A field for each value of ``source``; one that was not read before counts as empty then."""
    return [
        Field(name, _state(base.get(name), value, target.get(name)), base.get(name), value, there)
        for name, value in source.items()
        for there in (target.get(name),)
    ]


def _state(base: Any, source: Any, target: Any) -> State:
    if equal(source, target):
        return "same"
    if equal(target, base):
        return "source"
    return "target" if equal(source, base) else "both"


def equal(one: Any, other: Any) -> bool:
    """Whether two values say the same: emptiness, order of choices and time zones do not count."""
    return bool(_comparable(one) == _comparable(other))


def _comparable(value: Any) -> Any:
    if value in _EMPTY:
        return None
    if isinstance(value, list):
        return sorted(str(_comparable(one)) for one in value)
    if isinstance(value, dict):
        return {name: _comparable(one) for name, one in value.items()}
    return _instant(value) if isinstance(value, str) else value


def _instant(text: str) -> Any:
    """Seconds since the epoch of a time with a zone; other texts as they are."""
    if len(text) < len("2026-01-31T00:00Z") or text[4] != "-":
        return text
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    return moment.timestamp() if moment.tzinfo else text


def resolve(
    fields: Sequence[Field],
    strategy: Strategy,
    *,
    newer: Side = "target",
    choices: Mapping[str, Side] | None = None,
) -> Resolution:
    """Decide each field.

    Args:
        fields: of :func:`compare`.
        strategy: ``source`` and ``target`` win wherever the target was changed as well; ``newest``
            is the side that changed last; ``merge`` takes both sides' changes, field by field, and
            joins lists and texts that both changed; ``fail`` leaves these open.
        newer: which side changed last.
        choices: a person's decisions, by name; they go before the strategy.
    """
    decided = Resolution()
    for one in fields:
        side = (choices or {}).get(one.name) or _side(one, strategy, newer)
        if side == "source":
            if one.state != "same":
                decided.write[one.name] = one.source
        elif side == "target":
            decided.kept.append(one.name)
        else:
            _join(one, strategy, decided)
    return decided


def _side(one: Field, strategy: Strategy, newer: Side) -> Side | None:
    if one.state in ("same", "source"):
        return "source"
    if strategy in ("fail", "merge"):
        return "target" if one.state == "target" else None
    return newer if strategy == "newest" else _NAMED[strategy]


_NAMED: dict[str, Side] = {"source": "source", "target": "target"}


def _join(one: Field, strategy: Strategy, decided: Resolution) -> None:
    joined = merged(one.base, one.source, one.target) if strategy == "merge" else None
    if joined is None:
        decided.open.append(one)
    else:
        decided.write[one.name] = joined
        decided.merged.append(one.name)


def merged(base: Any, source: Any, target: Any) -> Any:
    """Both sides' changes to a list or text together; None where they exclude each other."""
    if isinstance(source, list) and isinstance(target, list):
        before = base if isinstance(base, list) else []
        kept = [one for one in target if one in source or one not in before]
        return kept + [one for one in source if one not in target and one not in before]
    if isinstance(source, str) and isinstance(target, str):
        return merged_text(str(base or ""), source, target)
    return None


def merged_text(base: str, source: str, target: str) -> str | None:
    """Lines that either side changed, put together; None where both changed the same ones."""
    lines = base.splitlines(keepends=True)
    changes = [*_changes(lines, source), *_changes(lines, target)]
    if len(lines) < 2 or not changes:
        return None
    changes.sort(key=lambda change: change[:2])
    out: list[str] = []
    at = 0
    before: tuple[int, int, list[str]] | None = None
    for change in changes:
        start, end, new = change
        if change == before:
            continue
        if start < at or (before is not None and start <= before[1]):
            return None
        out += [*lines[at:start], *new]
        at, before = end, change
    return "".join([*out, *lines[at:]])


_Change = tuple[int, int, list[str]]


def _changes(lines: list[str], text: str) -> list[_Change]:
    """``(start, end, new lines)`` of what differs."""
    new = text.splitlines(keepends=True)
    opcodes = SequenceMatcher(None, lines, new, autojunk=False).get_opcodes()
    return [(i, i_end, new[j:j_end]) for tag, i, i_end, j, j_end in opcodes if tag != "equal"]
