"""Content cut to the sizes that Notion takes.

Source: https://developers.notion.com/reference/request-limits
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from interlock_notion.rich_text import Span, plain, to_rich_text

Block = dict[str, Any]

TEXT = 2000
TEXTS = 100
FORMULA = 1000
CHILDREN = 100
# "Two levels of nesting": the types of the official client take children's children, other readers
# count the top as the first. One level of children is right for both.
LEVELS = 1
# Columns come with their content or not at all.
LEVELS_OF_COLUMNS = 2
BLOCKS = 1000
# 500 kB a request; some room for what stands around the children.
BYTES = 450_000


def rich_text(text: str) -> list[dict[str, Any]]:
    """Text without formatting as a request carries it."""
    return cut_text(to_rich_text([Span(text)]))


def cut_text(items: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The same rich text with no item longer than 2,000 characters.

    Characters count as in JavaScript: those beyond the basic plane count twice.
    """
    return [piece for item in items for piece in _cut_item(item)]


def _cut_item(item: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    formula = (item.get("equation") or {}).get("expression")
    if isinstance(formula, str) and len(formula) > FORMULA:
        look = {**(item.get("annotations") or {}), "code": True}
        item = {"type": "text", "text": {"content": formula}, "annotations": look}
    text = item.get("text")
    if not isinstance(text, dict) or not isinstance(text.get("content"), str):
        yield dict(item)
        return
    for piece in _pieces(text["content"]):
        yield {**item, "text": {**_short_link(text), "content": piece}}


def _short_link(text: Mapping[str, Any]) -> Mapping[str, Any]:
    """Text whose link is longer than 2,000 characters stays without it."""
    link = text.get("link")
    too_long = isinstance(link, dict) and len(str(link.get("url"))) > TEXT
    return {name: value for name, value in text.items() if not (too_long and name == "link")}


def _unmarked(items: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Where nothing may follow in a further block, marks go before text does."""
    texts = cut_text(items)
    if len(texts) <= TEXTS:
        return texts
    return rich_text(plain(texts))


def _pieces(content: str) -> Iterator[str]:
    start = size = 0
    for index, character in enumerate(content):
        width = 2 if ord(character) > 0xFFFF else 1
        if size + width > TEXT:
            yield content[start:index]
            start, size = index, 0
        size += width
    yield content[start:]


def fit(blocks: Sequence[Block]) -> list[Block]:
    """The same content in blocks that keep the limits on texts.

    A block with more than 100 texts goes on in further blocks of its type (a heading in
    paragraphs); its children stand under the last one, so that reading order is kept.
    """
    return [fitted for block in blocks for fitted in _fit_block(block)]


def _fit_block(block: Block) -> list[Block]:
    kind = str(block.get("type") or next((name for name in block if name != "object"), ""))
    payload = dict(block.get(kind) or {})
    if (text := _too_long(payload)) is not None:
        return fit([_as_text(kind, text)])
    if children := payload.get("children"):
        payload["children"] = fit(children)
    if "cells" in payload:
        payload["cells"] = [_unmarked(cell) for cell in payload["cells"]]
    if "caption" in payload:
        payload["caption"] = _unmarked(payload["caption"])
    texts = cut_text(payload.get("rich_text") or ())
    if len(texts) <= TEXTS:
        if "rich_text" in payload:
            payload["rich_text"] = texts
        return [{**block, "type": kind, kind: payload}]
    return _spread(kind, payload, texts)


def _too_long(payload: Mapping[str, Any]) -> str | None:
    """A formula or address that Notion does not take for its length; None if there is none."""
    if len(str(payload.get("expression") or "")) > FORMULA:
        return str(payload["expression"])
    external = payload.get("external")
    url = external.get("url") if isinstance(external, dict) else payload.get("url")
    return str(url) if len(str(url or "")) > TEXT else None


def _as_text(kind: str, text: str) -> Block:
    words = [{"type": "text", "text": {"content": text}}]
    if kind == "equation":
        return {"type": "code", "code": {"rich_text": words, "language": "latex"}}
    return {"type": "paragraph", "paragraph": {"rich_text": words}}


def _spread(kind: str, payload: dict[str, Any], texts: list[dict[str, Any]]) -> list[Block]:
    children = payload.pop("children", None)
    more = "paragraph" if kind.startswith("heading_") else kind
    chunks = [texts[start : start + TEXTS] for start in range(0, len(texts), TEXTS)]
    payloads = [{**payload, "rich_text": chunk} for chunk in chunks]
    if more == "paragraph":
        payloads[1:] = [{"rich_text": chunk} for chunk in chunks[1:]]
    if children:
        payloads[-1]["children"] = children
    kinds = [kind, *([more] * (len(chunks) - 1))]
    return [{"type": name, name: one} for name, one in zip(kinds, payloads, strict=True)]


@dataclass(frozen=True)
class Portion:
    """A block as one request carries it, and the children that later requests add below it."""

    block: Block
    later: list[Block]
    blocks: int
    size: int


def batches(blocks: Sequence[Block]) -> Iterator[list[Portion]]:
    """Portions for one request each: at most 100 blocks at the top, 1,000 in all, and 450 kB."""
    batch: list[Portion] = []
    count = size = 0
    for portion in map(portion_of, blocks):
        full = count + portion.blocks > BLOCKS or size + portion.size > BYTES
        if batch and (len(batch) == CHILDREN or full):
            yield batch
            batch, count, size = [], 0, 0
        batch.append(portion)
        count += portion.blocks
        size += portion.size
    if batch:
        yield batch


def portion_of(block: Block) -> Portion:
    """The block with its children where that fits a request, without them otherwise.

    A table must come with rows, so its first hundred go with it.
    """
    count, size = _count(block), len(orjson.dumps(block))
    levels = LEVELS_OF_COLUMNS if block["type"] == "column_list" else LEVELS
    if _fits(block, levels) and count <= BLOCKS and size <= BYTES:
        return Portion(block, [], count, size)
    kind = block["type"]
    payload = {name: value for name, value in block[kind].items() if name != "children"}
    later = list(block[kind]["children"])
    if kind == "table":
        payload["children"], later = later[:CHILDREN], later[CHILDREN:]
    alone = {**block, kind: payload}
    return Portion(alone, later, _count(alone), len(orjson.dumps(alone)))


def _children(block: Block) -> list[Block]:
    return (block.get(block["type"]) or {}).get("children") or []


def _fits(block: Block, levels: int) -> bool:
    children = _children(block)
    if not children:
        return True
    return levels > 0 and len(children) <= CHILDREN and all(_fits(c, levels - 1) for c in children)


def _count(block: Block) -> int:
    return 1 + sum(_count(child) for child in _children(block))
