"""What a text decides and what it recommends, by rules for each language."""

from __future__ import annotations

import re
from functools import lru_cache

from interlock_analysis.statements import Statement, is_question

_Rules = dict[str, str]

# Who is meant tells a rule from a task: rules speak of everything, always, or of nobody.
_PRACTICES: _Rules = {
    "en": (
        r"^(?!.*\bI\b)(?:.*\b(?:always|never|avoid|prefer|must not|should not|shouldn['’]t"
        r"|good practice|best practice|recommend(?:ed|s)?|it is (?:best|better|important) to)\b"
        r"|(?:please\s)?(?:do not|don['’]t)\b|(?!.*\b(?:we|team|somebody|someone|everyone|it|this"
        r"|that|there|which)\s+(?:still\s+)?(?:must|should)\b).*\b(?:must|should)\b)"
    ),
    "de": (
        r"\b(?:immer|niemals|nie|stets|grundsätzlich|jede[rsmn]?|alle|kein\w*)\b.*"
        r"\b(?:muss|müssen|darf|dürfen|soll(?:en|te|ten)?)\b|\b(?:darf|dürfen) nicht\b"
        r"|^(?!.*\b(?:wir|ich|ihr|team|jemand)\b).*\bsollten?\b"
        r"|\b(?:vermeide\w*|vermieden|empfohlen|empfehlen|bevorzug\w+|bewährt)\b"
    ),
    "fr": (
        r"\b(?:toujours|jamais|évite[zr]?|préfére[zr]|recommand\w+|doit|doivent|devez|il faut"
        r"|il est (?:préférable|important))\b"
    ),
    "es": (
        r"\b(?:siempre|nunca|evite\w*|evitar|prefiera\w*|recomend\w+|deben?|hay que"
        r"|es (?:mejor|importante))\b"
    ),
    "it": r"\b(?:sempre|mai|evita(?:re|te)?|preferi\w+|consiglia\w*|dev(?:e|ono)|bisogna)\b",
    "pt": r"\b(?:sempre|nunca|evite\w*|evitar|prefira\w*|recomend\w+|dev(?:e|em)|é preciso)\b",
    "nl": r"\b(?:altijd|nooit|vermijd\w*|liever|aanbevolen|moet(?:en)?|mag niet|mogen niet)\b",
    "zh": (
        r"^(?!.*(?:我们|我|团队|大家)).*(?:必须|应当|应该|不得|严禁|切勿|不要|避免|始终|尽量)|建议"
    ),
    "ja": (
        r"必ず|べき|避け|推奨|お(?:勧|すす)め|ようにし(?:ます|てください)"
        r"|してはいけません|しないで|禁止|ないこと"
    ),
    "ko": r"반드시|항상|절대|권장|추천|피하|하지 마|하면 안|금지|지 않아야",
}
_DECISIONS: _Rules = {
    "en": (
        r"\b(?:we|the (?:team|board)|they|it was) (?:have |has |had )?(?:decided|agreed|chose)\b"
        r"|\bthe decision (?:is|was)\b|^decision\b|\b(?:was|were) (?:approved|rejected)\b"
    ),
    "de": r"\b(?:beschlossen|entschieden|vereinbart|einigten uns|Entscheidung (?:ist|war|fiel))\b",
    "fr": r"\b(?:avons décidé|a décidé|ont décidé|a été décidé|convenu|décision est)\b",
    "es": r"\b(?:decidimos|se decidió|acordamos|se acordó|hemos decidido|la decisión es)\b",
    "it": r"\b(?:abbiamo deciso|è stato deciso|concordato)\b",
    "pt": r"\b(?:decidimos|foi decidido|acordamos|ficou decidido)\b",
    "nl": r"\b(?:besloten|afgesproken|is besloten)\b",
    "zh": r"决定|一致同意|达成一致|商定",
    "ja": r"決定し|決まり|決めました|ことにし(?:ます|ました)|合意し",
    "ko": r"결정(?:했|하였|되었|됐)|하기로 (?:했|하였|결정|합의)|합의(?:했|하였)",
}
_DEADLINES: _Rules = {
    "en": (
        r"\b(?:by|before|until) (?:(?:mon|tues|wednes|thurs|fri|satur|sun)day|tomorrow|tonight|next"
        r"|the end of|end of|\d|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)"
    ),
    "de": (
        r"\bbis (?:(?:zum|ende|mon|diens|mittwoch|donners|frei|sams|sonn|morgen|nächste|kommende)"
        r"|\d)"
    ),
    "fr": (
        r"\b(?:avant|d['’]ici)(?: le| la| fin| à)? (?:lundi|mardi|mercredi|jeudi|vendredi|demain"
        r"|\d|fin)"
    ),
    "es": r"\b(?:antes del?|para el|hasta el) (?:lunes|martes|miércoles|jueves|viernes|\d)",
    "it": r"\bentro (?:il |la |lunedì|martedì|mercoledì|giovedì|venerdì|domani|\d)",
    "pt": r"\b(?:até|antes d[ea]) (?:segunda|terça|quarta|quinta|sexta|amanhã|o dia|\d)",
    "nl": r"\b(?:voor|uiterlijk|vóór) (?:maandag|dinsdag|woensdag|donderdag|vrijdag|morgen|\d)",
    "zh": r"(?:日|周[一二三四五六日]|月底|年底|下周)(?:之?前|以前)",
    "ja": r"(?:日|週|月末|年末|曜)までに",
    "ko": r"(?:일|주|요일|월말|연말)까지",
}
_UNDER_DECISIONS: _Rules = {
    "en": r"\bdecisions?\b|\bdecided\b",
    "de": r"\b(?:entscheidung(?:en)?|beschl(?:uss|üsse)|beschlossen)\b",
    "fr": r"\bdécisions?\b",
    "es": r"\bdecisi(?:ón|ones)\b|\bacuerdos?\b",
    "it": r"\bdecision[ei]\b",
    "pt": r"\bdecis(?:ão|ões)\b",
    "nl": r"\bbeslui?ten?\b|\bbesluit\b",
    "zh": r"决定|决议",
    "ja": r"決定",
    "ko": r"결정",
}
_UNDER_PRACTICES: _Rules = {
    "en": r"\bbest practices?\b|\bguidelines?\b|\bprinciples\b|\bdo['’]?s and don['’]?ts\b",
    "de": r"\b(?:best practices?|richtlinien|grundsätze|empfehlungen|regeln)\b",
    "fr": r"\b(?:bonnes pratiques|recommandations|principes)\b",
    "es": r"\b(?:buenas prácticas|recomendaciones|principios)\b",
    "it": r"\b(?:buone pratiche|raccomandazioni)\b",
    "pt": r"\b(?:boas práticas|recomendações)\b",
    "nl": r"\b(?:richtlijnen|aanbevelingen)\b",
    "zh": r"最佳实践|原则|规范|建议",
    "ja": r"ベストプラクティス|ガイドライン|原則|推奨",
    "ko": r"모범 사례|가이드라인|원칙|권장",
}


def is_practice(statement: Statement) -> bool:
    """Whether it tells how things ought to be done, in general."""
    return is_norm(statement) and not has_deadline(statement)


def is_norm(statement: Statement) -> bool:
    """Whether it tells how something ought to be done, once or always."""
    return _says(statement, _PRACTICES, _UNDER_PRACTICES)


def has_deadline(statement: Statement) -> bool:
    """Whether it names a day by which: then it is about one case."""
    return bool(_pattern(_DEADLINES[statement.language]).search(statement.text))


def is_decision(statement: Statement) -> bool:
    """Whether it tells what was decided."""
    return _says(statement, _DECISIONS, _UNDER_DECISIONS)


def _says(statement: Statement, words: _Rules, headings: _Rules) -> bool:
    if is_question(statement.text):
        return False
    language = statement.language
    if _pattern(words[language]).search(statement.text):
        return True
    # Headings are often in English wherever one is.
    above = _pattern(f"{headings[language]}|{headings['en']}")
    listed = statement.segment.type.endswith("list_item")
    return listed and any(above.search(heading) for heading in statement.segment.heading_path)


@lru_cache(maxsize=64)
def _pattern(rule: str) -> re.Pattern[str]:
    return re.compile(rule, re.IGNORECASE)
