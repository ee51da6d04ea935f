"""Markdown lines of blocks that are neither lists, quotes, tables nor boxes."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from interlock_notion.blocks import Block
from interlock_notion.ids import link_to
from interlock_notion.markdown.inline import Frame, address, inline
from interlock_notion.rich_text import Span, payload_of, plain, rich_text_of, spans_of, texts_of

_CELL = Frame("| ", after=" |\n| --- |", one_line=True, cell=True)
_IN_ALT = re.compile(r"([\\\[\]*_`<&$!])")


def lines_of(block: Block, page_id: str) -> list[str]:
    """The block's own lines; a comment that names its type if it has no words."""
    lines = _WRITERS.get(str(block.get("type")), _words)(block, page_id)
    return [line for part in lines for line in part.split("\n")]


def comment(block: Block) -> str:
    """``<!-- notion: breadcrumb -->``."""
    subtype = payload_of(block).get("block_type")
    about = f" ({subtype})" if isinstance(subtype, str) else ""
    return f"<!-- notion: {block.get('type') or 'no type'}{about} -->"


def row(block: Block, width: int) -> str:
    """One line of a table, filled up to ``width`` cells."""
    cells = [inline(spans_of(cell), _CELL) for cell in payload_of(block).get("cells") or ()]
    cells += [""] * (width - len(cells))
    return f"| {' | '.join(cells)} |"


def with_icon(icon: Any, spans: list[Span]) -> list[Span]:
    """The spans behind an emoji, where the icon is one."""
    return [Span(f"{icon} "), *spans] if isinstance(icon, str) and icon else spans


def _words(block: Block, page_id: str) -> list[str]:
    """Paragraphs, and every type that is not known: whatever text it holds."""
    words = [text for text in (inline(spans_of(text)) for text in texts_of(block)) if text]
    if not words and block.get("type") != "paragraph":
        return [comment(block)]
    return words


def _code(block: Block, page_id: str) -> list[str]:
    payload = payload_of(block)
    text = plain(rich_text_of(block))
    longest = max((len(run) for run in re.findall(r"`{3,}", text)), default=2)
    fence = "`" * (longest + 1)
    language = str(payload.get("language") or "").replace("plain text", "").strip()
    caption = inline(spans_of(payload.get("caption")))
    return [f"{fence}{language}", text, fence, *(["", caption] if caption else [])]


def _equation(block: Block, page_id: str) -> list[str]:
    return ["$$", str(payload_of(block).get("expression") or ""), "$$"]


def _divider(block: Block, page_id: str) -> list[str]:
    return ["---"]


def _image(block: Block, page_id: str) -> list[str]:
    words = " ".join(plain(payload_of(block).get("caption")).split())
    # A bracket could end the text, however it reads on its own.
    alt = _IN_ALT.sub(r"\\\1", words) if set("[]") & set(words) else inline([Span(words)])
    return [f"![{alt}]({address(_address_of(block, page_id))})"]


def _media(block: Block, page_id: str) -> list[str]:
    """A link, named by the file or the caption; the caption follows a name."""
    payload = payload_of(block)
    target = _address_of(block, page_id)
    name = str(payload.get("name") or "")
    caption = spans_of(payload.get("caption"))
    label = name or plain(payload.get("caption")) or target
    behind = [Span(" "), *caption] if name else []
    return [inline([Span(" ".join(label.split()), href=target), *behind])]


def _address_of(block: Block, page_id: str) -> str:
    payload = payload_of(block)
    external = payload.get("external")
    url = external.get("url") if isinstance(external, dict) else payload.get("url")
    return str(
        url or link_to(page_id or str(block.get("id")), str(block.get("id")) if page_id else "")
    )


def _page(block: Block, page_id: str) -> list[str]:
    title = str(payload_of(block).get("title") or "") or "Untitled"
    return [inline([Span(title, href=link_to(str(block.get("id"))))])]


def _link_to_page(block: Block, page_id: str) -> list[str]:
    payload = payload_of(block)
    link = link_to(str(payload.get(str(payload.get("type")), "")))
    return [inline([Span(link, href=link)])]


_WRITERS: dict[str, Callable[[Block, str], list[str]]] = {
    "code": _code,
    "equation": _equation,
    "divider": _divider,
    "image": _image,
    "bookmark": _media,
    "embed": _media,
    "link_preview": _media,
    "video": _media,
    "audio": _media,
    "file": _media,
    "pdf": _media,
    "child_page": _page,
    "child_database": _page,
    "link_to_page": _link_to_page,
}
