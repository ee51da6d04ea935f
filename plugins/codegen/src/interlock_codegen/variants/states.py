"""State variants (hover, pressed, focus, disabled) as classes with a state prefix."""

from __future__ import annotations

from interlock_codegen.element import Element, Style, Text

_RESETS = {
    "background-color": "bg-transparent",
    "background-image": "bg-none",
    "box-shadow": "shadow-none",
    "border-width": "border-0",
    "outline-width": "outline-0",
    "opacity": "opacity-100",
    "text-decoration": "no-underline",
    "filter": "blur-none",
    "text-shadow": "text-shadow-none",
}
_PAINTED = ("fill", "stroke")


def same_structure(one: Element, other: Element) -> bool:
    """Whether two elements differ in classes, attribute values and characters only."""
    if (one.tag, one.shown_by, one.swapped_by) != (other.tag, other.shown_by, other.swapped_by):
        return False
    if len(one.children) != len(other.children):
        return False
    return all(_alike(a, b) for a, b in zip(one.children, other.children, strict=True))


def _alike(one: Element | Text, other: Element | Text) -> bool:
    if isinstance(one, Element) and isinstance(other, Element):
        return same_structure(one, other)
    return isinstance(one, Text) and isinstance(other, Text) and one.prop == other.prop


def add_state(base: Element, state: Element, name: str, *, root: bool = True) -> None:
    """Add to ``base`` the classes that make it look like ``state`` while that state holds."""
    prefix = f"{name}:" if root else f"group-{name}:"
    for key, classes in _differences(base, state).items():
        prefixed = " ".join(prefix + part for part in classes.split())
        base.style[f"{name}|{key}"] = prefixed
    for child, other in zip(base.children, state.children, strict=True):
        if isinstance(child, Element) and isinstance(other, Element):
            add_state(child, other, name, root=False)


def _differences(base: Element, state: Element) -> Style:
    changed = {
        key: value
        for key, value in state.style.items()
        if base.style.get(key) != value and "|" not in key
    }
    gone = {
        key: _RESETS[key]
        for key in base.style
        if key not in state.style and key in _RESETS and "|" not in key
    }
    painted = {
        key: f"{key}-[{state.attributes[key]}]"
        for key in _PAINTED
        if key in state.attributes
        and str(state.attributes[key]).startswith("#")
        and state.attributes[key] != base.attributes.get(key)
    }
    return {**changed, **gone, **painted}
