"""Where a text names people, accounts and machines, and where it holds keys.

Candidates come from patterns that need linear time; what has a check digit, a grammar or a plan of
numbers is held against it, so that an order number is not taken for a card.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from phonenumbers import Leniency, PhoneNumberMatcher

from interlock_data.choices import Kind


@dataclass(frozen=True, slots=True)
class Found:
    """``text[start:end]`` is a ``kind``."""

    start: int
    end: int
    kind: Kind


def find(text: str, kinds: frozenset[Kind], region: str) -> list[Found]:
    """What is found, by place; where two overlap, the kind that is more certain.

    Args:
        region: ISO 3166 code of the country whose phone numbers come without ``+``; may be empty.
    """
    certain: list[Found] = []
    for kind, finder in _FINDERS.items():
        if kind in kinds:
            places = finder(text, region)
            certain += [
                Found(start, end, kind)
                for start, end in places
                if not any(start < other.end and other.start < end for other in certain)
            ]
    return sorted(certain, key=lambda found: found.start)


Places = Iterator[tuple[int, int]]

# Prefixes as their issuers document them, JSON Web Tokens, and PEM blocks.
_KEY = re.compile(
    r"-----BEGIN (?:[A-Z]+ ){0,3}PRIVATE KEY-----[A-Za-z0-9+/=\s]{1,10000}"
    r"-----END (?:[A-Z]+ ){0,3}PRIVATE KEY-----"
    r"|\b(?:"
    r"eyJ[\w-]{10,4096}\.eyJ[\w-]{10,8192}\.[\w-]{10,2048}"
    r"|(?:AKIA|ASIA)[A-Z0-9]{16}"
    r"|gh[pousr]_[A-Za-z0-9]{36,255}|github_pat_\w{40,255}|glpat-[\w-]{20,255}"
    r"|xox[abeprs]-[\w-]{10,255}|xapp-[\w-]{20,255}"
    r"|sk-[\w-]{20,255}|[sr]k_(?:live|test)_\w{16,255}|whsec_\w{20,255}"
    r"|AIza[\w-]{35}|figd_[\w-]{20,255}|(?:ntn|secret)_[A-Za-z0-9]{40,60}"
    r"|npm_[A-Za-z0-9]{36}|pypi-[\w-]{50,255}|SG\.[\w-]{16,32}\.[\w-]{32,64}"
    r")(?![\w-])"
)
_EMAIL = re.compile(
    r"(?<![\w.%+-])[\w.%+-]{1,64}@(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.){1,8}[^\W\d_]{2,63}(?![\w-])"
)
_DIGITS = re.compile(r"(?<![\w.-])\d(?:[ -]?\d){12,18}(?![\w-])")
_IBAN = re.compile(r"(?<!\w)[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?(?!\w)")
_IP = re.compile(
    r"(?<![\w.:])(?:\d{1,3}(?:\.\d{1,3}){3}"
    r"|[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7}(?:\.\d{1,3}){0,3})(?![\w:]|\.\d)"
)


def is_card(digits: str) -> bool:
    """Whether 13 to 19 digits begin like a card of a large issuer and pass the Luhn check."""
    if not 13 <= len(digits) <= 19 or digits[0] not in "23456":
        return False
    doubled = [int(digit) * (2 if place % 2 else 1) for place, digit in enumerate(digits[::-1])]
    return sum(number - 9 if number > 9 else number for number in doubled) % 10 == 0


def is_iban(text: str) -> bool:
    """Whether the check digits are right (ISO 13616: the number modulo 97 is 1)."""
    turned = text[4:] + text[:4]
    return 15 <= len(text) <= 34 and int("".join(str(int(sign, 36)) for sign in turned)) % 97 == 1


def _is_ip(text: str) -> bool:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False
    return not address.is_unspecified


def _matching(pattern: re.Pattern[str], valid: Callable[[str], bool], text: str) -> Places:
    return (match.span() for match in pattern.finditer(text) if valid(match[0]))


def _any(_: str) -> bool:
    return True


def _phones(text: str, region: str) -> Places:
    matcher = PhoneNumberMatcher(text, region or None, leniency=Leniency.VALID, max_tries=10**6)
    return ((match.start, match.end) for match in matcher)


def _compact(text: str) -> str:
    return text.replace(" ", "").replace("-", "")


# The more certain kinds come first.
_FINDERS: dict[Kind, Callable[[str, str], Places]] = {
    "key": lambda text, _: _matching(_KEY, _any, text),
    "email": lambda text, _: _matching(_EMAIL, _any, text),
    "iban": lambda text, _: _matching(_IBAN, lambda found: is_iban(_compact(found)), text),
    "card": lambda text, _: _matching(_DIGITS, lambda found: is_card(_compact(found)), text),
    "ip": lambda text, _: _matching(_IP, _is_ip, text),
    "phone": _phones,
}
