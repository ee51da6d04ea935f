"""The inside of a text: plain characters, and spans where the style changes."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby
from typing import Any

from interlock_codegen import tailwind
from interlock_codegen.css import typeset
from interlock_codegen.element import Element, Style, Text
from interlock_codegen.job import Job

Json = Mapping[str, Any]

_MARKS: dict[str, Style] = {
    "ul": {"list-style-type": "list-disc"},
    "ol": {"list-style-type": "list-decimal"},
}


def content(node: Json, prop: str | None, job: Job, links: bool) -> list[Element | Text]:
    """Children of the text's element; ``links`` says whether a link may stand here."""
    if prop:
        return [Text(node["text"], prop)]
    runs = node.get("runs") or ()
    pieces = [_run(run, node, job, links) for run in runs] or [Text(node["text"])]
    # CSS drops a line break at the very end; in Figma it opens an empty line.
    return [*pieces, Element("br")] if node["text"].endswith("\n") else pieces


def list_kind(node: Json) -> str:
    """``ul`` or ``ol`` for a text that is one flat list of plain lines; else empty."""
    lines = node.get("lists") or ()
    kinds = {(line["kind"], line["indent"]) for line in lines}
    if len(kinds) != 1 or node.get("runs") or len(lines) != len(_lines(node)):
        return ""
    return {"unordered": "ul", "ordered": "ol"}.get(next(iter(kinds))[0], "")


def list_items(node: Json) -> list[Element | Text]:
    """An item for each line."""
    return [Element("li", children=[Text(line)]) for line in _lines(node)]


def _lines(node: Json) -> list[str]:
    return str(node["text"]).split("\n")


def has_blocks(node: Json) -> bool:
    """Whether the lines of a text are paragraphs apart from each other, or lists among others."""
    box = node.get("text_box") or {}
    apart = "paragraph_gap" in box or "indent" in box
    return (
        len(_lines(node)) > 1
        and box.get("resize") != "truncate"
        and bool(apart or _list_lines(node))
    )


def _list_lines(node: Json) -> list[Json]:
    lines = node.get("lists") or ()
    return list(lines) if len(lines) == len(_lines(node)) else []


def blocks(node: Json, job: Job, links: bool) -> list[Element | Text]:
    """A paragraph for each line, and a list for lines of one kind that follow each other."""
    pieces = _pieces_by_line(node, job, links)
    told = _list_lines(node) or [{"kind": "none", "indent": 0}] * len(pieces)
    box = node.get("text_box") or {}
    gap, indent = box.get("paragraph_gap", 0), box.get("indent", 0)
    made: list[Element | Text] = []
    for kind, group in groupby(range(len(pieces)), key=lambda place: told[place]["kind"]):
        lines = [
            _line(kind, told[place], pieces[place], gap if place < len(pieces) - 1 else 0, indent)
            for place in group
        ]
        tag = {"unordered": "ul", "ordered": "ol"}.get(kind)
        made.extend([Element(tag, children=[*lines], style=_MARKS[tag])] if tag else lines)
    return made


def _line(
    kind: str, told: Json, pieces: list[Element | Text], gap: float, indent: float
) -> Element:
    style: Style = {}
    if gap:
        style["margin-bottom"] = tailwind.length("mb", gap)
    if kind == "none":
        if indent:
            style["text-indent"] = tailwind.length("indent", indent)
        return Element("p", style=style, children=pieces or [Element("br")])
    style["margin-inline-start"] = f"ms-[{tailwind.number(max(told['indent'], 1) * 1.5)}em]"
    return Element("li", style=style, children=pieces or [Element("br")])


def _pieces_by_line(node: Json, job: Job, links: bool) -> list[list[Element | Text]]:
    """The runs of each line."""
    lines: list[list[Element | Text]] = [[]]
    for run in node.get("runs") or ({"text": node["text"]},):
        for number, part in enumerate(str(run["text"]).split("\n")):
            if number:
                lines.append([])
            if part:
                lines[-1].append(_run({**run, "text": part}, node, job, links))
    return lines


def is_address(href: str) -> bool:
    """Whether a hyperlink leads to a page and runs nothing."""
    return href.startswith(("http://", "https://", "mailto:", "/"))


def _run(run: Json, node: Json, job: Job, links: bool) -> Element | Text:
    if "text_style" not in run and "fill" not in run and "href" not in run:
        return Text(run["text"])
    own = typeset.font(node, job) | typeset.ink(node, job)
    style = typeset.font(run, job) | typeset.ink(run, job)
    differing = {name: value for name, value in style.items() if own.get(name) != value}
    element = Element("span", style=differing, children=[Text(run["text"])])
    if links and is_address(str(run.get("href", ""))):
        element.tag = "a"
        element.attributes["href"] = str(run["href"])
    return element
