"""Tasks: what somebody has to do, by rules for each language."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from interlock_analysis.language import Language
from interlock_analysis.norms import has_deadline, is_decision, is_norm, is_practice
from interlock_analysis.statements import Statement, is_question
from interlock_analysis.worth import is_quoted

_MARKER = re.compile(r"\b(?:TODO|FIXME|ACTION ITEM|ACTION)\b\s*[:\-]|^\s*(?:☐|□|\[ \])")
_DATE = re.compile(
    r"\b\d{4}-\d{2}-\d{2}\b|\b\d{1,2}\.\d{1,2}\.\d{4}\b"
    r"|\d{4}年\d{1,2}月\d{1,2}日|\d{1,2}월 ?\d{1,2}일"
)
_HEADINGS: dict[str, str] = {
    "en": r"\b(?:action items?|next steps?|to-?dos?|tasks|follow[- ]ups?)\b",
    "de": r"\b(?:nächste schritte|aufgaben|zu erledigen|offene punkte|maßnahmen|to-?dos?)\b",
    "fr": r"\b(?:actions?|prochaines étapes|à faire|tâches)\b",
    "es": r"\b(?:acciones|próximos pasos|por hacer|pendientes|tareas)\b",
    "it": r"\b(?:azioni|prossimi passi|da fare)\b",
    "pt": r"\b(?:ações|próximos passos|a fazer|tarefas)\b",
    "nl": r"\b(?:acties|volgende stappen|te doen|taken)\b",
    "zh": r"待办|行动项|下一步|任务|后续",
    "ja": r"アクション|次のステップ|タスク|やること|宿題",
    "ko": r"할 일|다음 단계|조치|실행 항목|후속",
}
_OBLIGATIONS: dict[str, str] = {
    "en": (
        r"\b(?:we|i|team|somebody|someone|everyone|@\w+)\s+(?:still\s+)?(?:needs? to|ha(?:ve|s) to"
        r"|must|should|ought to)\b|@\w+\s+will\b|\b(?:needs?|ha(?:ve|s)) to be\b"
        r"|^(?:please|remember to|don['’]t forget|make sure)\b"
    ),
    "de": (
        r"\b(?:wir|ich|ihr|team|jemand|alle|@\w+)\s+(?:noch\s+)?(?:müssen|muss|müsst|sollten|sollen"
        r"|soll)\b|\b(?:muss|müssen)\b.*\bwerden\b|^bitte\b|\bist (?:noch )?zu \w+en\b"
    ),
    "fr": r"\b(?:nous devons|je dois|on doit|il nous faut|@\w+ doit)\b|^(?:merci de|veuillez)\b",
    "es": r"\b(?:debemos|tenemos que|tengo que|hay que|@\w+ debe)\b|^por favor\b",
    "it": r"\b(?:dobbiamo|devo)\b|^per favore\b",
    "pt": r"\b(?:devemos|temos que|precisamos|preciso)\b|^por favor\b",
    "nl": r"\b(?:we moeten|wij moeten|ik moet)\b|^graag\b",
    "zh": r"(?:我们|我|团队|大家)(?:还)?(?:需要|必须|应该|要)|^请|尽快",
    "ja": r"(?:する必要|しなければ|してください|お願いします|すること。?$|べきです)",
    "ko": (
        r"(?:해야 (?:한다|합니다|함|할)|하여야|해 ?주세요|해 ?주십시오|바랍니다|할 것\.?$"
        r"|필요가 있)"
    ),
}


@dataclass(frozen=True)
class Task:
    """A statement that asks for something; ``reason`` names the rule that found it."""

    statement: Statement
    reason: str
    done: bool = False

    @property
    def due(self) -> str | None:
        """A date in the words of the text, if there is one."""
        found = _DATE.search(self.statement.text)
        return found[0] if found else None


def tasks(statements: Iterable[Statement]) -> list[Task]:
    """Tasks in reading order; to-dos are tasks, done or not."""
    found = []
    for statement in statements:
        checked = statement.segment.checked
        if statement.segment.type == "to_do" or checked is not None:
            found.append(Task(statement, "to-do", done=bool(checked)))
        elif reason := _reason(statement):
            found.append(Task(statement, reason))
    return found


def _reason(statement: Statement) -> str:
    if _MARKER.search(statement.text):
        return "marker"
    if is_decision(statement):
        return ""
    headings, obligations = _rules(statement.language)
    listed = statement.segment.type.endswith("list_item")
    if listed and any(headings.search(heading) for heading in statement.segment.heading_path):
        return "heading"
    if is_question(statement.text) or statement.segment.type == "quote" or is_quoted(statement):
        return ""
    if is_practice(statement):
        # What holds for everything and always is a rule, and no task of anybody.
        return ""
    due = has_deadline(statement) and is_norm(statement)
    return "obligation" if due or obligations.search(statement.text) else ""


@lru_cache(maxsize=16)
def _rules(language: Language) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Rules of the language; headings are often in English wherever one is."""
    names = {language, "en"}
    headings = "|".join(_HEADINGS[name] for name in sorted(names) if name in _HEADINGS)
    obligations = _OBLIGATIONS.get(language, _OBLIGATIONS["en"])
    return re.compile(headings, re.IGNORECASE), re.compile(obligations, re.IGNORECASE)
