"""Components that a screen may refer to instead of repeating them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from interlock_codegen.element import Expression
from interlock_codegen.variants.axes import axes

Json = Mapping[str, Any]
Props = dict[str, str | bool]
_INKS = ("fill", "stroke")

_ALIKE = (
    *("opacity", "blend", "radius", "clip", "rotation", "matrix", "layout", "text_box"),
    *("scrolls", "clip_path", "mask", "unpainted", "lists"),
)
_PLACED = ("constraints", "position", "limits", "sizing")
_SHARED = ("fill", "stroke", "effects", "text_style")


class Differs(Exception):
    """An instance shows something that its component's properties cannot say."""


@dataclass(frozen=True)
class Use:
    """A component that stands for a layer.

    Attributes:
        inks: of an icon of one colour, the style by ``fill`` and ``stroke`` of its shapes, and
            whether it is another one than the component's.
    """

    name: str
    props: Props
    inks: Mapping[str, tuple[str, bool]] = field(default_factory=dict)


@dataclass(frozen=True)
class _Entry:
    component: Json
    variant: Json
    props: Mapping[str, str | bool]


class Library:
    """Finds the component for a layer, if the component with some properties is that layer."""

    def __init__(self, components: Sequence[Json]) -> None:
        self._entries: dict[str, _Entry] = {}
        for component in components:
            for variant, props in _chosen(component):
                self._entries[str(variant["id"])] = _Entry(component, variant, props)

    def reference(self, node: Json, styles: Json) -> Use | None:
        """The component, or None where the layer has to be written out.

        Args:
            styles: the table that the layer's tree names.
        """
        itself = self._entries.get(str(node["id"]))
        if itself is not None:
            return Use(str(itself.component["identifier"]), dict(itself.props))
        entry = self._entries.get(str((node.get("component") or {}).get("id")))
        if entry is None:
            return None
        comparison = _Comparison(entry.component, styles, str(node["id"]))
        try:
            comparison.root(node, entry.variant["tree"])
        except Differs:
            return None
        props = {**entry.props, **comparison.props}
        return Use(str(entry.component["identifier"]), props, comparison.inks)


def _chosen(component: Json) -> Iterator[tuple[Json, Props]]:
    """The variants that properties can choose, with the properties that do."""
    by_name = {axis.name: axis for axis in axes(component)}
    for variant in component["variants"]:
        known = [(by_name[k], v) for k, v in variant["values"].items() if k in by_name]
        if any(value in axis.states for axis, value in known):
            continue
        yield (
            variant,
            {
                axis.identifier: value
                for axis, value in known
                if axis.is_choice and value != axis.default
            },
        )


class _Comparison:
    """Walks an instance beside its component; collects the properties on the way."""

    def __init__(self, component: Json, styles: Json, instance: str) -> None:
        self._styles = styles
        self._own = component["styles"]
        self._prefix = f"I{instance.removeprefix('I')};"
        self._defined = {prop["key"]: prop for prop in component["props"]}
        self.props: Props = {}
        self.inks: dict[str, tuple[str, bool]] = {}

    def root(self, node: Json, own: Json) -> None:
        """Raises Differs; the root's place is its parent's affair, its size is not."""
        if node["sizing"] != own["sizing"]:
            raise Differs
        if node["type"] == own["type"] == "vector":
            self._recoloured(node, own)
        self._same(node, own)

    def _recoloured(self, node: Json, own: Json) -> None:
        """Note the one colour of all fills, or of all strokes, of an icon."""
        for ink in _INKS:
            names = [_names(each, ink) for each in (node, own)]
            given, first = (list(dict.fromkeys(each)) for each in names)
            if len(given) == len(first) == 1 and _is_solid(self._styles.get(given[0])):
                differs = self._styles.get(given[0]) != self._own.get(first[0])
                self.inks[ink] = (given[0], differs)

    def _same(self, node: Json, own: Json) -> None:
        if any(node.get(key) != own.get(key) for key in _ALIKE):
            raise Differs
        if any(self._of(node, key) != self._from(own, key) for key in _SHARED):
            raise Differs
        if node.get("component", {}).get("id") != own.get("component", {}).get("id") and (
            "component" in own
        ):
            raise Differs
        self._size(node, own)
        self._text(node, own)
        self._shapes(node, own)
        self._children(node, own)

    def _of(self, node: Json, key: str) -> Any:
        return self._styles.get(node.get(key) or "")

    def _from(self, own: Json, key: str) -> Any:
        return self._own.get(own.get(key) or "")

    def _size(self, node: Json, own: Json) -> None:
        for axis, side in (("horizontal", "width"), ("vertical", "height")):
            fixed = own["sizing"][axis] == "fixed"
            if fixed and abs(node["box"][side] - own["box"][side]) > 0.5:
                raise Differs

    def _text(self, node: Json, own: Json) -> None:
        if own["type"] != "text":
            return
        if node.get("runs") or own.get("runs"):
            raise Differs
        prop = self._defined.get((own.get("bindings") or {}).get("text"))
        if prop is None:
            if node["text"] != own["text"]:
                raise Differs
        elif node["text"] != prop["default"]:
            self.props[prop["identifier"]] = node["text"]

    def _shapes(self, node: Json, own: Json) -> None:
        if self._drawn(node, self._styles) != self._drawn(own, self._own):
            raise Differs

    def _drawn(self, node: Json, styles: Json) -> list[Any]:
        return [
            {
                **{key: value for key, value in shape.items() if key not in ("id", "name")},
                "paths": [self._resolved(path, styles) for path in shape["paths"]],
            }
            for shape in node.get("shapes") or ()
        ]

    def _resolved(self, path: Json, styles: Json) -> Json:
        """The path with its paints, without those that classes say from outside."""
        paints = {
            key: None if key in self.inks else styles.get(path[key]) for key in _INKS if key in path
        }
        return {**path, **paints}

    def _children(self, node: Json, own: Json) -> None:
        shown = {str(child["id"]): child for child in node.get("children") or ()}
        for child in own.get("children") or ():
            identity = self._prefix + str(child["id"]).removeprefix("I")
            found = shown.pop(identity, None)
            self._visible(child, found is not None)
            if found is not None:
                if any(found.get(key) != child.get(key) for key in _PLACED):
                    raise Differs
                self._same(found, child)
        if shown:
            raise Differs

    def _visible(self, own: Json, is_shown: bool) -> None:
        prop = self._defined.get((own.get("bindings") or {}).get("visible"))
        if prop is None:
            if is_shown == bool(own.get("hidden")):
                raise Differs
        elif is_shown != bool(prop["default"]):
            self.props[prop["identifier"]] = Expression(str(is_shown).lower())


def _names(drawing: Json, ink: str) -> list[str]:
    shapes = drawing.get("shapes") or ()
    return [str(path[ink]) for shape in shapes for path in shape["paths"] if ink in path]


def _is_solid(style: Json | None) -> bool:
    paints: Sequence[Json] = (style or {}).get("paints") or ()
    return len(paints) == 1 and paints[0]["type"] == "solid"
