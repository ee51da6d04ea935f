"""The tone of a text, by counting words that praise and words that complain."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal

from interlock_analysis.language import Language, words_of
from interlock_analysis.statements import Statement

Sentiment = Literal["positive", "neutral", "negative", "mixed"]

# Words, and from six letters on their beginnings; pieces of text for languages without spaces.
_PRAISE: dict[Language, frozenset[str]] = {
    "en": words_of(
        """good great excellent success successes succeed improve improved improves improvement
        happy love loved glad pleased pleasant thank thanks benefit effective reliable easy easier
        smooth smoothly win wins won better best fast faster helpful positive enjoy enjoyed
        impressed impressive proud grew gain gains gained celebrate delighted"""
    ),
    "de": words_of(
        """gut gute guten gutes besser beste besten hervorragend erfolg erfolge erfolgreich erfreut
        erfreulich zufrieden verbessert verbesserung danke hilfreich schnell schneller einfach
        einfacher zuverlässig positiv gelungen lob stolz freut freuen gewonnen reibungslos"""
    ),
    "fr": words_of(
        """bon bonne bons bonnes excellent succès amélior content contente heureux merci facile
        fiable mieux meilleur positif positive rapide utile réussi réussite bravo"""
    ),
    "es": words_of(
        """buen bueno buena buenos buenas excelente éxito mejor mejora mejoró feliz contento gracias
        fácil fiable positivo positiva rápido rápida útil logro lograron"""
    ),
    "it": words_of(
        """buon buono buona ottimo ottima eccellente successo migliore migliorato felice grazie
        facile affidabile utile"""
    ),
    "pt": words_of(
        """bom boa excelente sucesso melhor melhorou feliz obrigado obrigada fácil confiável útil"""
    ),
    "nl": words_of(
        """goed goede uitstekend succes succesvol beter beste blij tevreden bedankt makkelijk"""
    ),
    "zh": words_of("""成功 优秀 满意 提高 提升 改善 高兴 感谢 顺利 喜欢 稳定 方便 出色"""),
    "ja": words_of("""成功 良い 良かった 改善 満足 嬉しい 感謝 素晴らしい 順調 向上 便利 安定"""),
    "ko": words_of("""성공 좋은 좋았 좋습니다 개선 만족 향상 감사 훌륭 순조 편리 안정"""),
}
_COMPLAINT: dict[Language, frozenset[str]] = {
    "en": words_of(
        """bad badly poor poorly fail fails failed failing failure fault faults faulty error errors
        problem problems issue issues outage wrong slow slower slowly broke break breaks broken bug
        bugs crash crashed crashes late delay delays delayed missed missing lose loses losing lost
        loss losses worse worst complain complaint risk risks risky difficult hard confused
        confusing frustrat unhappy angry incident incidents doubt doubts expired fell negative"""
    ),
    "de": words_of(
        """schlecht schlechte fehler fehlerhaft problem probleme ausfall ausfälle falsch falsche
        langsam kaputt verspätet verspätung verloren verlust verluste schlimm beschwerde risiko
        risiken schwierig unzufrieden ärger ärgerlich mangel mängel leider störung negativ"""
    ),
    "fr": words_of(
        """mauvais mauvaise erreur erreurs problème panne pannes lent lente cassé retard retards
        perdu perdus perte pertes pire plainte risque risques difficile mécontent échec échoué
        négatif négative"""
    ),
    "es": words_of(
        """mal malo mala error errores problema fallo fallos lento lenta roto retraso perdido
        pérdida peor queja quejas riesgo riesgos difícil fracaso negativo negativa"""
    ),
    "it": words_of(
        """cattivo cattiva errore errori problema problemi guasto lento rotto ritardo perdita peggio
        difficile"""
    ),
    "pt": words_of(
        """mau ruim erro erros problema falha falhas lento quebrado atraso atrasos perda pior
        difícil"""
    ),
    "nl": words_of(
        """slecht fout fouten probleem problemen storing traag kapot vertraging verlies erger
        moeilijk"""
    ),
    "zh": words_of("""失败 错误 问题 故障 太慢 崩溃 延迟 流失 投诉 风险 困难 不满 糟糕 无法"""),
    "ja": words_of("""失敗 エラー 問題 障害 遅い 遅れ 不具合 苦情 リスク 困難 不満 悪い"""),
    "ko": words_of("""실패 오류 문제 장애 느린 느립 지연 불만 위험 어려 나쁜 나빴"""),
}
_NOT: dict[Language, frozenset[str]] = {
    "en": words_of("not no never without hardly isn wasn don doesn didn won can cannot"),
    "de": words_of("nicht kein keine keinen nie ohne kaum"),
    "fr": words_of("ne pas jamais sans aucun"),
    "es": words_of("no nunca sin ningún"),
    "it": words_of("non mai senza"),
    "pt": words_of("não nunca sem"),
    "nl": words_of("niet geen nooit zonder"),
}
_WORD = re.compile(r"[^\W\d_]+")
_REACH = 3
_STEM = 6
_FEWEST = 2
_ONE_SIDED = 0.4


def sentiment_of(statements: Iterable[Statement], language: Language) -> Sentiment:
    """``neutral`` unless some words tell otherwise, ``mixed`` where both kinds weigh alike."""
    praise = complaint = words = 0
    for statement in statements:
        good, bad, count = _count(statement.text, language)
        praise, complaint, words = praise + good, complaint + bad, words + count
    told = praise + complaint
    if told < max(_FEWEST, words / 100):
        return "neutral"
    balance = (praise - complaint) / told
    if abs(balance) < _ONE_SIDED:
        return "mixed"
    return "positive" if balance > 0 else "negative"


def _count(text: str, language: Language) -> tuple[int, int, int]:
    """Words of praise, of complaint, and in all; a negation before a word turns it."""
    if language not in _NOT:
        good = sum(text.count(piece) for piece in _PRAISE[language])
        return good, sum(text.count(piece) for piece in _COMPLAINT[language]), len(text) // 2
    words = [word.lower() for word in _WORD.findall(text)]
    good = bad = 0
    for index, word in enumerate(words):
        tone = _tone(word, language)
        if tone and not _NOT[language].isdisjoint(words[max(0, index - _REACH) : index]):
            tone = -tone
        good, bad = good + (tone > 0), bad + (tone < 0)
    return good, bad, len(words)


def _tone(word: str, language: Language) -> int:
    if _begins(word, _PRAISE[language]):
        return 1
    return -1 if _begins(word, _COMPLAINT[language]) else 0


def _begins(word: str, known: frozenset[str]) -> bool:
    return word in known or any(word[:length] in known for length in range(_STEM, len(word)))
