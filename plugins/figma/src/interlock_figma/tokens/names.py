"""Token names: a style's or variable's own, or one made from the value; never the same twice."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from typing import Any

import orjson

from interlock_figma import naming
from interlock_figma.tokens.model import KINDS, Sighting, Token

# Words that Tailwind's own utilities take after text-, rounded-, p-, font-, shadow-, leading-.
_TAKEN = frozenset(
    re.findall(
        r"\w+",
        "auto base center clip ellipsis end full inherit inner inset justify left loose max min"
        " mono none normal nowrap pretty px relaxed right sans screen serif snug start tight"
        " transparent current wrap balance xs sm md lg xl fit dvh dvw svh svw lvh lvw bold medium"
        " semibold light thin black extrabold extralight white wide wider widest tighter",
    )
)


def tokens(found: Iterable[Sighting]) -> tuple[list[Token], dict[str, str]]:
    """The tokens, and the token's name for each reference.

    A reference that was seen with several values (modes, sizes) is listed as ``id|value``, with
    the value as :func:`written` gives it.
    """
    groups: dict[tuple[str, str, str], list[Sighting]] = {}
    for sighting in _with_labels(found):
        key = (sighting.kind, sighting.label, written(sighting.value))
        groups.setdefault(key, []).append(sighting)
    made = [_token(kind, label, group) for (kind, label, _), group in groups.items()]
    # One name in all namespaces: text-body must not mean a colour and a size.
    for token, name in zip(made, naming.unique(token.name for token in made), strict=True):
        token.name = name
    return made, _references(groups, made)


def written(value: Any) -> str:
    """The value as text, equal for equal values."""
    if isinstance(value, str):
        return value
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()


def _with_labels(found: Iterable[Sighting]) -> list[Sighting]:
    """Named variables first; what a node shows of the same variable is then known by its name."""
    kept: list[Sighting] = []
    named: dict[str, Sighting] = {}
    for sighting in found:
        known = named.get(sighting.reference)
        if known and sighting.source == "variable":
            if sighting.value in (known.value, *known.modes.values()):
                continue
        elif sighting.label and sighting.source == "variable":
            named[sighting.reference] = sighting
        kept.append(sighting)
    return kept


def _token(kind: str, label: str, group: list[Sighting]) -> Token:
    first = group[0]
    name = naming.kebab(label) or _from_value(kind, first.value)
    if kind == "typography" and name.count("-") > 1:
        # Its classes say "text-" anyway.
        name = name.removeprefix("text-")
    if name in _TAKEN or name[0].isdigit():
        name = f"{KINDS[kind].fallback}-{name}"
    return Token(kind, name, first.value, first.source, label, first.modes)


def _from_value(kind: str, value: Any) -> str:
    fallback = KINDS[kind].fallback
    if kind == "typography":
        return f"{naming.kebab(value['family'])}-{_number(value['size'])}-{value['weight']}"
    if isinstance(value, int | float):
        return f"{fallback}-{_number(value)}"
    if kind == "color":
        return f"{fallback}-{value.lstrip('#')}"
    text = naming.kebab(value) if kind == "font" else ""
    return text or f"{fallback}-{hashlib.sha256(written(value).encode()).hexdigest()[:6]}"


def _number(value: float) -> str:
    return str(value).replace(".", "-").replace("--", "-").strip("-")


def _references(
    groups: dict[tuple[str, str, str], list[Sighting]], made: list[Token]
) -> dict[str, str]:
    by_reference: dict[str, dict[str, str]] = {}
    for ((kind, _, value), group), token in zip(groups.items(), made, strict=True):
        for sighting in group:
            by_reference.setdefault(f"{kind}:{sighting.reference}", {})[value] = token.name
    references: dict[str, str] = {}
    for reference, names in by_reference.items():
        if len(set(names.values())) == 1:
            references[reference] = next(iter(names.values()))
        else:
            references.update({f"{reference}|{value}": name for value, name in names.items()})
    return references
