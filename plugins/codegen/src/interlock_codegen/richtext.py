"""The inside of a text: plain characters, and spans where the style changes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from interlock_codegen.css import typeset
from interlock_codegen.element import Element, Text
from interlock_codegen.job import Job

Json = Mapping[str, Any]


def content(node: Json, prop: str | None, job: Job) -> list[Element | Text]:
    """Children of the text's element."""
    if prop:
        return [Text(node["text"], prop)]
    runs = node.get("runs") or ()
    pieces = [_run(run, node, job) for run in runs] or [Text(node["text"])]
    # CSS drops a line break at the very end; in Figma it opens an empty line.
    return [*pieces, Element("br")] if node["text"].endswith("\n") else pieces


def _run(run: Json, node: Json, job: Job) -> Element | Text:
    if "text_style" not in run and "fill" not in run and "href" not in run:
        return Text(run["text"])
    own = typeset.font(node, job) | typeset.ink(node, job)
    style = typeset.font(run, job) | typeset.ink(run, job)
    differing = {name: value for name, value in style.items() if own.get(name) != value}
    element = Element("span", style=differing, children=[Text(run["text"])])
    if "href" in run and str(run["href"]).startswith(("http://", "https://", "mailto:", "/")):
        element.tag = "a"
        element.attributes["href"] = str(run["href"])
    return element
