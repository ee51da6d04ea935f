"""State variants (hover, pressed, focus, disabled) as classes with a state prefix."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Any

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
    if _kind(one) != _kind(other) or len(one.children) != len(other.children):
        return False
    return all(_alike(a, b) for a, b in zip(one.children, other.children, strict=True))


def _kind(element: Element) -> tuple[object, ...]:
    # A component with other properties may be anything else.
    given = tuple(element.attributes.items()) if element.is_component else ()
    return (
        element.tag,
        element.shown_by,
        element.swapped_by,
        element.filled_by,
        element.only_in,
        given,
    )


def _alike(one: Element | Text, other: Element | Text) -> bool:
    if isinstance(one, Element) and isinstance(other, Element):
        return same_structure(one, other)
    return isinstance(one, Text) and isinstance(other, Text) and one.prop == other.prop


def say_states(
    resting: Element,
    states: Sequence[tuple[str, Element]],
    selector: Callable[[str, Element], str],
) -> Element:
    """The resting element with its CSS states said on it.

    Where one is another kind of element, a box holds both and shows either.

    Args:
        selector: Tailwind's variant for a state of an outermost element.
    """
    others = [(state, element) for state, element in states if element.tag != resting.tag]
    root = resting
    if others:
        held = [resting, *(element for _, element in others)]
        root = Element("div", name=resting.name, style={"width": "w-fit"}, children=[*held])
    for state, element in states:
        name = selector(state, root)
        if element.tag == resting.tag:
            add_state(resting, element, name, root=root is resting)
        else:
            resting.style[f"{name}|display"] = f"group-{name}:hidden"
            _shown_only(element, name)
    return root


def add_state(base: Element, state: Element, name: str, *, root: bool = True) -> None:
    """Add to ``base`` what makes it look like ``state`` while that state holds.

    Layers that both have differ by classes; a layer that one of them lacks is there and hidden.
    """
    prefix = f"{name}:" if root else f"group-{name}:"
    for key, classes in _differences(base, state).items():
        prefixed = " ".join(prefix + part for part in classes.split())
        base.style[f"{name}|{key}"] = prefixed
    base.children = [
        kept
        for one, other in _pairs(base.children, state.children)
        if (kept := _joined(one, other, name)) is not None
    ]


def _joined(one: Element | Text | None, other: Element | Text | None, name: str) -> Any:
    """One child for a layer of the resting state and its like, of which either may be missing."""
    if isinstance(one, Element) and isinstance(other, Element):
        add_state(one, other, name, root=False)
    elif isinstance(one, Element) and other is None and not one.only_in:
        one.style[f"{name}|display"] = f"group-{name}:hidden"
    elif one is None and isinstance(other, Element):
        shown = Element("span", children=[other], style={"display": "contents"})
        return _shown_only(shown if other.is_component else other, name)
    return one


def _shown_only(element: Element, name: str) -> Element:
    """A layer that only this state has: hidden until the state holds."""
    usual = element.style.get("display") or ("inline" if element.tag == "span" else "block")
    element.style |= {"display": "hidden", f"{name}|display": f"group-{name}:{usual}"}
    element.only_in = name
    return element


def hide_elsewhere(root: Element, names: Collection[str]) -> None:
    """Hide what only one state shows while a stronger one holds: pressed is hovered as well."""
    for element in root.walk():
        for name in names:
            if element.only_in and name != element.only_in:
                element.style[f"{name}|display"] = f"group-{name}:hidden"


def _pairs(
    ones: Sequence[Element | Text], others: Sequence[Element | Text]
) -> Iterator[tuple[Element | Text | None, Element | Text | None]]:
    """The children of both in order, those together that are the same layer."""
    waiting = list(others)
    for one in ones:
        place = next((n for n, other in enumerate(waiting) if _is_like(one, other)), None)
        if place is None:
            yield one, None
            continue
        yield from ((None, other) for other in waiting[:place])
        yield one, waiting[place]
        del waiting[: place + 1]
    yield from ((None, other) for other in waiting)


def _is_like(one: Element | Text, other: Element | Text) -> bool:
    """Whether classes can make one layer the other: the same element with the same characters."""
    if isinstance(one, Text) or isinstance(other, Text):
        return (
            isinstance(one, Text)
            and isinstance(other, Text)
            and (one.prop, one.value if not one.prop else "")
            == (other.prop, other.value if not other.prop else "")
        )
    if _kind(one) != _kind(other) or one.attributes.get("d") != other.attributes.get("d"):
        return False
    written = [child for child in (*one.children, *other.children) if isinstance(child, Text)]
    if written or one.tag in ("svg", "g", "img"):
        return len(one.children) == len(other.children) and all(
            map(_is_like, one.children, other.children)
        )
    return True


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
