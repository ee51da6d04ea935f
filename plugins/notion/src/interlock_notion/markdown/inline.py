"""Spans as inline Markdown that reads back as the same spans.

Escaping everything that might be markup makes text unreadable, and knowing exactly what must be
escaped means a second parser. So the text is written as plainly as possible, parsed as it will
stand, and written more carefully when it reads as something else.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from interlock_notion.markdown.dialect import TASK, dialect, read_inline
from interlock_notion.rich_text import Span, merged

_NOTHING = re.compile(r"(?!)")
_MARKUP = re.compile(r"[\\`*_\[\]<>~|$&#]|^[-+=]|(?<=^\d)[.)]", re.MULTILINE)
_PUNCTUATION = re.compile(r"[!-/:-@\[-`{-~]")
_EDGES = re.compile(r"(\s*)(.*?)(\s*)", re.DOTALL)
_AT_BREAKS = re.compile(r"[ \t]*\n[ \t]*")

_MARKDOWN = {"bold": ("**", "**"), "italic": ("*", "*"), "strike": ("~~", "~~")}
_HTML = {"bold": ("<b>", "</b>"), "italic": ("<i>", "</i>"), "strike": ("<s>", "</s>")}
_BARE = dict.fromkeys(_MARKDOWN, ("", ""))


@dataclass(frozen=True)
class Frame:
    """How text stands in its block: ``first`` before it, ``rest`` before its further lines."""

    first: str = ""
    rest: str = ""
    after: str = ""
    one_line: bool = False
    cell: bool = False

    def around(self, text: str) -> str:
        return self.first + text.replace("\n", "\n" + self.rest) + self.after


PARAGRAPH = Frame()


def inline(spans: Iterable[Span], frame: Frame = PARAGRAPH) -> str:
    """Inline Markdown, without the frame; marks are given up before any text is."""
    tidy = _tidy(spans)
    if not tidy:
        return ""
    text = ""
    for text in _attempts(tidy, frame):
        if _reads_back(text, tidy, frame):
            return text
    return text


def _attempts(spans: list[Span], frame: Frame) -> Iterator[str]:
    yield _write(spans, frame, _MARKDOWN, _NOTHING)
    yield _write(spans, frame, _MARKDOWN, _MARKUP)
    yield _write(spans, frame, _HTML, _MARKUP)
    yield _write(spans, frame, _HTML, _PUNCTUATION)
    yield _write(merged(map(_unmarked, spans)), frame, _BARE, _PUNCTUATION)


def _tidy(spans: Iterable[Span]) -> list[Span]:
    """Without white space at edges, where Markdown cannot keep it."""
    tidy = merged(piece for span in spans for piece in _pieces(_linked(span)))
    while tidy and not tidy[0].text.strip():
        tidy.pop(0)
    while tidy and not tidy[-1].text.strip():
        tidy.pop()
    if tidy:
        tidy[0] = replace(tidy[0], text=tidy[0].text.lstrip())
        tidy[-1] = replace(tidy[-1], text=tidy[-1].text.rstrip())
    return tidy


def _linked(span: Span) -> Span:
    """Its link as Markdown has it; without one of a kind that Markdown takes for text."""
    href = dialect().normalizeLink(span.href) if span.href else ""
    return replace(span, href=href if dialect().validateLink(href) else "")


def _unmarked(span: Span) -> Span:
    return replace(span, bold=False, italic=False, strike=False)


def _pieces(span: Span) -> Iterator[Span]:
    text = span.text.replace("\r\n", "\n").replace("\r", "\n")
    if span.equation:
        yield Span(" ".join(text.split()), equation=True)
        return
    text = _AT_BREAKS.sub("\n", text)
    if span.code:
        lines = text.split("\n")
        for number, line in enumerate(lines):
            if number:
                yield Span("\n")
            yield replace(span, text=line)
        return
    if not (span.marked or span.href):
        yield replace(span, text=text)
        return
    match = _EDGES.fullmatch(text)
    before, middle, behind = match.groups() if match else ("", text, "")
    yield Span(before)
    yield replace(span, text=middle)
    yield Span(behind)


def _write(
    spans: list[Span], frame: Frame, marks: dict[str, tuple[str, str]], escape: re.Pattern[str]
) -> str:
    line_break = "<br>" if frame.one_line or _has_empty_line(spans) else "  \n"
    out: list[str] = []
    open_marks: list[str] = []
    for index, span in enumerate(spans):
        wanted = _marks_of(span)
        while not wanted.issuperset(open_marks):
            out.append(_closing(open_marks.pop(), marks))
        for mark in sorted(wanted - set(open_marks), key=lambda m: (-_run(spans, index, m), m)):
            out.append(_opening(mark, marks))
            open_marks.append(mark)
        out.append(_content(span, frame, escape).replace("\n", line_break))
    out.extend(_closing(mark, marks) for mark in reversed(open_marks))
    return "".join(out)


def _has_empty_line(spans: list[Span]) -> bool:
    return "\n\n" in "".join(span.text for span in spans)


def _marks_of(span: Span) -> set[str]:
    wanted = {name for name in _MARKDOWN if getattr(span, name)}
    return wanted | {f"link {span.href}"} if span.href else wanted


def _run(spans: list[Span], start: int, mark: str) -> int:
    """How many spans from ``start`` on carry a mark: the longest opens first."""
    length = 0
    for span in spans[start:]:
        if mark not in _marks_of(span):
            break
        length += 1
    return length


def _opening(mark: str, marks: dict[str, tuple[str, str]]) -> str:
    return "[" if mark.startswith("link ") else marks[mark][0]


def _closing(mark: str, marks: dict[str, tuple[str, str]]) -> str:
    if mark.startswith("link "):
        return f"]({address(mark[5:])})"
    return marks[mark][1]


def address(href: str) -> str:
    """A link's destination, in angle brackets where it needs them."""
    safe = re.sub(r"[\s<>\\]", lambda found: f"%{ord(found[0]):02X}", href)
    return f"<{safe}>" if re.search(r"[()]", safe) else safe


def _content(span: Span, frame: Frame, escape: re.Pattern[str]) -> str:
    if span.equation:
        text = f"${span.text}$"
    elif span.code:
        text = code(span.text)
    else:
        return escape.sub(r"\\\g<0>", span.text)
    return text.replace("|", "\\|") if frame.cell else text


def code(text: str) -> str:
    """A code span; its fence is longer than any in the text."""
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * (longest + 1)
    edges = text[:1] + text[-1:]
    padding = " " if "`" in edges or (edges == "  " and text.strip()) else ""
    return f"{fence}{padding}{text}{padding}{fence}"


def _reads_back(text: str, spans: list[Span], frame: Frame) -> bool:
    tokens = dialect().parse(frame.around(text))
    if [token.type for token in tokens] != _shape(frame):
        return False
    token = next(token for token in tokens if token.type == "inline")
    children = token.children or []
    task = TASK.match(token.content)
    if bool(task) != bool(TASK.search(frame.first)):
        return False
    found = read_inline(children)
    if task:
        found.spans = _without_task(found.spans)
    return not found.images and found.spans == spans


def _without_task(spans: list[Span]) -> list[Span]:
    return merged([replace(spans[0], text=spans[0].text[4:]), *spans[1:]])


@lru_cache(maxsize=64)
def _shape(frame: Frame) -> list[str]:
    return [token.type for token in dialect().parse(frame.around("x"))]
