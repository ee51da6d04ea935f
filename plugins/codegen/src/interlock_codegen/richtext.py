"""The inside of a text: plain characters, and spans where the style changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import groupby
from typing import Any

from interlock_codegen import tailwind
from interlock_codegen.css import typeset
from interlock_codegen.element import Element, Style, Text
from interlock_codegen.job import Job
from interlock_codegen.runs import joined
from interlock_codegen.textlists import Line, listed

Json = Mapping[str, Any]

_PLAIN = {
    "font-style": "not-italic",
    "text-transform": "normal-case",
    "letter-spacing": "tracking-normal",
}
"""What undoes a style of the text for a run without it."""


def content(node: Json, prop: str | None, job: Job, links: bool) -> list[Element | Text]:
    """Children of the text's element; ``links`` says whether a link may stand here."""
    if prop:
        return [Text(node["text"], prop)]
    runs = node.get("runs") or ()
    pieces = joined([_run(run, node, job, links) for run in runs]) or [Text(node["text"])]
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
    """A paragraph for each line, and lists for lines that follow each other."""
    pieces = _pieces_by_line(node, job, links)
    told = _list_lines(node) or [{"kind": "none", "indent": 0}] * len(pieces)
    box = node.get("text_box") or {}
    gap, indent = box.get("paragraph_gap", 0), box.get("indent", 0)
    lines = [
        Line(each["kind"], int(each["indent"]), written or [Element("br")], gap)
        for each, written in zip(told, pieces, strict=True)
    ]
    lines[-1] = replace(lines[-1], gap=0)
    made: list[Element | Text] = []
    for is_listed, group in groupby(lines, key=lambda line: line.tag != ""):
        together = list(group)
        made += listed(together) if is_listed else [_paragraph(line, indent) for line in together]
    return made


def _paragraph(line: Line, indent: float) -> Element:
    style = line.spacing
    if indent:
        style["text-indent"] = tailwind.length("indent", indent)
    return Element("p", style=style, children=line.pieces)


def _pieces_by_line(node: Json, job: Job, links: bool) -> list[list[Element | Text]]:
    """The runs of each line."""
    lines: list[list[Element | Text]] = [[]]
    for run in node.get("runs") or ({"text": node["text"]},):
        for number, part in enumerate(str(run["text"]).split("\n")):
            if number:
                lines.append([])
            if part:
                lines[-1].append(_run({**run, "text": part}, node, job, links))
    return [joined(line) for line in lines]


def is_address(href: str) -> bool:
    """Whether a hyperlink leads to a page and runs nothing."""
    return href.startswith(("http://", "https://", "mailto:", "/"))


def _run(run: Json, node: Json, job: Job, links: bool) -> Element | Text:
    if "text_style" not in run and "fill" not in run and "href" not in run:
        return Text(run["text"])
    own = typeset.font(node, job) | typeset.ink(node, job)
    style = typeset.font(run, job) | typeset.ink(run, job)
    if "text_style" in run:
        style = {name: plain for name, plain in _PLAIN.items() if name in own} | style
    differing = {name: value for name, value in style.items() if own.get(name) != value}
    if "font-size" in differing and "line-height" in style:
        differing["line-height"] = _line_height(run, node, style, job)
    element = Element("span", style=differing, children=[Text(run["text"])])
    if links and is_address(str(run.get("href", ""))):
        element.tag = "a"
        element.attributes["href"] = str(run["href"])
    return element


def _line_height(run: Json, node: Json, style: Style, job: Job) -> str:
    """The class of a run of another size: what needs no more than its line has does not grow it.

    The name of a size brings a line height, which only one on the same element replaces; and
    letters of two sizes on one baseline are higher than the line height of either.
    """
    needed, given = (job.style(of, "text_style").get("line_height", 0) for of in (run, node))
    return style["line-height"] if needed > given else "leading-0"
