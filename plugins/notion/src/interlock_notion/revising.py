"""What has to be inserted and deleted so that a page's content becomes another.

Blocks that read alike stay: they keep ids, comments, colours and whatever Markdown cannot say.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher

from interlock_notion.blocks import Block, walk
from interlock_notion.markdown import blocks_from_markdown, render
from interlock_notion.rich_text import payload_of

_PAGES = frozenset({"child_page", "child_database"})


@dataclass(frozen=True)
class Edit:
    """``insert`` goes behind ``after`` (at the start where None), then ``delete`` goes."""

    insert: list[Block] = field(default_factory=list)
    after: str | None = None
    delete: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Plan:
    edits: list[Edit]
    kept: int


def plan(old: Sequence[Block], new: Sequence[Block], *, at_start: bool = True) -> Plan:
    """The edits that make ``new`` of ``old``, in order.

    Args:
        old: blocks of the page as read, children under ``children``.
        new: blocks as requests carry them.
        at_start: whether the API can insert before the first block; where it cannot, the first
            block is written anew behind itself.
    """
    left = [said(block) for block in old]
    right = [said(block) for block in as_read(new)]
    edits: list[Edit] = []
    kept = 0
    for tag, i, i_end, j, j_end in SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        if tag == "equal":
            kept += i_end - i
            continue
        gone = [str(block["id"]) for block in old[i:i_end] if not _holds_pages(block)]
        after = str(old[i_end - 1]["id"]) if i_end else None
        edits.append(Edit(list(new[j:j_end]), after, gone))
    if edits and edits[0].after is None and old and not at_start:
        edits = _behind_the_first(edits, old[0], new)
    return Plan(edits, kept)


def _behind_the_first(edits: Sequence[Edit], first: Block, new: Sequence[Block]) -> list[Edit]:
    anchor = str(first["id"])
    edit, rest = edits[0], list(edits[1:])
    if _holds_pages(first):
        return [Edit(edit.insert, anchor), *rest]
    insert = [*edit.insert, new[len(edit.insert)]]
    if rest and rest[0].after == anchor:
        insert += rest.pop(0).insert
    return [Edit(insert, anchor, [anchor]), *rest]


def _holds_pages(block: Block) -> bool:
    """Deleting such a block would delete pages of their own with it."""
    return any(one.get("type") in _PAGES for one in walk([block]))


def said(block: Block) -> str:
    """What tells whether two blocks are the same to a reader."""
    return render([block]).markdown or str(block.get("type"))


def as_read(blocks: Sequence[Block]) -> list[Block]:
    """Blocks of a request in the shape in which they are read, children beside their payload."""
    found = []
    for block in blocks:
        kind = str(block.get("type"))
        payload = dict(payload_of(block))
        children = as_read(payload.pop("children", ()))
        found.append({**block, kind: payload, "children": children})
    return found


def normal(markdown: str) -> str:
    """Markdown as a page that was written with it is read."""
    return render(as_read(blocks_from_markdown(markdown))).markdown
