"""Markdown for people: one page for each part, one for all."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

Json = Mapping[str, Any]

_PLAIN = re.compile(r'"[^"\\&{}]*"')


def page(part: Json) -> str:
    """What a part is, its properties as a table, what to look at."""
    report = part.get("report") or {}
    lines = [f"# {part['name']}", ""]
    if report.get("source"):
        lines += [f"Figma layer: {_cell(report['source'])} (`{report.get('id', '')}`)", ""]
    if report.get("description"):
        lines += [" ".join(str(report["description"]).split()), ""]
    lines += [
        "```tsx",
        f'import {{ {part["name"]} }} from "..";',
        "",
        _example(str(part["name"]), report.get("props") or ()),
        "```",
        "",
    ]
    lines += _properties(report.get("props") or ())
    lines += _notes(report.get("warnings") or ())
    return "\n".join(lines)


def _example(name: str, props: Sequence[Json]) -> str:
    """The component with its choices made and its texts given."""
    given = []
    for prop in props:
        options = prop["type"].split(" | ")
        if len(options) > 1 and options[-1].startswith('"'):
            given.append((prop["name"], options[-1]))
        elif prop["type"] == "string" and prop["default"]:
            given.append((prop["name"], prop["default"]))
    attributes = "".join(
        f" {key}={value}" if _PLAIN.fullmatch(value) else f" {key}={{{value}}}"
        for key, value in given
    )
    return f"<{name}{attributes} />"


def _properties(props: Sequence[Json]) -> list[str]:
    rows = ["| prop | type | default | |", "|---|---|---|---|"]
    for prop in props:
        default = f"`{_cell(prop['default'])}`" if prop["default"] else ""
        rows.append(
            f"| `{prop['name']}` | `{_cell(prop['type'])}` | {default} |"
            f" {_cell(prop['description'])} |"
        )
    rows.append('| `className` | `string` | `""` | Further classes for the outermost element |')
    return [*rows, ""]


def _notes(warnings: Sequence[Json]) -> list[str]:
    if not warnings:
        return []
    notes = dict.fromkeys(f"- {_cell(w['name'])}: {_cell(w['message'])}" for w in warnings)
    return ["## To check", "", *notes, ""]


def _cell(value: Any) -> str:
    return " ".join(str(value).split()).replace("|", "\\|")


def overview(name: str, parts: Sequence[Json]) -> str:
    """How to use the package, and what is in it."""
    lines = [
        f"# {_cell(name)}",
        "",
        "React components with Tailwind 4 classes, made from a Figma design. Import `theme.css`",
        "once; `tokens.json` holds the same tokens in the W3C format. `npm install` and then",
        "`npm run check` checks the types.",
        "",
        "| name | kind | props | documentation |",
        "|---|---|---|---|",
    ]
    for part in parts:
        props = len((part.get("report") or {}).get("props") or ())
        kind = part.get("kind") or "component"
        lines.append(f"| {part['name']} | {kind} | {props} | [docs](docs/{part['name']}.md) |")
    lines += _to_supply("Fonts to load", (f"- {font}" for font in sorted(_told(parts, "fonts"))))
    images = {asset["ref"]: asset["node"] for asset in _told(parts, "assets")}
    lines += _to_supply(
        "Images to put in `/assets`",
        (f"- `{ref or 'missing'}.png` (layer `{node}`)" for ref, node in sorted(images.items())),
    )
    return "\n".join(lines) + "\n"


def _told(parts: Sequence[Json], what: str) -> list[Any]:
    found = [each for part in parts for each in (part.get("report") or {}).get(what) or ()]
    return list({str(each): each for each in found}.values())


def _to_supply(title: str, entries: Iterable[str]) -> list[str]:
    """A section of what the package does not bring; nothing if it brings all."""
    listed = list(entries)
    return ["", f"## {title}", "", *listed] if listed else []
