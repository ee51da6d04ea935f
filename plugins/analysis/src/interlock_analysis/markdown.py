"""A knowledge base as Markdown; every statement ends with its citations."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

Said = Mapping[str, Any]

_MOST_CATEGORIES = 5
_MOST_LINKS = 5
_MARKUP = re.compile(r"([\\`*_\[\]<>#|])")


def to_markdown(base: Said) -> str:
    """Headings for overview, topics, decisions, practices, tasks, questions and pages.

    Empty parts are left out, and no statement stands twice.
    """
    lines = [f"# {_plain(base['title'])}", ""]
    if base["goal"]:
        lines += [f"Goal: {_plain(base['goal'])}", ""]
    lines += _section("## Overview", _items(base["overview"]))
    for topic in base["topics"]:
        lines += _section(f"## {_plain(topic['name'])}", _items(topic["statements"]))
    lines += _section("## On many pages", _items(base["common"]))
    lines += _section("## Decisions", _items(base["decisions"]))
    lines += _section("## Best practices", _items(base["best_practices"]))
    lines += _section("## Action items", [_task(task) for task in base["action_items"]])
    lines += _section("## Open questions", _items(base["questions"]))
    lines += _section("## Pages", _pages(base["pages"]))
    return "\n".join(lines).rstrip("\n") + "\n"


def cited(statement: Said) -> str:
    """``text [page title](page id/block id)``, with a link for each citation."""
    citations = statement["citations"]
    links = " ".join(_link(citation) for citation in citations[:_MOST_LINKS])
    more = len(citations) - _MOST_LINKS
    return f"{_plain(statement['text'])} {links}" + (f" (and {more} more)" if more > 0 else "")


def _link(citation: Mapping[str, str]) -> str:
    """A link to the block, where the page can be reached; the ids stand in it in any case."""
    title = _plain(citation["page_title"].strip() or "Untitled")
    ids = f"{citation['page_id']}/{citation['block_id']}"
    url = citation.get("url")
    return f'[{title}]({url} "{ids}")' if url else f"[{title}]({ids})"


def _section(heading: str, items: list[str]) -> list[str]:
    return [heading, "", *items, ""] if items else []


def _items(statements: Iterable[Said]) -> list[str]:
    return [f"- {cited(statement)}" for statement in statements]


def _task(task: Said) -> str:
    mark = "x" if task.get("done") else " "
    return f"- [{mark}] {cited(task)}"


def _pages(pages: Iterable[Said]) -> list[str]:
    rows = [_page(page) for page in pages]
    return ["| Page | About |", "| --- | --- |", *rows] if rows else []


def _page(page: Said) -> str:
    title = _plain(page["title"].strip() or "Untitled")
    name = f"[{title}](<{page['url']}>)" if page["url"] else title
    about = ", ".join(_plain(category) for category in page["categories"][:_MOST_CATEGORIES])
    return f"| {name} | {about if page['summary'] else 'nothing that could be quoted'} |"


def _plain(text: str) -> str:
    """Text on one line that is not read as markup."""
    return _MARKUP.sub(r"\\\1", " ".join(str(text).split()))
