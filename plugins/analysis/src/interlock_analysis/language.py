"""Which language a text is in, by its script and its commonest words."""

from __future__ import annotations

import re
from collections import Counter
from typing import Literal

Language = Literal["en", "de", "fr", "es", "it", "pt", "nl", "zh", "ja", "ko"]
LANGUAGES: tuple[Language, ...] = ("en", "de", "fr", "es", "it", "pt", "nl", "zh", "ja", "ko")

_EAST_ASIAN = frozenset({"zh", "ja", "ko"})
_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
_KANA = re.compile(r"[\u3041-\u30ff\uff66-\uff9d]")
_HANGUL = re.compile(r"[\uac00-\ud7af\u1100-\u11ff]")
_LETTER = re.compile(r"[^\W\d_]")
_WORD = re.compile(r"[^\W\d_]+")


def words_of(text: str) -> frozenset[str]:
    """The words of a list that is written as a text."""
    return frozenset(text.split())


STOP_WORDS: dict[Language, frozenset[str]] = {
    "en": words_of(
        """a about after all also am an and any are as at be because been before being between both
        but by can could did do does doing don down each few for from further get got had has
        have having he her here hers him his how i if in into is it its itself just let like ll
        may me might more most much must my no nor not now of off on once one only or other our
        out over own re same she should so some such than that the their them then there these
        they this those through to too under until up us use used using ve very was we well were
        what when where which while who whom why will with without within would yet still already
        since whether you your"""
    ),
    "de": words_of(
        """aber alle allem allen aller alles als also am an andere auch auf aus bei beim bin bis
        bist da damit dann das dass dein dem den denn der des dessen die dies diese diesem
        diesen dieser dieses doch dort du durch ein eine einem einen einer eines er es etwas
        euch für gegen hat hatte hier hin hinter ich ihm ihn ihr ihre im in ist ja jede jeder
        jedes kann kein keine können machen man mehr mein mich mir mit muss müssen nach nicht
        nichts noch nun nur ob oder ohne sehr sein seine sich sie sind so soll sollen sollte
        über um und uns unser unter viel vom von vor war waren was weil wenn wer werden wie
        wieder will wir wird wo wurde zu zum zur zwischen"""
    ),
    "fr": words_of(
        """au aux avec ce ces cette dans de des du elle en est et être il ils je la le les leur lui
        mais même ne nos notre nous on ou où par pas plus pour qu que qui sa se ses son sont sur un
        une tous tout toute très votre vos vous leurs"""
    ),
    "es": words_of(
        """al como con de del el ella en es esta este esto la las lo los más mi muy no nos o para
        pero por que se si sin son su sus también te un una y ya"""
    ),
    "it": words_of(
        """al alla che chi come con da dal dei del della di e gli ha i il in io la le lo ma mi nel
        non per più quando questo se si sono su un una"""
    ),
    "pt": words_of(
        """ao as com como da das de do dos e em entre essa esse isso já mais mas na não nas no nos
        o os ou para pela pelo por que se sem seu sua são também um uma você"""
    ),
    "nl": words_of(
        """aan als bij dat de deze die dit een en er het hij hun ik in is je kan maar met mijn naar
        niet nog of om onze ook op te uit van voor was wat we wordt worden ze zich zijn"""
    ),
    "zh": frozenset(),
    "ja": frozenset(),
    "ko": words_of(
        """합니다 있습니다 됩니다 없습니다 입니다 하는 있는 되는 없는 하고 하며 하여 해야 위해
        대한 대해 통해 또는 그리고 하지만 때문 경우 모든 매우 가장 다른 같은"""
    ),
}


def language_of(text: str) -> Language:
    """The likeliest language of a text; English where nothing tells.

    A tenth of letters in an East Asian script decides, since such text is mixed with Latin names.
    """
    letters = len(_LETTER.findall(text)) or 1
    kana, hangul, han = (len(p.findall(text)) for p in (_KANA, _HANGUL, _HAN))
    if hangul >= letters / 10 and hangul >= han:
        return "ko"
    if kana >= letters / 20 and kana + han >= letters / 10:
        return "ja"
    if han >= letters / 10:
        return "zh"
    words = Counter(word.lower() for word in _WORD.findall(text))
    scores = {
        language: sum(words[word] for word in stop_words)
        for language, stop_words in STOP_WORDS.items()
    }
    best = max(scores.values())
    # The first of equals, so that English wins where there is no sign.
    return next(language for language in LANGUAGES if scores[language] == best)


def language_within(text: str, around: Language) -> Language:
    """The language of a piece of a text: its own where its script tells, that around it elsewhere.

    A short piece of a European language says too little of which one it is, and one of Han
    characters alone may be Japanese.
    """
    found = language_of(text)
    if found in _EAST_ASIAN and around in _EAST_ASIAN:
        return around if (found, around) == ("zh", "ja") else found
    return found if (found in _EAST_ASIAN) != (around in _EAST_ASIAN) else around
