"""Components and component sets with what varies in them: props, variants, trees."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from interlock_figma import naming
from interlock_figma.tree import Document, Simplifier
from interlock_figma.tree.bindings import variant_values
from interlock_figma.tree.document import children

Json = Mapping[str, Any]

_TYPES = {
    "VARIANT": "variant",
    "BOOLEAN": "boolean",
    "TEXT": "text",
    "INSTANCE_SWAP": "instance_swap",
    "SLOT": "instance_swap",
}


def extract(document: Document) -> dict[str, Any]:
    """``{components, count, warnings}``.

    Every component carries the styles it uses, and the ids of the components in it (``uses``).
    """
    drawn = [(node, page, _members(node)) for node, page in _definitions(document)]
    found = [(node, page) for node, page, members in drawn if members]
    names = naming.unique(naming.component(str(node.get("name") or "")) for node, _ in found)
    warnings = [_empty(node) for node, _, members in drawn if not members]
    owners = {str(m.get("id")): str(node.get("id")) for node, _ in found for m in _members(node)}
    components = []
    for (node, page), identifier in zip(found, names, strict=True):
        simplifier = Simplifier(document)
        components.append(
            {
                "id": str(node.get("id")),
                "name": str(node.get("name") or ""),
                "identifier": identifier,
                "page": page,
                "description": _description(node, document),
                "props": properties(node, document),
                "variants": [_variant(member, simplifier) for member in _members(node)],
                "uses": _uses(node, owners),
                "styles": simplifier.shared.values,
            }
        )
        warnings.extend(simplifier.warnings)
    return {"components": components, "count": len(components), "warnings": warnings}


def _uses(node: Json, owners: Mapping[str, str]) -> list[str]:
    """The ids of the other components of the document that instances below a node show."""
    found: dict[str, None] = {}
    stack = list(reversed(children(node)))
    while stack:
        below = stack.pop()
        owner = owners.get(str(below.get("componentId") or ""))
        if below.get("type") == "INSTANCE" and owner and owner != node.get("id"):
            found[owner] = None
        stack.extend(reversed(children(below)))
    return list(found)


def _empty(node: Json) -> dict[str, str]:
    name, identity = str(node.get("name") or ""), str(node.get("id") or "")
    return {"node": identity, "name": name, "message": "a component set without variants; left out"}


def _definitions(document: Document) -> Iterator[tuple[Json, str]]:
    """Sets, and components outside of sets, in document order, each with its page's name."""
    for page in document.pages:
        stack = list(reversed(children(page)))
        while stack:
            node = stack.pop()
            if node.get("type") in ("COMPONENT", "COMPONENT_SET"):
                yield node, str(page.get("name") or "")
            else:
                stack.extend(reversed(children(node)))


def _members(node: Json) -> list[Json]:
    if node.get("type") == "COMPONENT":
        return [node]
    return [child for child in children(node) if child.get("type") == "COMPONENT"]


def _description(node: Json, document: Document) -> str:
    table = document.component_sets if node.get("type") == "COMPONENT_SET" else document.components
    return str((table.get(str(node.get("id"))) or {}).get("description") or "")


def _variant(member: Json, simplifier: Simplifier) -> dict[str, Any]:
    name = str(member.get("name") or "")
    return {
        "id": str(member.get("id")),
        "name": name,
        "values": variant_values(name),
        "tree": simplifier.tree(member, as_component=True),
    }


def properties(node: Json, document: Document) -> list[dict[str, Any]]:
    """``{key, name, identifier, type, default, options?}`` of each property, in Figma's order.

    Captures from before component properties only have the variants' names.
    """
    given = node.get("componentPropertyDefinitions")
    defined = given if isinstance(given, Mapping) else {}
    if not any(entry.get("type") == "VARIANT" for entry in defined.values()):
        defined = {**defined, **_from_names(node)}
    keys = [key for key, entry in defined.items() if entry.get("type") in _TYPES]
    labels = [key.partition("#")[0].strip() for key in keys]
    identifiers = naming.unique(naming.camel(label) for label in labels)
    return [
        _property(key, label, identifier, defined[key], document)
        for key, label, identifier in zip(keys, labels, identifiers, strict=True)
    ]


def _property(
    key: str, label: str, identifier: str, entry: Json, document: Document
) -> dict[str, Any]:
    kind = _TYPES[entry["type"]]
    default = entry.get("defaultValue")
    result: dict[str, Any] = {
        "key": key,
        "name": label,
        "identifier": identifier,
        "type": kind,
        "default": default,
    }
    if kind == "variant":
        result["options"] = [str(option) for option in entry.get("variantOptions") or ()]
    if kind == "instance_swap" and isinstance(default, str):
        known = document.components.get(default) or {}
        result["default_name"] = str(known.get("name") or "")
    return result


def _from_names(node: Json) -> dict[str, dict[str, Any]]:
    if node.get("type") != "COMPONENT_SET":
        return {}
    options: dict[str, list[str]] = {}
    for member in _members(node):
        for key, value in variant_values(str(member.get("name") or "")).items():
            if value not in options.setdefault(key, []):
                options[key].append(value)
    return {
        key: {"type": "VARIANT", "defaultValue": values[0], "variantOptions": values}
        for key, values in options.items()
    }
