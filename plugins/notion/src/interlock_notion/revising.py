"""What has to be inserted and deleted so that a page's content becomes another.

Blocks that read alike stay: they keep ids, comments, colours and whatever Markdown cannot say.
"""

from __future__ import annotations

from collections import Counter
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

    What Markdown cannot show (an unsupported block, say) stays where it is.

    Args:
        old: blocks of the page as read, children under ``children``.
        new: blocks as requests carry them.
        at_start: whether the API can insert before the first block; where it cannot, the first
            block is written anew behind itself.
    """
    left, right = _units(old), _units(as_read(new))
    partners = _partners(left, right)
    kept = set(partners.values())
    draft = _Draft(old, frozenset(kept), left.sizes)
    for number, block in enumerate(new):
        if (partner := partners.get(number)) is None:
            draft.waiting.append(block)
        else:
            draft.reach(partner)
    draft.close(len(old))
    edits = draft.edits
    if edits and edits[0].after is None and old and not at_start:
        again = [new[number] for number, partner in partners.items() if partner == 0]
        edits = _behind_the_first(edits, old[0], again)
    return Plan(edits, len(kept))


@dataclass(frozen=True)
class _Units:
    """Blocks as the paragraphs, items and tables that a reader sees; columns hold several.

    ``owner`` tells for each unit its block, ``sizes`` for each block how many it has.
    """

    words: list[str]
    owner: list[int]
    sizes: list[int]


def _units(blocks: Sequence[Block]) -> _Units:
    units = _Units([], [], [])
    for number, block in enumerate(blocks):
        shown = render([block]).markdown
        parts = [said(part) for part in as_read(blocks_from_markdown(shown))]
        units.words.extend(parts)
        units.owner.extend([number] * len(parts))
        units.sizes.append(len(parts))
    return units


def _partners(left: _Units, right: _Units) -> dict[int, int]:
    """For each new block that stands already the old one that shows it, by numbers, in order.

    An old box may show several new blocks; a new box is shown by one old one or by none.
    """
    matcher = SequenceMatcher(None, left.words, right.words, autojunk=False)
    pairs = [
        (match.a + step, match.b + step)
        for match in matcher.get_matching_blocks()
        for step in range(match.size)
    ]
    while True:
        whole = _whole(left, [a for a, _ in pairs], [b for _, b in pairs])
        fitting = _whole(right, [b for _, b in pairs], [a for a, _ in pairs])
        shown_by = {(right.owner[b], left.owner[a]) for a, b in pairs}
        once = Counter(number for number, _ in shown_by)
        left_over = [
            (a, b)
            for a, b in pairs
            if left.owner[a] in whole and right.owner[b] in fitting and once[right.owner[b]] == 1
        ]
        if len(left_over) == len(pairs):
            return {right.owner[b]: left.owner[a] for a, b in pairs}
        pairs = left_over


def _whole(units: _Units, mine: Sequence[int], theirs: Sequence[int]) -> set[int]:
    """Blocks of which every unit has a partner, all of them side by side."""
    met: dict[int, list[int]] = {}
    for one, other in zip(mine, theirs, strict=True):
        met.setdefault(units.owner[one], []).append(other)
    return {
        number
        for number, others in met.items()
        if len(others) == units.sizes[number] == max(others) - min(others) + 1
    }


@dataclass
class _Draft:
    """Edits as they are found on the way through the old blocks."""

    old: Sequence[Block]
    kept: frozenset[int]
    sizes: Sequence[int]
    edits: list[Edit] = field(default_factory=list)
    waiting: list[Block] = field(default_factory=list)
    at: int = 0

    def reach(self, kept: int) -> None:
        """Go on to a block that stays."""
        if kept >= self.at:
            self.close(kept)
            self.at = kept + 1

    def close(self, end: int) -> None:
        """Put what waits in the place of what goes, up to here."""
        gone = [
            str(self.old[number]["id"])
            for number in range(self.at, end)
            if self.sizes[number] and number not in self.kept
            if not _holds_pages(self.old[number])
        ]
        if self.waiting or gone:
            after = str(self.old[end - 1]["id"]) if end else None
            self.edits.append(Edit(self.waiting, after, gone))
        self.waiting, self.at = [], end


def _behind_the_first(edits: Sequence[Edit], first: Block, again: Sequence[Block]) -> list[Edit]:
    anchor = str(first["id"])
    edit, rest = edits[0], list(edits[1:])
    if _holds_pages(first):
        return [Edit(edit.insert, anchor), *rest]
    insert = [*edit.insert, *again]
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
