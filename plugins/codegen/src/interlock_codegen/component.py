"""One Figma component as one typed React component."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from interlock_codegen import semantics
from interlock_codegen.build import Builder
from interlock_codegen.element import Element, Expression
from interlock_codegen.job import Job
from interlock_codegen.jsx import quoted
from interlock_codegen.module import Property, imports, module, used_components
from interlock_codegen.variants.axes import Axis, axes
from interlock_codegen.variants.merge import Member, merge
from interlock_codegen.variants.states import hide_elsewhere, same_structure, say_states
from interlock_codegen.variants.tables import Tables

Json = Mapping[str, Any]

_States = list[tuple[str, Element]]
"""A CSS state and what it looks like, of one resting variant."""
_ON = frozenset(("on", "true", "yes", "checked", "selected", "1"))


def generate(component: Json, job: Job) -> dict[str, Any]:
    """``{name, files, report}`` of an entry of ``figma.extract_components``."""
    found = axes(component)
    made = Component(component, found, job)
    groups = made.groups()
    properties = made.properties()
    name = str(component["identifier"])
    tables = Tables(taken=[name, "className", *(prop.identifier for prop in properties)])
    bodies = [(group, merge(group, found, tables, node_ids=job.node_ids)) for group in groups]
    text = module(
        name, str(component.get("description") or ""), properties, bodies, found, tables, job
    )
    used = used_components(element for _, element in bodies)
    report = {
        **job.report(),
        "uses": used,
        "id": component["id"],
        "source": component["name"],
        "description": component.get("description") or "",
        "props": [prop.described() for prop in properties],
        "variants": len(component["variants"]),
    }
    return {
        "name": name,
        "kind": "component",
        "files": {f"components/{name}.tsx": imports(used, ".") + text},
        "report": report,
    }


class Component:
    """The variants of one component on their way to one element."""

    def __init__(self, component: Json, found: Sequence[Axis], job: Job) -> None:
        self._component = component
        self._axes = found
        self._job = job
        self._states = {state for axis in found for state in axis.states.values()}
        self.root_tag = ""
        self._disabled = self._name_for("disabled", "boolean")
        self._href = self._name_for("href", "text")

    def _name_for(self, name: str, kind: str) -> str:
        """The name of a property of ours; the design's own is used if it is of that kind."""
        given = {prop["identifier"]: prop["type"] for prop in self._component["props"]}
        free = given.get(name, kind) == kind
        return name if free else f"the{name.capitalize()}"

    def groups(self) -> list[list[Member]]:
        """Variants without the states, put together where their structure is the same."""
        members = [self._member(variant) for variant in self._distinct()]
        _drop_own_inks([each for member in members for each in member.element.walk()])
        groups: list[list[Member]] = []
        for member in self._resting(members):
            self._finish(member.element)
            home = next((g for g in groups if same_structure(g[0].element, member.element)), None)
            if home is None:
                groups.append([member])
            else:
                home.append(member)
        for group in groups:
            self._say_checked(group)
        return groups

    def _resting(self, members: Sequence[Member]) -> list[Member]:
        """The variants that are no state, with the states said on them."""
        found = [(each, _States()) for each in members if not self._state_of(each)]
        for member in members:
            state = self._state_of(member)
            if not state:
                continue
            if (states := self._base(member, found)) is not None:
                states.append((state, member.element))
                continue
            name = ", ".join(f"{key}={value}" for key, value in member.values.items())
            self._job.warn(self._component, f"{name} has no resting state; it stands for one")
            found.append((self._at_rest(member), _States()))
        return [
            Member(member.values, say_states(member.element, states, _selector))
            for member, states in found
        ]

    def _distinct(self) -> list[Json]:
        """The variants without those that no property can tell from an earlier one."""
        seen: set[tuple[str, ...]] = set()
        kept = []
        for variant in self._component["variants"]:
            chosen = tuple(variant["values"].get(axis.name, axis.default) for axis in self._axes)
            if chosen in seen:
                self._job.warn(variant, "a conflicting variant that no property can choose")
                continue
            seen.add(chosen)
            kept.append(variant)
        return kept

    def _member(self, variant: Json) -> Member:
        tree = variant["tree"]
        builder = Builder(self._job, tree, self._role(tree))
        return Member(dict(variant["values"]), builder.build(tree))

    def _role(self, tree: Json) -> str:
        """What the root is: by the component's name, else a control if it reacts to the pointer."""
        named = semantics.role({**tree, "name": self._component["name"]}, interactive_above=False)
        reacts = bool(self._states & {"hover", "active"}) or self._switched() is not None
        if semantics.sounds_like_field(str(self._component["name"])):
            return named
        sound = tree["type"] == "frame" and not semantics.has_control(tree)
        return named or ("button" if reacts and sound else "")

    def _switched(self) -> tuple[str, Axis, str] | None:
        """``(role, axis, option)`` of a checkbox, radio button or switch: the option is on."""
        role = semantics.switch(str(self._component["name"]))
        for axis in self._axes:
            on = [option for option in axis.options if option.strip().lower() in _ON]
            if role and len(axis.options) == 2 and len(on) == 1:
                return role, axis, on[0]
        return None

    def _state_of(self, member: Member) -> str:
        return next(
            (
                axis.states[member.values[axis.name]]
                for axis in self._axes
                if member.values.get(axis.name) in axis.states
            ),
            "",
        )

    def _base(self, member: Member, found: Sequence[tuple[Member, _States]]) -> _States | None:
        """The states of the resting variant that a state is one of; None if there is none."""
        fit = [(each, states) for each, states in found if self._is_base(each, member)]
        resting = [states for each, states in fit if self._is_resting(each)]
        return next(iter((*resting, *(states for _, states in fit))), None)

    def _at_rest(self, member: Member) -> Member:
        """A state for want of a resting variant."""
        defaults = {axis.name: axis.default for axis in self._axes if axis.states}
        return Member({**member.values, **defaults}, member.element)

    def _is_resting(self, member: Member) -> bool:
        stateful = [axis for axis in self._axes if axis.states]
        return all(member.values.get(axis.name) == axis.default for axis in stateful)

    def _is_base(self, base: Member, member: Member) -> bool:
        plain = [axis.name for axis in self._axes if not axis.states]
        return all(base.values.get(name) == member.values.get(name) for name in plain)

    def _finish(self, element: Element) -> None:
        self.root_tag = element.tag
        hide_elsewhere(element, sorted(_selector(state, element) for state in self._states))
        if any("|" in key for below in element.walk() for key in below.style):
            element.style = {"group": "group", **element.style}
        if "disabled" in self._states:
            for below in element.walk():
                if below.tag in ("button", "input"):
                    below.attributes["disabled"] = Expression(self._disabled)
                    break
            else:
                element.attributes |= _not_available(element.tag, self._disabled)
        if element.tag == "a":
            element.attributes["href"] = Expression(self._href)

    def _say_checked(self, group: Sequence[Member]) -> None:
        """The role of a switch, and whether it is on, told to assistive tools."""
        switched = self._switched()
        if switched is None or group[0].element.tag != "button":
            return
        role, axis, option = switched
        values = {member.values.get(axis.name, axis.default) for member in group}
        is_on = f"{axis.identifier} === {quoted(option)}"
        if len(values) == 1:
            is_on = "true" if option in values else "false"
        for member in group:
            member.element.attributes |= {"role": role, "aria-checked": Expression(is_on)}
            if "aria-label" in member.element.attributes:
                name = semantics.words(str(self._component["name"]))
                member.element.attributes["aria-label"] = name

    def properties(self) -> list[Property]:
        """The properties of the interface, in Figma's order."""
        by_name = {axis.name: axis for axis in self._axes}
        result = []
        for prop in self._component["props"]:
            axis = by_name.get(prop["name"]) if prop["type"] == "variant" else None
            if axis is not None and not axis.is_choice:
                continue
            result.append(Property.of(prop, axis))
        given = {prop.identifier for prop in result}
        if "disabled" in self._states and self._disabled not in given:
            result.append(Property(self._disabled, "boolean", "false", "Not available now."))
        if self.root_tag == "a" and self._href not in given:
            result.append(Property(self._href, "string", '"/"', "Where the link leads."))
        return result


def _drop_own_inks(elements: Sequence[Element]) -> None:
    """Say no icon's own colour where no state or variant has another one."""
    for ink in ("fill", "stroke"):
        if not any(f"other {ink}" in element.style for element in elements):
            for element in elements:
                element.style.pop(f"own {ink}", None)


def _not_available(tag: str, prop: str) -> dict[str, str | bool]:
    """What says that an element without the HTML attribute is disabled; only a link has a role."""
    if tag == "a":
        return {"aria-disabled": Expression(prop)}
    return {"data-disabled": Expression(f"{prop} || undefined")}


def _selector(state: str, root: Element) -> str:
    """Tailwind's variant for a state of the root, or of the control that it holds."""
    if root.tag in ("button", "input"):
        return state
    holds = root.tag != "a" and any(each.tag in ("button", "input") for each in root.walk())
    if state == "disabled" and not holds:
        return "aria-disabled" if root.tag == "a" else "data-disabled"
    return f"has-{state}" if holds and state in ("disabled", "focus-visible") else state
