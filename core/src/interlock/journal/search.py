"""Which runs are meant: conditions on what is recorded of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from interlock.journal.payloads import resolved

_INPUT = f"json_extract(CAST({resolved('input')} AS TEXT), ?) IS ?"
_WITHIN = "EXISTS (SELECT 1 FROM json_each(?) WHERE workflow GLOB value)"
_TEXT = f"""instr(lower(id || ' ' || workflow || ' ' || CAST(tags AS TEXT) || ' '
    || ifnull(CAST(problem AS TEXT), '') || ' ' || CAST({resolved("input")} AS TEXT)), lower(?))"""
_TAG = "EXISTS (SELECT 1 FROM json_each(CAST(tags AS TEXT)) WHERE value = ?)"

PARKED = "finished IS NULL AND wake IS NOT NULL AND status <> 'paused'"
"""Of runs: whether one has left memory, and goes on by itself as soon as it is due."""

Place = tuple[float, str]
"""Where in a listing something stands: when it was created, and its id."""
NOWHERE = (None, None)


@dataclass(frozen=True, slots=True)
class RunFilter:
    """All that is given must hold; an empty filter means every run.

    Attributes:
        since, until: seconds since the epoch; when the run was created.
        within: patterns of workflows; None for all.
        text: somewhere in the id, the workflow's name, the tags, the input or the problem.
        input: fields of the input, by dotted path, and what they hold.
    """

    status: str | None = None
    workflow: str | None = None
    tag: str | None = None
    since: float | None = None
    until: float | None = None
    within: Sequence[str] | None = None
    text: str | None = None
    input: Mapping[str, Any] = field(default_factory=dict)

    def sql(self) -> tuple[str, list[Any]]:
        """A condition, and the values for its marks."""
        wanted = [
            ("status = ?", self.status),
            ("workflow = ?", self.workflow),
            (_TAG, self.tag),
            ("created >= ?", self.since),
            ("created < ?", self.until),
            (_WITHIN, globs(self.within)),
            (_TEXT, self.text),
        ]
        terms = [(term, [value]) for term, value in wanted if value is not None]
        terms += [(_INPUT, [_json_path(path), value]) for path, value in self.input.items()]
        condition = " AND ".join(term for term, _ in terms) or "TRUE"
        return condition, [value for _, values in terms for value in values]


def globs(patterns: Sequence[str] | None) -> str | None:
    """Patterns of ``fnmatch`` as a JSON list of SQLite's, which negates with another sign."""
    if patterns is None:
        return None
    return orjson.dumps([each.replace("[!", "[^") for each in patterns]).decode()


def _json_path(dotted: str) -> str:
    """SQLite's name for ``a.b``; quoted, so that any key will do."""
    parts = (part.replace('"', "") for part in dotted.split("."))
    return "$" + "".join(f'."{part}"' for part in parts)
