"""Statements that say the same in nearly the same words.

Jaccard similarity of word triples. Candidates are found by prefix filtering (Chaudhuri, Ganti and
Kaushik 2006): with their triples sorted from rare to common, two sets can only be similar enough
when their beginnings share one. That is exact, and needs no randomness as MinHash does.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Sequence

_WORD = re.compile(r"[\u3041-\u30ff\u3400-\u9fff\uac00-\ud7af]|[^\W_]+")


def shingles(text: str, size: int = 3) -> frozenset[tuple[str, ...]]:
    """Runs of ``size`` words, or of East Asian characters; the whole text if it is shorter."""
    words = _WORD.findall(text.lower())
    runs = [tuple(words[i : i + size]) for i in range(len(words) - size + 1)]
    return frozenset(runs or [tuple(words)])


def groups(texts: Sequence[str], threshold: float) -> list[list[int]]:
    """Indexes of texts that belong together, each group and its members in order.

    Args:
        texts: what to compare.
        threshold: similarity from which two are the same, above 0 and at most 1.
    """
    sets = [shingles(text) for text in texts]
    seen = Counter(shingle for one in sets for shingle in one)
    index: dict[tuple[str, ...], list[int]] = defaultdict(list)
    leader: list[int] = list(range(len(texts)))
    for number, one in enumerate(sets):
        prefix = sorted(one, key=lambda shingle: (seen[shingle], shingle))
        prefix = prefix[: len(one) - math.ceil(threshold * len(one)) + 1]
        candidates = sorted({other for shingle in prefix for other in index[shingle]})
        first = next((c for c in candidates if similarity(one, sets[c]) >= threshold), None)
        if first is not None:
            leader[number] = first
            continue
        for shingle in prefix:
            index[shingle].append(number)
    members: dict[int, list[int]] = {}
    for number, first_of in enumerate(leader):
        members.setdefault(first_of, []).append(number)
    return list(members.values())


def similarity(left: frozenset[tuple[str, ...]], right: frozenset[tuple[str, ...]]) -> float:
    """Jaccard: shared over all."""
    shared = len(left & right)
    return shared / (len(left) + len(right) - shared) if shared else 0.0
