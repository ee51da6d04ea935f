"""Classes that say in one word what several say together."""

from __future__ import annotations

from collections.abc import Iterable

_TOGETHER = (
    (("left", "right", "top", "bottom"), "inset"),
    (("left", "right"), "inset-x"),
    (("top", "bottom"), "inset-y"),
    (("w", "h"), "size"),
    (("rounded-tl", "rounded-tr"), "rounded-t"),
    (("rounded-bl", "rounded-br"), "rounded-b"),
    (("rounded-tl", "rounded-bl"), "rounded-l"),
    (("rounded-tr", "rounded-br"), "rounded-r"),
)


def shortened(classes: Iterable[str]) -> list[str]:
    """Each class once; ``left-0 right-0`` is ``inset-x-0``, ``w-4 h-4`` is ``size-4``."""
    found = list(dict.fromkeys(filter(None, classes)))
    for parts, whole in _TOGETHER:
        _join(found, parts, whole)
    return found


def _join(classes: list[str], parts: tuple[str, ...], whole: str) -> None:
    """Put one class in the place of those that give all ``parts`` the same value."""
    first = [each for each in classes if each.lstrip("-").startswith(f"{parts[0]}-")]
    for each in first:
        sign = "-" if each.startswith("-") else ""
        value = each.removeprefix(f"{sign}{parts[0]}-")
        others = [f"{sign}{part}-{value}" for part in parts[1:]]
        if all(other in classes for other in others):
            classes[classes.index(each)] = f"{sign}{whole}-{value}"
            for other in others:
                classes.remove(other)
