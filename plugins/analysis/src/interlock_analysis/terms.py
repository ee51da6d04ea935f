"""The words of a text that carry meaning, in a form in which equal words are equal."""

from __future__ import annotations

import re

from interlock_analysis.language import STOP_WORDS, Language

# Words of alphabets, Korean words, runs of Han and kana, each as one match.
_TOKEN = re.compile(
    r"(?P<han>[\u3400-\u9fff\uf900-\ufaff\u3041-\u30ff]+)|(?P<hangul>[\uac00-\ud7af]+)"
    r"|(?P<word>[^\W_]+(?:['’\-][^\W_]+)*)"
)
_PARTICLES = re.compile(
    r"(?<=[\uac00-\ud7af]{2})(?:에서는|으로는|에게서|입니다|합니다|에서|으로|에게|까지|부터|처럼|보다|이나|라는"
    r"|은|는|이|가|을|를|의|에|로|와|과|도|만)$"
)
_CONTENT = re.compile(r"[\u30a0-\u30ff\u3400-\u9fff\uf900-\ufaff]")
_JOINING = frozenset("的了是在和与也就都而及或这那有我你他她它们吗呢吧之为以于对把被从到")
_ENGLISH_ENDINGS = (("ies", "y"), ("sses", "ss"), ("ches", "ch"), ("shes", "sh"), ("xes", "x"))


def terms(text: str, language: Language) -> list[str]:
    """Meaningful terms in order of appearance, stop words left out.

    Han and kana have no spaces: their terms are pairs of neighbouring characters, which match
    wherever the same word stands. Korean words lose their particle, English ones their ending.
    """
    found: list[str] = []
    for match in _TOKEN.finditer(text):
        if match["han"]:
            found += _pairs(match["han"])
        elif match["hangul"]:
            if match["hangul"] not in STOP_WORDS["ko"]:
                found.append(without_particle(match["hangul"]))
        elif (word := _word(match["word"], language)) is not None:
            found.append(word)
    return found


def _pairs(run: str) -> list[str]:
    return [part[i : i + 2] for part in content_runs(run) for i in range(max(1, len(part) - 1))]


def content_runs(text: str) -> list[str]:
    """Runs of Han and katakana between the characters that only join words."""
    return "".join(c if _CONTENT.match(c) and c not in _JOINING else " " for c in text).split()


def without_particle(word: str) -> str:
    """A Korean word without the particle behind it; others as they are."""
    return _PARTICLES.sub("", word)


def _word(word: str, language: Language) -> str | None:
    small = word.lower().replace("’", "'").removesuffix("'s")
    if len(small) < 2 or small in STOP_WORDS[language] or small.split("'")[0] in STOP_WORDS["en"]:
        return None
    return stem(small) if language == "en" else small


def stem(word: str) -> str:
    """An English word without plural, -ing and -ed, by rule; wrong guesses are wrong alike."""
    for ending in ("ing", "ed"):
        if word.endswith(ending) and len(word) >= len(ending) + 4:
            return word[: -len(ending)]
    return _singular(word)


def _singular(word: str) -> str:
    if len(word) < 4 or not word.endswith("s") or word.endswith(("ss", "us", "is")):
        return word
    for ending, instead in _ENGLISH_ENDINGS:
        if word.endswith(ending):
            return word[: -len(ending)] + instead
    return word[:-1]
