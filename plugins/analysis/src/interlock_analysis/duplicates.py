"""Statements that say the same in nearly the same words.

Jaccard similarity of word triples. Candidates are found by prefix filtering (Chaudhuri, Ganti and
Kaushik 2006): with their triples sorted from rare to common, two sets can only be similar enough
when their beginnings share one. That is exact, and needs no randomness as MinHash does.

However alike two are: what tells of other numbers, or denies what the other says, is not the same.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Sequence

_WORD = re.compile(r"[\u3041-\u30ff\u3400-\u9fff\uac00-\ud7af]|[^\W_]+")
_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
_NEGATION = re.compile(
    r"""\b(?:not|no|never|none|cannot|without|nicht|kein\w*|nie|niemals|ohne|pas|jamais|sans|nunca
    |sin|non|mai|senza|não|sem|niet|geen|nooit|zonder|안)\b|n't\b|[不没沒無无未]|ない|ません|않|못|없""",
    re.VERBOSE,
)


def shingles(text: str, size: int = 3) -> frozenset[tuple[str, ...]]:
    """Runs of ``size`` words, or of East Asian characters; the whole text if it is shorter."""
    words = _WORD.findall(_normal(text))
    runs = [tuple(words[i : i + size]) for i in range(len(words) - size + 1)]
    return frozenset(runs or [tuple(words)])


def _normal(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold().replace("’", "'")


def _claims(text: str) -> tuple[list[str], int]:
    """The numbers of a text, and how often it denies."""
    plain = _normal(text)
    return sorted(_NUMBER.findall(plain)), len(_NEGATION.findall(plain))


def groups(texts: Sequence[str], threshold: float) -> list[list[int]]:
    """Indexes of texts that belong together, each group and its members in order.

    Args:
        texts: what to compare.
        threshold: similarity from which two are the same, above 0 and at most 1.
    """
    sets = [shingles(text) for text in texts]
    claims = [_claims(text) for text in texts]
    seen = Counter(shingle for one in sets for shingle in one)
    index: dict[tuple[str, ...], list[int]] = defaultdict(list)
    leader: list[int] = list(range(len(texts)))
    for number, one in enumerate(sets):
        prefix = sorted(one, key=lambda shingle: (seen[shingle], shingle))
        prefix = prefix[: len(one) - math.ceil(threshold * len(one)) + 1]
        candidates = sorted({other for shingle in prefix for other in index[shingle]})
        first = next(
            (
                c
                for c in candidates
                if claims[c] == claims[number] and similarity(one, sets[c]) >= threshold
            ),
            None,
        )
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
