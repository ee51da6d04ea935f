"""One page analysed: summary, key points, tasks, questions, categories."""

from __future__ import annotations

from typing import Any

from interlock_analysis.actions import Task, tasks
from interlock_analysis.categories import categories_of, key_terms
from interlock_analysis.duplicates import groups
from interlock_analysis.language import Language
from interlock_analysis.pages import Page
from interlock_analysis.ranking import Ranked, choose, rank
from interlock_analysis.settings import AnalysisSettings
from interlock_analysis.statements import Statement, is_question, statements_of, worth_saying

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
    statements = statements_of(page, known)
    ranked = rank(_first_of_each(statements, settings.near_duplicate), goal)
    best = choose(ranked, max(settings.key_points, settings.summary_statements))
    return {
        "page": page.label(),
        "goal": goal,
        "language": known,
        "summary": _in_reading_order(best[: settings.summary_statements]),
        "key_points": [_said(one) for one in best[: settings.key_points]],
        "action_items": [task_dict(task) for task in tasks(statements)],
        "questions": [one.to_dict() for one in statements if _asks(one)],
        "categories": categories_of(page, statements, known),
        "terms": [name for name, _ in key_terms(statements, known)],
        "statistics": {
            "segments": len(page.segments),
            "words": sum(sum(statement.terms.values()) for statement in statements),
            "statements": len(statements),
        },
        "method": METHOD,
    }


def _first_of_each(statements: list[Statement], threshold: float) -> list[Statement]:
    alike = groups([statement.text for statement in statements], threshold)
    return [statements[group[0]] for group in alike]


def _in_reading_order(best: list[Ranked]) -> list[dict[str, Any]]:
    return [_said(one) for one in sorted(best, key=lambda one: one.statement.position)]


def _said(one: Ranked) -> dict[str, Any]:
    return one.statement.to_dict(one.score)


def _asks(statement: Statement) -> bool:
    return is_question(statement.text) and worth_saying(statement)


def task_dict(task: Task) -> dict[str, Any]:
    """A statement with ``done``, ``reason`` and, where the text names a date, ``due``."""
    said = {**task.statement.to_dict(), "done": task.done, "reason": task.reason}
    return {**said, "due": task.due} if task.due else said
