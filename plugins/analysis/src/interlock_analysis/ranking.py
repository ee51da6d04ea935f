"""Which statements matter most.

The sum of a statement's similarities to all others is its degree in the graph that LexRank walks
(Erkan and Radev 2004, 10.1613/jair.1523). With cosines of unit vectors it is the product with the
sum of all vectors, so that no pair has to be looked at.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from interlock_analysis.statements import Statement
from interlock_analysis.terms import terms
from interlock_analysis.worth import is_whole, leans

Vector = Mapping[str, float]

_GOAL = 1.5
_OPENING = 0.15
_HEADING = 0.2
_LEANING = 0.6
# Items of a list often end without a full stop; a paragraph that does is a fragment.
_UNENDED = 0.7
# Terms from which a statement counts in full: shorter ones say little without their context.
_FULL = 6
_ENOUGH = 3
# What stands under a heading that names the goal is about it, in whatever words.
_ABOVE = 0.5
# BM25's damping of repeated words, and its measure for long statements.
_K = 1.2
_B = 0.6


@dataclass(frozen=True)
class Ranked:
    """A statement and its score; equal scores keep reading order."""

    statement: Statement
    score: float
    vector: Vector


def rank(statements: Sequence[Statement], goal: str = "") -> list[Ranked]:
    """All statements, best first.

    Args:
        statements: of one page or of several.
        goal: what the reader is after, in words; statements that share them come first.
    """
    vectors = weigh([statement.terms for statement in statements])
    whole: dict[str, float] = defaultdict(float)
    for vector in vectors:
        for term, weight in vector.items():
            whole[term] += weight
    scale = max((_dot(vector, whole) for vector in vectors), default=0.0) or 1.0
    ranked = [
        Ranked(statement, _score(statement, vector, whole, scale, goal), vector)
        for statement, vector in zip(statements, vectors, strict=True)
    ]
    return sorted(ranked, key=lambda one: -one.score)


def _score(statement: Statement, vector: Vector, whole: Vector, scale: float, goal: str) -> float:
    score = _dot(vector, whole) / scale
    heading = " ".join(statement.segment.heading_path)
    score += _HEADING * affinity(vector, Counter(terms(heading, statement.language)))
    score += _OPENING / (1 + statement.position)
    if not (is_whole(statement.text) or statement.segment.type.endswith("list_item")):
        score *= _UNENDED
    if leans(statement):
        score *= _LEANING
    length = sum(statement.terms.values())
    goals = set(terms(goal, statement.language))
    wanted = affinity(vector, Counter(goals))
    if goals:
        above = goals.intersection(terms(heading, statement.language))
        wanted = min(1.0, wanted + _ABOVE * len(above) / len(goals))
    return score * min(1.0, length / _FULL) + _GOAL * wanted * min(1.0, length / _ENOUGH)


def weigh(bags: Sequence[Counter[str]]) -> list[dict[str, float]]:
    """Vectors of BM25 weights, of length 1; of short statements shorter (pivoted length)."""
    count = len(bags)
    seen = Counter(term for bag in bags for term in bag)
    mean = sum(sum(bag.values()) for bag in bags) / count if count else 1.0
    weights = [_weights(bag, seen, count, mean or 1.0) for bag in bags]
    norms = [math.sqrt(sum(weight * weight for weight in one.values())) for one in weights]
    pivot = sum(norms) / count if count else 1.0
    return [
        {term: weight / (max(norm, pivot) or 1.0) for term, weight in one.items()}
        for one, norm in zip(weights, norms, strict=True)
    ]


def _weights(bag: Counter[str], seen: Counter[str], count: int, mean: float) -> dict[str, float]:
    length = 1 - _B + _B * sum(bag.values()) / mean
    return {
        term: math.log(1 + count / seen[term]) * times * (_K + 1) / (times + _K * length)
        for term, times in bag.items()
    }


def _dot(left: Vector, right: Vector) -> float:
    # Sums run over the smaller vector in its own order, so that results repeat to the last bit.
    return sum(weight * right.get(term, 0.0) for term, weight in left.items())


def affinity(vector: Vector, wanted: Counter[str]) -> float:
    """0 to 1: how much of the wanted terms a statement holds, by their weight in it."""
    if not wanted:
        return 0.0
    shared = math.sqrt(sum(vector.get(term, 0.0) ** 2 for term in wanted))
    return min(1.0, shared)


def choose(
    ranked: Sequence[Ranked], count: int, alike: float = 0.5, of_a_page: int | None = None
) -> list[Ranked]:
    """The best ``count``, leaving out those too close to a better one.

    Args:
        ranked: best first.
        count: how many at most.
        alike: cosine from which two say the same.
        of_a_page: how many of one page, unless others have nothing more to say.
    """
    chosen: list[Ranked] = []
    pages: Counter[str] = Counter()
    later: list[Ranked] = []
    for one in ranked:
        page = one.statement.page.id
        if of_a_page is not None and pages[page] >= of_a_page:
            later.append(one)
        elif len(chosen) < count and not _repeats(one, chosen, alike):
            chosen.append(one)
            pages[page] += 1
    for one in later:
        if len(chosen) < count and not _repeats(one, chosen, alike):
            chosen.append(one)
    return chosen


def _repeats(one: Ranked, chosen: Sequence[Ranked], alike: float) -> bool:
    return any(_dot(one.vector, other.vector) > alike for other in chosen)
