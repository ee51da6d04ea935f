"""The inside of a text: plain characters, and spans where the style changes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from interlock_codegen.css import typeset
from interlock_codegen.element import Element, Text
from interlock_codegen.job import Job

Json = Mapping[str, Any]


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
