"""Analyses that came from elsewhere: every statement must cite blocks of its page.

A model may invent an id, or give none. Ids that the page does not have are removed and reported; a
statement without any is put to the block that holds most of its words, or dropped and reported.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from interlock_analysis.pages import Page, Segment
from interlock_analysis.statements import citation
from interlock_analysis.terms import terms

STATEMENTS = (
    "summary",
    "key_points",
    "action_items",
    "decisions",
    "questions",
    "best_practices",
)
_ENOUGH = 0.6


@dataclass
class Checked:
    """An analysis whose every statement cites, and what had to go."""

    analysis: dict[str, Any]
    dropped: list[dict[str, Any]] = field(default_factory=list)


def check(analysis: Mapping[str, Any], page: Page) -> Checked:
    """The analysis with its statements in our shape; other fields stay as they are."""
    checked = Checked({**analysis, "page": page.label()})
    blocks = {segment.block_id: segment for segment in page.segments}
    for name in STATEMENTS:
        if name in analysis or name in ("summary", "key_points"):
            given = _listed(analysis.get(name))
            checked.analysis[name] = list(_cited(given, name, page, blocks, checked.dropped))
    return checked


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _cited(
    given: Iterable[Any],
    name: str,
    page: Page,
    blocks: Mapping[str, Segment],
    dropped: list[dict[str, Any]],
) -> Iterable[dict[str, Any]]:
    for one in given:
        said = one if isinstance(one, Mapping) else {"text": one}
        text = str(said.get("text") or said.get("statement") or "").strip()
        ids = _ids(said)
        known = [block_id for block_id in ids if block_id in blocks]
        unknown = [block_id for block_id in ids if block_id not in blocks]
        attributed = [] if known or not text else _attribute(text, page)
        if unknown or not text or not (known or attributed):
            dropped.append(_report(name, page, text, unknown, kept=bool(known or attributed)))
        if text and (known or attributed):
            yield _statement(said, text, page, known or attributed, blocks, bool(attributed))


def _ids(said: Mapping[str, Any]) -> list[str]:
    """Block ids in any of the shapes a model may answer in, each once."""
    ids = [said.get("block_id"), *_listed(said.get("block_ids"))]
    cited = [*_listed(said.get("citations")), *_listed(said.get("citation"))]
    ids += [one.get("block_id") if isinstance(one, Mapping) else one for one in cited]
    # A model may cite as "page id/block id", which is how Markdown shows it.
    return list(dict.fromkeys(str(one).rsplit("/", 1)[-1] for one in ids if one))


def _attribute(text: str, page: Page) -> list[str]:
    """The block that holds at least 60 % of the words, the first of equals; none otherwise."""
    language = page.language
    wanted = set(terms(text, language))
    best, most = "", 0.0
    for segment in page.segments:
        shared = len(wanted & set(terms(segment.text, language))) / (len(wanted) or 1)
        if shared > most:
            best, most = segment.block_id, shared
    return [best] if most >= _ENOUGH else []


def _statement(
    said: Mapping[str, Any],
    text: str,
    page: Page,
    ids: list[str],
    blocks: Mapping[str, Segment],
    attributed: bool,
) -> dict[str, Any]:
    more = {name: said[name] for name in ("score", "done", "due", "reason") if name in said}
    statement = {
        "text": text,
        "citations": [citation(page, block_id) for block_id in ids],
        "heading_path": list(blocks[ids[0]].heading_path),
        **more,
    }
    return {**statement, "attributed": True} if attributed else statement


def _report(name: str, page: Page, text: str, unknown: list[str], *, kept: bool) -> dict[str, Any]:
    if not text:
        reason = "no text"
    elif unknown:
        reason = "no such block" + ("; the statement stays with the others" if kept else "")
    else:
        reason = "cites nothing, and no block says it"
    said = {"page_id": page.id, "field": name, "text": text, "block_ids": unknown}
    return {**said, "reason": reason, "kept": kept}
