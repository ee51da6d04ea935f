"""One page analysed: what matters, what is to be done, what was decided, what is recommended."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from interlock_analysis.actions import Task, tasks
from interlock_analysis.categories import categories_of, key_terms
from interlock_analysis.duplicates import groups
from interlock_analysis.language import Language
from interlock_analysis.lead_ins import with_lead_ins
from interlock_analysis.norms import is_decision, is_practice
from interlock_analysis.pages import Page
from interlock_analysis.ranking import Ranked, choose, rank
from interlock_analysis.sentiment import sentiment_of
from interlock_analysis.settings import AnalysisSettings
from interlock_analysis.statements import Statement, is_question, statements_of
from interlock_analysis.worth import worth_asking, worth_saying

METHOD = "extractive"


def analyze(
    page: Page, goal: str, settings: AnalysisSettings, language: Language | None = None
) -> dict[str, Any]:
    """The analysis as JSON. The same page and goal give the same analysis, to the last digit.

    Args:
        page: what to analyse; one without prose gives empty lists.
        goal: what the reader is after; may be empty.
        settings: how much to say.
        language: of the text, if known.
    """
    known = language or page.language
    page = replace(page, segments=with_lead_ins(page.segments))
    statements = statements_of(page, known)
    found = tasks(statements)
    tasked = {task.statement.position for task in found}
    others = [
        one
        for one in statements
        if one.position not in tasked and not is_question(one.text) and worth_saying(one)
    ]
    ranked = rank(_first_of_each(others, settings.near_duplicate), goal)
    best = choose(ranked, max(settings.key_points, settings.summary_statements))
    return {
        "page": page.label(),
        "goal": goal,
        "language": known,
        "summary": _in_reading_order(best[: settings.summary_statements]),
        "key_points": [_said(one) for one in best[: settings.key_points]],
        "action_items": [task_dict(task) for task in found],
        "decisions": _each_once(filter(is_decision, others), settings),
        "questions": _each_once(filter(worth_asking, statements), settings),
        "best_practices": _each_once(filter(is_practice, others), settings),
        "sentiment": sentiment_of(statements, known),
        "categories": categories_of(page, statements, known),
        "terms": [name for name, _ in key_terms(statements, known)],
        "statistics": {
            "segments": len(page.segments),
            "words": sum(sum(statement.terms.values()) for statement in statements),
            "statements": len(statements),
        },
        "method": METHOD,
    }


def _each_once(statements: Iterable[Statement], settings: AnalysisSettings) -> list[dict[str, Any]]:
    return [one.to_dict() for one in _first_of_each(list(statements), settings.near_duplicate)]


def _first_of_each(statements: list[Statement], threshold: float) -> list[Statement]:
    alike = groups([statement.text for statement in statements], threshold)
    return [statements[group[0]] for group in alike]


def _in_reading_order(best: list[Ranked]) -> list[dict[str, Any]]:
    return [_said(one) for one in sorted(best, key=lambda one: one.statement.position)]


def _said(one: Ranked) -> dict[str, Any]:
    return one.statement.to_dict(one.score)


def task_dict(task: Task) -> dict[str, Any]:
    """A statement with ``done``, ``reason`` and, where the text names a date, ``due``."""
    said = {**task.statement.to_dict(), "done": task.done, "reason": task.reason}
    return {**said, "due": task.due} if task.due else said
