"""A knowledge base as Markdown; every statement ends with its citations."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

Said = Mapping[str, Any]

_MARKUP = re.compile(r"([\\`*_\[\]<>#|])")


def to_markdown(base: Said) -> str:
    """Headings for overview, topics, tasks, questions and pages; empty parts are left out."""
    lines = [f"# {_plain(base['title'])}", ""]
    if base["goal"]:
        lines += [f"Goal: {_plain(base['goal'])}", ""]
    lines += _section("## Overview", _items(base["overview"]))
    for topic in base["topics"]:
        lines += _section(f"## {_plain(topic['name'])}", _items(topic["statements"]))
    lines += _section("## Action items", [_task(task) for task in base["action_items"]])
    lines += _section("## Open questions", _items(base["questions"]))
    lines += _pages(base["pages"])
    return "\n".join(lines).rstrip("\n") + "\n"


def cited(statement: Said) -> str:
    """``text [page title](page id/block id)``, with a link for each citation."""
    links = " ".join(_link(citation) for citation in statement["citations"])
    return f"{_plain(statement['text'])} {links}"


def _link(citation: Mapping[str, str]) -> str:
    title = _plain(citation["page_title"].strip() or "Untitled")
    return f"[{title}]({citation['page_id']}/{citation['block_id']})"


def _section(heading: str, items: list[str]) -> list[str]:
    return [heading, "", *items, ""] if items else []


def _items(statements: Iterable[Said]) -> list[str]:
    return [f"- {cited(statement)}" for statement in statements]


def _task(task: Said) -> str:
    mark = "x" if task.get("done") else " "
    return f"- [{mark}] {cited(task)}"


def _pages(pages: Iterable[Said]) -> list[str]:
    lines = ["## Pages", ""]
    for page in pages:
        title = _plain(page["title"].strip() or "Untitled")
        lines += [f"### {title}", ""]
        if page["url"]:
            lines += [f"<{page['url']}>", ""]
        if page["summary"]:
            lines += [*_items(page["summary"]), ""]
    return lines


def _plain(text: str) -> str:
    """Text on one line that is not read as markup."""
    return _MARKUP.sub(r"\\\1", " ".join(str(text).split()))
